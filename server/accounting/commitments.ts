import type { Period, PlainDate } from '../../shared/dates.ts';
import type { Cents } from '../../shared/money.ts';

/** A draw of a run that a person approved. */
export type ApprovedDraw = { ownerId: number; period: Period; amountCents: Cents };

/** An entry on a property's Owner Draw account; the owner is the payee, null where Buildium names none. */
export type DrawPayment = { ownerId: number | null; day: PlainDate; amountCents: Cents };

/** What a property's earlier draws leave for the draw of a period. */
export type Commitments = {
  /** Approved for other periods and not paid yet, by the period's end and now. */
  othersAtPeriodEndCents: Cents;
  othersNowCents: Cents;
  /** Approved for this very period, or paid since its end for no other; without owner: to be split. */
  already: { ownerId: number | null; amountCents: Cents }[];
  /** The part of `already` that is still to be paid. */
  alreadyUnpaidCents: Cents;
};

export const NO_COMMITMENTS: Commitments = {
  othersAtPeriodEndCents: 0,
  othersNowCents: 0,
  already: [],
  alreadyUnpaidCents: 0,
};

/**
 * Sets what was paid against what was approved, the oldest period first. A payment to an owner pays that owner's
 * draws, one without a payee anybody's. What nobody approved and left since the period's end is counted as drawn
 * for the period: it is money that cannot be drawn again.
 */
export function commitments(
  approved: readonly ApprovedDraw[],
  payments: readonly DrawPayment[],
  period: Period,
): Commitments {
  const open = approved
    .map((draw) => ({ ...draw, openCents: draw.amountCents, isThis: draw.period.to === period.to }))
    .sort((a, b) => compare(a.period.to, b.period.to) || a.ownerId - b.ownerId);
  const unplanned = new Map<number | null, Cents>();
  const ordered = [...payments].sort((a, b) => compare(a.day, b.day));
  const openOfOthers = (): Cents =>
    open.reduce((sum, draw) => (draw.isThis || draw.period.to > period.to ? sum : sum + draw.openCents), 0);
  const pay = ({ ownerId, day, amountCents }: DrawPayment): void => {
    let leftCents = amountCents;
    for (const draw of open) {
      if (leftCents <= 0) break;
      if ((ownerId !== null && draw.ownerId !== ownerId) || draw.period.to >= day) continue;
      const part = Math.min(leftCents, draw.openCents);
      draw.openCents -= part;
      leftCents -= part;
    }
    if (day > period.to) unplanned.set(ownerId, (unplanned.get(ownerId) ?? 0) + leftCents);
  };
  for (const payment of ordered) if (payment.day <= period.to) pay(payment);
  const othersAtPeriodEndCents = openOfOthers();
  for (const payment of ordered) if (payment.day > period.to) pay(payment);
  const total = (of: typeof open): Cents => of.reduce((sum, { openCents }) => sum + openCents, 0);
  const thisPeriods = open.filter(({ isThis }) => isThis);
  const already = new Map(unplanned);
  for (const { ownerId, amountCents } of thisPeriods)
    already.set(ownerId, Math.max(0, already.get(ownerId) ?? 0) + amountCents);
  return {
    othersAtPeriodEndCents,
    othersNowCents: total(open.filter(({ isThis }) => !isThis)),
    already: [...already]
      .filter(([, amountCents]) => amountCents > 0)
      .sort(([a], [b]) => (a ?? 0) - (b ?? 0))
      .map(([ownerId, amountCents]) => ({ ownerId, amountCents })),
    alreadyUnpaidCents: total(thisPeriods),
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
