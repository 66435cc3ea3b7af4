import * as z from 'zod';
import { dollarsFromCents } from '../../../../shared/money.ts';
import { created, firstRefusal, invalid, notFound, ok, type Answer } from '../answers.ts';
import { addTransaction, newLine, newTransaction, transactionChanged } from '../journal.ts';
import { checkAccounts, checkLock, findLease, isRefusal, leaseEntity } from '../lookups.ts';
import { page } from '../paging.ts';
import { get, post, put, type Call, type Route } from '../router.ts';
import type { GlAccount, World } from '../state.ts';
import { totalCents, type Charge } from '../transactions.ts';
import { amount, date, id, optional, optionalText } from '../validation.ts';
import { leaseTransactionMessage } from './leaseTransactionMessage.ts';

const PERMISSION = 'Rentals > Lease transactions';

const lines = z
  .array(z.strictObject({ Amount: amount, GLAccountId: id, ReferenceNumber: optionalText(30) }))
  .min(1, 'At least one line item is required.');

const putCharge = z.strictObject({ Date: date, Memo: optionalText(65), Lines: lines });
const postCharge = putCharge.extend({ BillId: optional(id) });

export const chargeRoutes: readonly Route[] = [
  get('/v1/leases/{leaseId}/charges', PERMISSION, list),
  post('/v1/leases/{leaseId}/charges', PERMISSION, postCharge, (call, body) => {
    const { world, nowMs } = call;
    const lease = findLease(world, call.id('leaseId'));
    if (isRefusal(lease)) return lease;
    const entity = leaseEntity(world, lease.id);
    const refusal = firstRefusal(
      checkChargeAccounts(world, body.Lines),
      checkBill(world, body.BillId, entity.id),
      checkLock(world, body.Date, [entity]),
    );
    if (refusal) return refusal;
    const common = newTransaction(world, nowMs, { date: body.Date, memo: body.Memo });
    const charge = addTransaction<Charge>(world, {
      ...common,
      kind: 'Charge',
      leaseId: lease.id,
      billId: body.BillId,
      lines: chargeLines(world, lease.id, body.Lines),
    });
    // An array, though one charge was created: so says the document, and so answers Buildium.
    return created(`/v1/leases/${lease.id}/charges/${charge.id}`, [leaseTransactionMessage(world, charge)]);
  }),
  get('/v1/leases/{leaseId}/charges/{chargeId}', PERMISSION, (call) => {
    const charge = findCharge(call);
    return isRefusal(charge) ? charge : ok(chargeMessage(charge));
  }),
  put('/v1/leases/{leaseId}/charges/{chargeId}', PERMISSION, putCharge, (call, body) => {
    const { world } = call;
    const charge = findCharge(call);
    if (isRefusal(charge)) return charge;
    const entity = leaseEntity(world, charge.leaseId);
    const refusal = firstRefusal(
      checkChargeAccounts(world, body.Lines),
      checkLock(world, charge.date, [entity]),
      checkLock(world, body.Date, [entity]),
    );
    if (refusal) return refusal;
    charge.date = body.Date;
    charge.memo = body.Memo;
    charge.lines = chargeLines(world, charge.leaseId, body.Lines);
    transactionChanged(world, charge, call.nowMs);
    return ok(leaseTransactionMessage(world, charge));
  }),
];

function chargeLines(world: World, leaseId: number, input: z.output<typeof lines>) {
  return input.map((line) =>
    newLine(world, {
      glAccountId: line.GLAccountId,
      amountCents: line.Amount,
      entity: leaseEntity(world, leaseId),
      referenceNumber: line.ReferenceNumber,
    }),
  );
}

function checkChargeAccounts(world: World, input: z.output<typeof lines>): Answer | null {
  const accounts = input.map((line) => ({ glAccountId: line.GLAccountId }));
  return checkAccounts(world, accounts, 'GLAccountId', chargeable);
}

/** Income, or a liability such as a deposit: a tenant cannot be charged an asset. */
export function chargeable(account: GlAccount): string | null {
  const { SubType } = account.saved;
  return SubType.endsWith('Income') || SubType.endsWith('Liability')
    ? null
    : 'The general ledger account must be an income or liability account.';
}

function checkBill(world: World, billId: number | null, propertyId: number): Answer | null {
  if (billId === null) return null;
  const bill = world.transactions.get(billId);
  if (bill?.kind !== 'Bill') return invalid('BillId', `The bill ${billId} does not exist.`);
  return bill.lines.some((line) => line.entity.type === 'Rental' && line.entity.id === propertyId)
    ? null
    : invalid('BillId', 'The property of the lease must be in at least one line item of the bill.');
}

function findCharge(call: Call): Charge | Answer {
  const charge = call.world.transactions.get(call.id('chargeId'));
  return charge?.kind === 'Charge' && charge.leaseId === call.id('leaseId')
    ? charge
    : notFound('charge', call.id('chargeId'));
}

function list(call: Call): Answer {
  const { query, world } = call;
  const lease = findLease(world, call.id('leaseId'));
  if (isRefusal(lease)) return lease;
  const { from, to } = query.dateRange('transactiondatefrom', 'transactiondateto');
  const billIds = query.ids('billids');
  const rows = world.ledger
    .leaseTransactions(lease.id)
    .filter((transaction) => transaction.kind === 'Charge')
    .filter(
      (charge) =>
        (from === null || charge.date >= from) &&
        (to === null || charge.date <= to) &&
        (billIds === null || (charge.billId !== null && billIds.has(charge.billId))),
    );
  return query.refusal() ?? page(call.params, rows, chargeMessage);
}

function chargeMessage(charge: Charge) {
  return {
    Id: charge.id,
    Date: charge.date,
    TotalAmount: dollarsFromCents(totalCents(charge.lines)),
    Memo: charge.memo,
    BillId: charge.billId,
    Lines: charge.lines.map((line) => ({
      Amount: dollarsFromCents(line.amountCents),
      GLAccountId: line.glAccountId,
    })),
  };
}
