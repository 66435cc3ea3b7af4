import type { Period, PlainDate } from '../../shared/dates.ts';
import type { Cents } from '../../shared/money.ts';
import { addParts, type OwnersPart } from './allocate.ts';
import { drawPayments, inForce, type DrawPayment, type StandingPayment } from './drawPayments.ts';

/** A draw of a run that a person approved, or what its netting contributes to a property below zero. */
export type ApprovedDraw = {
  ownerId: number;
  period: Period;
  /** Less what was withdrawn of it since. */
  amountCents: Cents;
  /** Payments that its run had counted: its amount is what they left, so that they do not pay it. */
  countedTransactionIds: readonly number[];
};

/** What a property's earlier draws leave for the draw of a period. */
export type Commitments = {
  /** Approved for other periods and not paid yet, by the period's end and now. */
  othersAtPeriodEndCents: Cents;
  othersNowCents: Cents;
  /** Approved for this very period, or paid since its end for no other; without owner: to be split. */
  already: { ownerId: number | null; amountCents: Cents }[];
  /** The part of `already` that is still to be paid. */
  alreadyUnpaidCents: Cents;
  /** The part of `already` that had left by the period's end: the cash of that day is without it. */
  alreadyPaidAtPeriodEndCents: Cents;
  /** Contributions approved for this very period, paid in or not; absent in older runs. */
  contributed?: readonly OwnersPart[];
};

export const NO_COMMITMENTS: Commitments = {
  othersAtPeriodEndCents: 0,
  othersNowCents: 0,
  already: [],
  alreadyUnpaidCents: 0,
  alreadyPaidAtPeriodEndCents: 0,
};

/**
 * Sets what was paid against what was approved, the oldest period first. A payment to an owner pays that owner's
 * draws, one without a payee anybody's; taken back, it leaves them open again. What nobody approved and left since the
 * period's end is counted as drawn for the period: it is money that cannot be drawn again.
 */
export function commitments(
  approved: readonly ApprovedDraw[],
  payments: readonly DrawPayment[],
  period: Period,
): Commitments {
  const { standing, unmatched } = drawPayments(payments);
  const atEnd = settle(approved, standing, period.to);
  const now = settle(approved, standing, null);
  const already = new Map<number | null, Cents>();
  const add = (ownerId: number | null, cents: Cents): void => {
    already.set(ownerId, (already.get(ownerId) ?? 0) + cents);
  };
  for (const payment of standing) {
    const leftCents = inForce(payment, null) - inForce(payment, period.to);
    const forApprovedCents = (now.spent.get(payment) ?? 0) - (atEnd.spent.get(payment) ?? 0);
    add(payment.ownerId, leftCents - forApprovedCents);
  }
  for (const { ownerId, day, amountCents } of unmatched) if (day > period.to) add(ownerId, amountCents);
  const own = approved.filter((draw) => draw.period.to === period.to);
  const others = approved.filter((draw) => draw.period.to !== period.to);
  for (const { ownerId, amountCents } of own)
    already.set(ownerId, Math.max(0, already.get(ownerId) ?? 0) + amountCents);
  return {
    othersAtPeriodEndCents: openOf(
      atEnd,
      others.filter((draw) => draw.period.to < period.to),
    ),
    othersNowCents: openOf(now, others),
    already: [...already]
      .filter(([, amountCents]) => amountCents > 0)
      .sort(([a], [b]) => (a ?? 0) - (b ?? 0))
      .map(([ownerId, amountCents]) => ({ ownerId, amountCents })),
    alreadyUnpaidCents: openOf(now, own),
    alreadyPaidAtPeriodEndCents:
      own.reduce((sum, { amountCents }) => sum + amountCents, 0) - openOf(atEnd, own),
  };
}

/** What approved netting brings into a property. */
export type Contributions = {
  /** Not in the books by the period's end, of the period and of those before; and not now, of all. */
  expectedAtPeriodEndCents: Cents;
  expectedNowCents: Cents;
  /** Approved for this very period. */
  contributed: OwnersPart[];
};

/** Sets what was paid in against what netting was approved to contribute, as it is done for draws. */
export function contributions(
  approved: readonly ApprovedDraw[],
  payments: readonly DrawPayment[],
  period: Period,
): Contributions {
  const { standing } = drawPayments(payments);
  const own = approved.filter((one) => one.period.to === period.to);
  return {
    expectedAtPeriodEndCents: openOf(
      settle(approved, standing, period.to),
      approved.filter((one) => one.period.to <= period.to),
    ),
    expectedNowCents: openOf(settle(approved, standing, null), approved),
    contributed: addParts(own).filter(({ amountCents }) => amountCents > 0),
  };
}

/** What each approved draw is still owed, with everything that was paid. */
export function stillOwed(
  approved: readonly ApprovedDraw[],
  payments: readonly DrawPayment[],
): ReadonlyMap<ApprovedDraw, Cents> {
  return settle(approved, drawPayments(payments).standing, null).open;
}

type Settled = {
  /** What each draw is still owed. */
  open: ReadonlyMap<ApprovedDraw, Cents>;
  /** What of each payment went to approved draws. */
  spent: ReadonlyMap<StandingPayment, Cents>;
};

/** @param asOf null: with everything that was paid since. */
function settle(
  approved: readonly ApprovedDraw[],
  payments: readonly StandingPayment[],
  asOf: PlainDate | null,
): Settled {
  const draws = [...approved].sort((a, b) => compare(a.period.to, b.period.to) || a.ownerId - b.ownerId);
  const open = new Map(draws.map((draw) => [draw, draw.amountCents]));
  const spent = new Map<StandingPayment, Cents>();
  for (const payment of payments) {
    const standsCents = inForce(payment, asOf);
    let leftCents = standsCents;
    for (const draw of draws.filter((one) => canPay(payment, one))) {
      const openCents = open.get(draw) ?? 0;
      const part = Math.min(leftCents, openCents);
      open.set(draw, openCents - part);
      leftCents -= part;
    }
    spent.set(payment, standsCents - leftCents);
  }
  return { open, spent };
}

/** One dated within the approved month pays it too, where it was entered after the run that was approved. */
function canPay({ ownerId, day, transactionId }: DrawPayment, draw: ApprovedDraw): boolean {
  return (
    (ownerId === null || draw.ownerId === ownerId) &&
    day >= draw.period.from &&
    !draw.countedTransactionIds.includes(transactionId)
  );
}

function openOf({ open }: Settled, draws: readonly ApprovedDraw[]): Cents {
  return draws.reduce((sum, draw) => sum + (open.get(draw) ?? 0), 0);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
