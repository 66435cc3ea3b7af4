import { addDays, firstDayOfMonth, lastDayOfMonth, type PlainDate } from '../../shared/dates.ts';
import type { Cents } from '../../shared/money.ts';
import { applyOldestFirst, type LeaseItem, type OpenCharge } from './openCharges.ts';

/** `due`: something is open and its grace has not run out yet. */
export type RentStatus = 'paid' | 'partial' | 'due' | 'late' | 'prepaid';

/** An instalment of the table Payment Plans: what it will bring is not late until it is. */
export type Instalment = { dueOn: PlainDate; amountCents: Cents };

export type LeaseTerms = {
  leaseId: number;
  /** Day of the month on which rent is due. */
  dueDay: number;
  graceDays: number;
  plan: readonly Instalment[];
};

/** A lease's month: `balanceCarried + charged + lateFees + returned − paid − credits = balance`. */
export type RentRollRow = {
  leaseId: number;
  month: PlainDate;
  balanceCarriedCents: Cents;
  chargedCents: Cents;
  lateFeesCents: Cents;
  paidCents: Cents;
  /** Payments that came back from the bank in this month, and prepaid money that was given back. */
  returnedCents: Cents;
  creditsCents: Cents;
  balanceCents: Cents;
  prepaidCents: Cents;
  /** Past its grace and not covered by a payment plan. */
  lateCents: Cents;
  status: RentStatus;
  /** Payments that paid the month's charges, or came in it. */
  paymentIds: number[];
};

/**
 * One row of the rent roll, as it stands at the month's end or on `asOf`, whichever is earlier. Money pays the oldest
 * open charge first: that is assumed, since Buildium does not say.
 */
export function rentRollRow(
  items: readonly LeaseItem[],
  terms: LeaseTerms,
  month: PlainDate,
  asOf: PlainDate,
): RentRollRow {
  const from = firstDayOfMonth(month);
  const monthEnd = lastDayOfMonth(month);
  const until = asOf < monthEnd ? asOf : monthEnd;
  const inMonth = items.filter(({ date }) => date >= from && date <= until);
  const before = items.filter(({ date }) => date < from);
  const { charges, prepaidCents } = applyOldestFirst(items, until);
  const monthsCharges = charges.filter(({ date }) => date >= from);
  const lateCents = lateOf(charges, terms, until);
  return {
    leaseId: terms.leaseId,
    month: from,
    balanceCarriedCents: balanceOf(before),
    chargedCents: total(inMonth, (item) => item.kind === 'charge' && !item.isLateFee),
    lateFeesCents: total(inMonth, (item) => item.kind === 'charge' && item.isLateFee),
    paidCents: total(inMonth, (item) => item.kind === 'payment'),
    returnedCents: total(inMonth, (item) => item.kind === 'return' || item.kind === 'refund'),
    creditsCents: total(inMonth, (item) => item.kind === 'credit'),
    balanceCents: balanceOf([...before, ...inMonth]),
    prepaidCents,
    lateCents,
    status: statusOf(charges, monthsCharges, prepaidCents, lateCents),
    paymentIds: paymentsOf(inMonth, monthsCharges, items),
  };
}

/** What the items leave open; negative: paid ahead. */
export function balanceOf(items: readonly LeaseItem[]): Cents {
  return items.reduce(
    (sum, { kind, amountCents }) =>
      kind === 'payment' || kind === 'credit' ? sum - amountCents : sum + amountCents,
    0,
  );
}

function total(items: readonly LeaseItem[], belongs: (item: LeaseItem) => boolean): Cents {
  return items.filter(belongs).reduce((sum, item) => sum + item.amountCents, 0);
}

/** A plan's instalments that are not due yet excuse as much of what is past its grace. */
function lateOf(charges: readonly OpenCharge[], terms: LeaseTerms, until: PlainDate): Cents {
  const overdueCents = charges
    .filter(({ date }) => addDays(dueDate(date, terms.dueDay), terms.graceDays) < until)
    .reduce((sum, charge) => sum + charge.openCents, 0);
  const excusedCents = terms.plan
    .filter(({ dueOn }) => addDays(dueOn, terms.graceDays) >= until)
    .reduce((sum, instalment) => sum + instalment.amountCents, 0);
  return Math.max(0, overdueCents - excusedCents);
}

/** A charge is due on the lease's due day of its month, and never before it is made. */
function dueDate(charged: PlainDate, dueDay: number): PlainDate {
  const lastDay = lastDayOfMonth(charged);
  const due = addDays(firstDayOfMonth(charged), Math.max(1, dueDay) - 1);
  const inMonth = due < lastDay ? due : lastDay;
  return inMonth > charged ? inMonth : charged;
}

function statusOf(
  charges: readonly OpenCharge[],
  monthsCharges: readonly OpenCharge[],
  prepaidCents: Cents,
  lateCents: Cents,
): RentStatus {
  if (lateCents > 0) return 'late';
  const hasOpen = charges.some(({ openCents }) => openCents > 0);
  if (!hasOpen) return prepaidCents > 0 ? 'prepaid' : 'paid';
  const isBegun = monthsCharges.some(({ openCents, amountCents }) => openCents < amountCents);
  return isBegun ? 'partial' : 'due';
}

function paymentsOf(
  inMonth: readonly LeaseItem[],
  monthsCharges: readonly OpenCharge[],
  items: readonly LeaseItem[],
): number[] {
  const payments = new Set(
    items.filter(({ kind }) => kind === 'payment').map(({ transactionId }) => transactionId),
  );
  const paid = monthsCharges.flatMap(({ paidBy }) => paidBy.map(({ transactionId }) => transactionId));
  const came = inMonth.map(({ transactionId }) => transactionId);
  return [...new Set([...paid, ...came])].filter((id) => payments.has(id)).sort((a, b) => a - b);
}
