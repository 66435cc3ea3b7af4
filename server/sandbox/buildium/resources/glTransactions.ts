import { dollarsFromCents } from '../../../../shared/money.ts';
import { notFound, ok, type Answer } from '../answers.ts';
import { leaseEntity } from '../lookups.ts';
import { displayName, entityMessage, glAccountMessageOf, instantMessage } from '../messages.ts';
import { bankGl, depositedPayments, paidBillLines } from '../otherPostings.ts';
import { page } from '../paging.ts';
import { entityKey } from '../postings.ts';
import { get, type Call, type Route } from '../router.ts';
import type { World } from '../state.ts';
import {
  byDateThenId,
  isLeaseTransaction,
  totalCents,
  transactionType,
  type Line,
  type Transaction,
} from '../transactions.ts';
import { entityFilter } from './generalLedger.ts';
import { isSystemMethod } from './payments.ts';

const PERMISSION = 'Accounting > General Ledger Transactions';

export const glTransactionRoutes: readonly Route[] = [
  get('/v1/generalledger/transactions', PERMISSION, list),
  get('/v1/generalledger/transactions/{transactionId}', PERMISSION, (call) => {
    const transaction = call.world.transactions.get(call.id('transactionId'));
    return transaction
      ? ok(glTransactionMessage(call.world, transaction))
      : notFound('general ledger transaction', call.id('transactionId'));
  }),
];

function list(call: Call): Answer {
  const { query, world } = call;
  const { from, to } = query.requiredDateRange('startdate', 'enddate');
  const glAccountIds = query.required('glaccountids', query.ids('glaccountids'));
  const entities = entityFilter(call, 'selectionentitytype', 'selectionentityid', [
    'Rental',
    'RentalOwner',
    'Association',
  ]);
  const unitId = query.id('selectionentityunitid');
  const updated = query.instantRange('lastupdatedfrom', 'lastupdatedto');
  const refusal = query.refusal() ?? entities.refusal;
  if (refusal) return refusal;
  const rows = [...world.transactions.values()].filter(
    (transaction) =>
      transaction.date >= from &&
      transaction.date <= to &&
      updated(transaction.updatedMs) &&
      touches(world, transaction, glAccountIds ?? new Set(), entities.keys, unitId),
  );
  return page(call.params, rows.sort(byDateThenId), (transaction) =>
    glTransactionMessage(world, transaction),
  );
}

/** A transaction is found by any account it posts to, the system's side too. */
function touches(
  world: World,
  transaction: Transaction,
  glAccountIds: ReadonlySet<number>,
  entities: ReadonlySet<string> | null,
  unitId: number | null,
): boolean {
  const { Accrual, Cash } = world.ledger.postingsOf(transaction.id);
  return [...Accrual, ...Cash].some(
    (posting) =>
      glAccountIds.has(posting.glAccountId) &&
      (entities === null || entities.has(entityKey(posting.entity))) &&
      (unitId === null || posting.entity.unitId === unitId),
  );
}

/** A transaction's lines as Buildium shows them: positive, without debit or credit, the system's side left out. */
export function shownLines(world: World, transaction: Transaction): Line[] {
  if (transaction.kind !== 'BillPayment') return transaction.lines;
  return paidBillLines(world, transaction).map(({ line, amountCents }) => ({ ...line, amountCents }));
}

export function shownTotalCents(world: World, transaction: Transaction): number {
  if (transaction.kind === 'JournalEntry')
    return totalCents(transaction.lines.filter((line) => line.postingType === 'Debit'));
  const deposited =
    transaction.kind === 'Deposit'
      ? depositedPayments(world, transaction).reduce((sum, payment) => sum + payment.amountCents, 0)
      : 0;
  const credits =
    transaction.kind === 'BillPayment'
      ? totalCents(transaction.vendorCreditIds.flatMap((id) => world.transactions.get(id)?.lines ?? []))
      : 0;
  return totalCents(shownLines(world, transaction)) + deposited - credits;
}

