import type { PlainDate } from '../../shared/dates.ts';
import type { Cents } from '../../shared/money.ts';

/**
 * An entry on a property's Owner Draw account, negative where a draw is taken back; the owner is the payee, null where
 * Buildium names none.
 */
export type DrawPayment = {
  transactionId: number;
  ownerId: number | null;
  day: PlainDate;
  amountCents: Cents;
};

/** A payment with what later entries took back of it. */
export type StandingPayment = DrawPayment & { takenBack: { day: PlainDate; amountCents: Cents }[] };

/**
 * Finds for each entry that takes a draw back the payment that it is about. Buildium names none: it is the newest one
 * before it of the same amount, else the newest ones. An entry without a payee can be about anybody's.
 * @returns `unmatched`: negative entries that are about none of the payments.
 */
export function drawPayments(entries: readonly DrawPayment[]): {
  standing: StandingPayment[];
  unmatched: DrawPayment[];
} {
  const ordered = [...entries].sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0));
  const standing = ordered
    .filter(({ amountCents }) => amountCents > 0)
    .map((payment): StandingPayment => ({ ...payment, takenBack: [] }));
  const unmatched: DrawPayment[] = [];
  for (const entry of ordered.filter(({ amountCents }) => amountCents < 0)) {
    let leftCents = -entry.amountCents;
    const candidates = standing
      .filter(
        ({ ownerId, day }) =>
          day <= entry.day && (ownerId === entry.ownerId || ownerId === null || entry.ownerId === null),
      )
      .reverse();
    const same = candidates.find((payment) => inForce(payment, null) === leftCents);
    for (const payment of same ? [same] : candidates) {
      const amountCents = Math.min(leftCents, inForce(payment, null));
      if (amountCents > 0) payment.takenBack.push({ day: entry.day, amountCents });
      leftCents -= amountCents;
    }
    if (leftCents > 0) unmatched.push({ ...entry, amountCents: -leftCents });
  }
  return { standing, unmatched };
}

/** What of a payment stood on a day; null: what stands now. */
export function inForce({ day, amountCents, takenBack }: StandingPayment, asOf: PlainDate | null): Cents {
  if (asOf !== null && day > asOf) return 0;
  return takenBack.reduce(
    (left, back) => (asOf !== null && back.day > asOf ? left : left - back.amountCents),
    amountCents,
  );
}
