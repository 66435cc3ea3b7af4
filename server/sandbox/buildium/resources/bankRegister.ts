import { daysBetween } from '../../../../shared/dates.ts';
import { dollarsFromCents, type Cents } from '../../../../shared/money.ts';
import { notFound, ok, refuse, type Answer } from '../answers.ts';
import { propertyOfLease } from '../lookups.ts';
import { entityMessage } from '../messages.ts';
import { page } from '../paging.ts';
import { entityKey, type Posting } from '../postings.ts';
import { get, type Call, type Route } from '../router.ts';
import type { BankAccount } from '../state.ts';
import { totalCents, transactionType, type Payment, type Transaction } from '../transactions.ts';
import { findBankAccount, missing } from './bankAccounts.ts';
import { entityFilter } from './generalLedger.ts';
import { payee } from './glTransactions.ts';

const PERMISSION = 'Accounting > Bank Accounts';

export const bankRegisterRoutes: readonly Route[] = [
  get('/v1/bankaccounts/{bankAccountId}/transactions', PERMISSION, list),
  get('/v1/bankaccounts/{bankAccountId}/transactions/{transactionId}', PERMISSION, (call) => {
    const bankAccount = findBankAccount(call);
    if (!bankAccount) return missing(call);
    const row = register(call, bankAccount).find(
      ({ transaction }) => transaction.id === call.id('transactionId'),
    );
    return row ? ok(rowMessage(call, row)) : notFound('bank transaction', call.id('transactionId'));
  }),
  get('/v1/bankaccounts/{bankAccountId}/undepositedfunds', PERMISSION, undepositedFunds),
];

type RegisterRow = { id: number; transaction: Transaction; postings: Posting[]; balanceCents: Cents };

/** Every transaction that moves the bank account's money, oldest first, with the balance after it. */
function register(call: Call, bankAccount: BankAccount): RegisterRow[] {
  const entries = call.world.ledger.entries({
    basis: 'Cash',
    glAccountIds: new Set([bankAccount.glAccountId]),
    entities: null,
    from: null,
    to: null,
  });
  const rows = new Map<number, RegisterRow>();
  let balanceCents = 0;
  for (const { transaction, posting } of entries) {
    balanceCents += posting.debitCents;
    const row = rows.get(transaction.id) ?? { id: transaction.id, transaction, postings: [], balanceCents };
    row.postings.push(posting);
    row.balanceCents = balanceCents;
    rows.set(transaction.id, row);
  }
  return [...rows.values()];
}

function list(call: Call): Answer {
  const { query } = call;
  const bankAccount = findBankAccount(call);
  if (!bankAccount) return missing(call);
  const { from, to } = query.requiredDateRange('startdate', 'enddate');
  const entities = entityFilter(call, 'selectionentitytype', 'selectionentityid', [
    'Company',
    'Rental',
    'RentalOwner',
    'Association',
  ]);
  const refusal = query.refusal() ?? entities.refusal ?? checkOrder(call);
  if (refusal) return refusal;
  const rows = register(call, bankAccount).filter(
    ({ transaction, postings }) =>
      transaction.date >= from &&
      transaction.date <= to &&
      (entities.keys === null || postings.some((posting) => entities.keys?.has(entityKey(posting.entity)))),
  );
  return page(call.params, rows, (row) => rowMessage(call, row));
}

/** The register is the one list that cannot be sorted by Id. */
function checkOrder(call: Call): Answer | null {
  const order = call.params.get('orderby');
  return order === null || /^EntryDate( (asc|desc))?$/i.test(order)
    ? null
    : refuse(400, `The orderby value '${order}' is not supported: only EntryDate is.`);
}

function rowMessage(call: Call, row: RegisterRow) {
  const { transaction, postings } = row;
  const outgoing = postings.filter((posting) => posting.debitCents < 0);
  const paidTo = payee(call.world, transaction);
  return {
    Id: transaction.id,
    EntryDate: transaction.date,
    TransactionType: transactionType(transaction),
    CheckNumber: transaction.checkNumber,
    Memo: transaction.memo,
    Amount: dollarsFromCents(Math.abs(postings.reduce((sum, posting) => sum + posting.debitCents, 0))),
    ReconciliationStatus: daysBetween(transaction.date, call.today) > 45 ? 'Reconciled' : 'UnReconciled',
    PaidBy: outgoing.map((posting) => ({
      AccountingEntity: entityMessage(posting.entity),
      Amount: dollarsFromCents(-posting.debitCents),
    })),
    PaidTo: outgoing.length > 0 && paidTo ? [paidTo] : [],
    Balance: dollarsFromCents(row.balanceCents),
  };
}

/** Payments that wait for a deposit to the bank account that their property uses. */
function undepositedFunds(call: Call): Answer {
  const { world } = call;
  const bankAccount = findBankAccount(call);
  if (!bankAccount) return missing(call);
  const waiting = [...world.transactions.values()]
    .filter((transaction): transaction is Payment => transaction.kind === 'Payment')
    .filter((payment) => {
      const lease = world.leases.get(payment.leaseId);
      return (
        payment.depositId === null &&
        lease !== undefined &&
        propertyOfLease(world, lease).saved.OperatingBankAccountId === bankAccount.id
      );
    });
  return page(call.params, waiting, (payment) => ({
    GeneralLedgerTransaction: {
      Id: payment.id,
      Amount: dollarsFromCents(totalCents(payment.lines)),
      CheckNumber: payment.checkNumber,
      EntryDate: payment.date,
      Memo: payment.memo,
    },
  }));
}