export function glTransactionMessage(world: World, transaction: Transaction) {
  const unitId = soleUnitId(world, transaction);
  return {
    Id: transaction.id,
    Date: transaction.date,
    TransactionType: transactionType(transaction),
    TotalAmount: dollarsFromCents(shownTotalCents(world, transaction)),
    CheckNumber: transaction.checkNumber,
    UnitAgreement: isLeaseTransaction(transaction)
      ? { Id: transaction.leaseId, Type: 'Lease', Href: `/v1/leases/${transaction.leaseId}` }
      : null,
    UnitId: unitId,
    UnitNumber: unitId === null ? null : (world.units.get(unitId)?.saved.UnitNumber ?? null),
    PaymentDetail: paymentDetail(world, transaction),
    DepositDetails: depositDetails(world, transaction),
    Application: null,
    Journal: {
      Memo: transaction.memo,
      Lines: shownLines(world, transaction).map((line) => ({
        GLAccount: glAccountMessageOf(world, line.glAccountId),
        Amount: dollarsFromCents(line.amountCents),
        IsCashPosting: false,
        ReferenceNumber: line.referenceNumber,
        Memo: line.memo,
        AccountingEntity: entityMessage(line.entity),
      })),
    },
    LastUpdatedDateTime: instantMessage(transaction.updatedMs),
  };
}

function soleUnitId(world: World, transaction: Transaction): number | null {
  if (isLeaseTransaction(transaction)) return leaseEntity(world, transaction.leaseId).unitId;
  const units = new Set(shownLines(world, transaction).map((line) => line.entity.unitId));
  return units.size === 1 ? ([...units][0] ?? null) : null;
}

function paymentDetail(world: World, transaction: Transaction) {
  const isInternal = transaction.kind === 'Payment' && isSystemMethod(transaction.paymentMethod);
  const status = {
    IsPending: isInternal && transaction.isPending === true,
    ResultDate: null,
    ResultCode: null,
  };
  return {
    PaymentMethod: paymentMethod(transaction),
    Payee: payee(world, transaction),
    IsInternalTransaction: isInternal,
    InternalTransactionStatus: isInternal ? status : null,
  };
}

function paymentMethod(transaction: Transaction): string {
  switch (transaction.kind) {
    case 'Payment':
      // Buildium's own channels are shown by what they are for everyone else.
      if (transaction.paymentMethod === 'BuildiumEFT') return 'ElectronicPayment';
      return transaction.paymentMethod === 'BuildiumCC' ? 'CreditCard' : transaction.paymentMethod;
    case 'VendorRefund':
      return transaction.paymentMethod;
    case 'Check':
    case 'BillPayment':
    case 'Refund':
      return 'Check';
    default:
      return 'None';
  }
}

export function payee(world: World, transaction: Transaction) {
  if (transaction.kind === 'Payment' || transaction.kind === 'Refund') {
    const tenantId =
      transaction.kind === 'Payment' ? transaction.payeeTenantId : (transaction.payeeTenantIds[0] ?? null);
    return tenantId === null ? null : payeeMessage(world, 'Tenant', tenantId);
  }
  if (transaction.kind === 'Check') return payeeMessage(world, transaction.payee.type, transaction.payee.id);
  return 'vendorId' in transaction ? payeeMessage(world, 'Vendor', transaction.vendorId) : null;
}

function payeeMessage(world: World, type: 'Tenant' | 'RentalOwner' | 'Vendor', id: number) {
  const [people, path] = {
    Tenant: [world.tenants, '/v1/leases/tenants'] as const,
    RentalOwner: [world.owners, '/v1/rentals/owners'] as const,
    Vendor: [world.vendors, '/v1/vendors'] as const,
  }[type];
  const person = people.get(id);
  return { Id: id, Name: person ? displayName(person.saved) : '', Type: type, Href: `${path}/${id}` };
}

function depositDetails(world: World, transaction: Transaction) {
  if (transaction.kind !== 'Deposit') return { BankGLAccountId: null, PaymentTransactions: [] };
  return {
    BankGLAccountId: bankGl(world, transaction.bankAccountId),
    PaymentTransactions: depositedPayments(world, transaction).map(({ payment, amountCents }) => ({
      Id: payment.id,
      AccountingEntity: entityMessage(leaseEntity(world, payment.leaseId)),
      Amount: dollarsFromCents(amountCents),
    })),
  };
}
