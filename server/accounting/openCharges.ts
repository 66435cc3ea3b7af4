import type { PlainDate } from '../../shared/dates.ts';
import type { Cents } from '../../shared/money.ts';

/** Something on a lease's account. Amounts are positive; what they do follows from the kind. */
export type LeaseItem = {
  transactionId: number;
  date: PlainDate;
  amountCents: Cents;
} & (
  | { kind: 'charge'; isLateFee: boolean }
  | { kind: 'payment' }
  | { kind: 'credit' }
  /** Money that was prepaid and given back. */
  | { kind: 'refund' }
  /** A payment that the bank returned (NSF): what it had paid is open again. 0: of a payment that is not known. */
  | { kind: 'return'; paymentId: number }
);

export type OpenCharge = {
  transactionId: number;
  date: PlainDate;
  amountCents: Cents;
  openCents: Cents;
  /** Payments and credits that settled it, oldest first. */
  paidBy: { transactionId: number; amountCents: Cents }[];
};

/**
 * Which money paid which charge. Buildium links no payment to a charge: we assume that money pays the oldest open
 * charge first, and that money without one waits for the next. Returned payments never paid anything; what a return
 * takes back of a payment that is not known is owed as a charge of its day.
 * @param until the last day that counts.
 */
export function applyOldestFirst(
  items: readonly LeaseItem[],
  until: PlainDate,
): { charges: OpenCharge[]; prepaidCents: Cents } {
  const dated = items.filter(({ date }) => date <= until).sort(byDateThenId);
  const returned = new Set(dated.flatMap((item) => (item.kind === 'return' ? [item.paymentId] : [])));
  const payments = new Set(dated.flatMap((item) => (item.kind === 'payment' ? [item.transactionId] : [])));
  const charges = dated
    .filter(
      (item) =>
        item.kind === 'charge' ||
        // What is given back takes up prepaid money as a charge does.
        item.kind === 'refund' ||
        (item.kind === 'return' && !payments.has(item.paymentId)),
    )
    .map(
      ({ transactionId, date, amountCents }): OpenCharge => ({
        transactionId,
        date,
        amountCents,
        openCents: amountCents,
        paidBy: [],
      }),
    );
  let prepaidCents = 0;
  let next = 0;
  for (const money of dated) {
    if (money.kind !== 'payment' && money.kind !== 'credit') continue;
    if (returned.has(money.transactionId)) continue;
    let leftCents = money.amountCents;
    // Everything before `next` is settled, so that a lease of many years is gone through once.
    for (let charge = charges[next]; charge && leftCents > 0; charge = charges[next]) {
      const part = Math.min(charge.openCents, leftCents);
      charge.openCents -= part;
      leftCents -= part;
      if (part > 0) charge.paidBy.push({ transactionId: money.transactionId, amountCents: part });
      if (charge.openCents === 0) next += 1;
    }
    prepaidCents += leftCents;
  }
  return { charges, prepaidCents };
}

function byDateThenId(a: LeaseItem, b: LeaseItem): number {
  return a.date === b.date ? a.transactionId - b.transactionId : a.date < b.date ? -1 : 1;
}
