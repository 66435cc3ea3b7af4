import { inWords } from '../../../../shared/resources/lens.ts';
import type { Cents } from '../../../../shared/money.ts';
import type { Chart } from '../../../accounting/classify.ts';
import type { LeaseItem } from '../../../accounting/openCharges.ts';
import type { LeaseTransaction } from '../../../db/mirror.ts';

/** Buildium's types, as the sync keeps them: in words. */
const typed = (...types: string[]): ReadonlySet<string> => new Set(types.map(inWords));
const CHARGES = typed('Charge');
const PAYMENTS = typed(
  'Payment',
  'ElectronicFundsTransfer',
  'UnreversedPayment',
  'UnreversedElectronicFundsTransfer',
);
const CREDITS = typed('Credit');
const KEPT_DEPOSITS = typed('ApplyDeposit');
const RETURNS = typed('ReversePayment', 'ReverseElectronicFundsTransfer');
const REFUNDS = typed('Refund');

/** One lease's transactions, in the order of the books, as what they do to what its tenants owe. */
export function leaseItems(transactions: readonly LeaseTransaction[], chart: Chart): LeaseItem[] {
  const items: LeaseItem[] = [];
  let balanceCents: Cents = 0;
  for (const transaction of transactions) {
    const item = itemOf(transaction, items, balanceCents, chart);
    if (item === null || item.amountCents === 0) continue;
    items.push(item);
    balanceCents += item.kind === 'payment' || item.kind === 'credit' ? -item.amountCents : item.amountCents;
  }
  return items;
}

function itemOf(
  transaction: LeaseTransaction,
  before: readonly LeaseItem[],
  balanceCents: Cents,
  chart: Chart,
): LeaseItem | null {
  const { transactionId, type, date, amountCents, glAccountIds } = transaction;
  const base = { transactionId, date, amountCents };
  const names = glAccountIds.map((id) => chart.get(id)?.defaultAccountName ?? null);
  if (CHARGES.has(type))
    return {
      ...base,
      kind: 'charge',
      isLateFee: names.length > 0 && names.every((name) => name === 'Late Fee Income'),
    };
  if (PAYMENTS.has(type)) return { ...base, kind: 'payment' };
  if (CREDITS.has(type)) return { ...base, kind: 'credit' };
  // A deposit that is kept pays what is open; what is over is the owner's income and never the tenant's credit.
  if (KEPT_DEPOSITS.has(type))
    return { ...base, kind: 'credit', amountCents: Math.min(amountCents, Math.max(0, balanceCents)) };
  if (RETURNS.has(type)) return { ...base, kind: 'return', paymentId: returnedPayment(transaction, before) };
  // Of refunds only prepaid money stood on the tenants' account; a deposit given back never did.
  if (REFUNDS.has(type) && names.includes('Prepayments')) return { ...base, kind: 'refund' };
  return null;
}

/** Buildium does not say which payment came back: the newest of the same amount that has not come back yet. */
function returnedPayment({ amountCents }: LeaseTransaction, before: readonly LeaseItem[]): number {
  const returned = new Set(before.flatMap((item) => (item.kind === 'return' ? [item.paymentId] : [])));
  const payment = before.findLast(
    (item) =>
      item.kind === 'payment' && item.amountCents === amountCents && !returned.has(item.transactionId),
  );
  return payment?.transactionId ?? 0;
}
