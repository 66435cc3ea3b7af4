import { SENT_AGAIN_BY_ITSELF, type IntentKind } from '../../shared/planned/kinds.ts';
import type { ShownTransaction } from './plannedShown.ts';

/** A claim lives two minutes without a sign of life, and a call ends within thirty seconds: after both nothing is under way. */
export const SURELY_OVER_MS = 150_000;

/** Between two looks that both find nothing: longer than Buildium's events take. */
export const BETWEEN_LOOKS_MS = 15 * 60_000;

/** So often something that nobody knows the outcome of is sent by itself: after that a person decides. */
export const MOST_ATTEMPTS = 3;

/** A torn answer is mostly one of a request that took effect: it is looked for soon, and only for good news. */
export const FIRST_LOOK_MS = 5_000;

/** What an intent is looked up by. */
export type Sought = {
  kind: IntentKind;
  marker: string;
  day: string;
  amountCents: number;
  partyId: string;
  glAccountIds: readonly string[];
  /** Ids that looked like it before its request left, or that are other intents' results. */
  knownIds: readonly string[];
  sentAtMs: number;
  absentAtMs: number | null;
  /** How often it was sent and no answer came that settled it. */
  attempts: number;
};

export type LookUpStep =
  | { kind: 'adopt'; entityId: string }
  | { kind: 'ask'; candidates: readonly ShownTransaction[] }
  | { kind: 'lookAgain'; atMs: number; absentAtMs: number | null }
  | { kind: 'sendAgain' }
  | { kind: 'askAfterAbsence' };

/**
 * What follows from a look at Buildium for something whose outcome is unknown. The marker settles it; something that
 * looks just like it is for a person to judge; absence counts only twice, once nothing can be under way any more.
 */
export function lookUpStep(sought: Sought, found: readonly ShownTransaction[], nowMs: number): LookUpStep {
  const marked = found.find((one) => carriesMark(sought, one));
  if (marked) return { kind: 'adopt', entityId: marked.entityId };
  const candidates = found.filter((one) => isNaturalMatch(sought, one));
  const over = sought.sentAtMs + SURELY_OVER_MS;
  if (nowMs < over) return { kind: 'lookAgain', atMs: over, absentAtMs: null };
  if (candidates.length > 0) return { kind: 'ask', candidates };
  if (sought.absentAtMs === null)
    return { kind: 'lookAgain', atMs: nowMs + BETWEEN_LOOKS_MS, absentAtMs: nowMs };
  const secondLook = sought.absentAtMs + BETWEEN_LOOKS_MS;
  if (nowMs < secondLook) return { kind: 'lookAgain', atMs: secondLook, absentAtMs: sought.absentAtMs };
  const goesByItself = SENT_AGAIN_BY_ITSELF.includes(sought.kind) && sought.attempts < MOST_ATTEMPTS;
  return { kind: goesByItself ? 'sendAgain' : 'askAfterAbsence' };
}

/** A reversal has no mark of its own, and may show that of the payment which it takes back. */
export function carriesMark({ marker }: Pick<Sought, 'marker'>, shown: ShownTransaction): boolean {
  return shown.marker === marker && shown.kind !== 'paymentReversal';
}

/** The same to a person: kind, lease or vendor, day, amount and accounts, and nobody else's marker. */
export function isNaturalMatch(
  sought: Omit<Sought, 'sentAtMs' | 'absentAtMs' | 'attempts'>,
  shown: ShownTransaction,
): boolean {
  const party = sought.kind === 'bill' ? shown.vendorId : (shown.leaseId ?? shown.lines[0]?.propertyId);
  return (
    shown.kind === sought.kind &&
    (shown.marker === null || shown.kind === 'paymentReversal') &&
    shown.date === sought.day &&
    shown.totalCents === sought.amountCents &&
    party === sought.partyId &&
    !sought.knownIds.includes(shown.entityId) &&
    sought.glAccountIds.every((id) => shown.lines.some((line) => line.glAccountId === id))
  );
}
