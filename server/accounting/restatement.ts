import type { Period, PlainDate } from '../../shared/dates.ts';
import { inWords } from '../../shared/resources/lens.ts';
import { formatCents, type Cents } from '../../shared/money.ts';
import type { NoiClass } from '../../shared/noiClasses.ts';
import { accountName } from './checks.ts';
import type { Chart } from './classify.ts';
import { isIn, type LedgerEntry } from './ledger.ts';
import { noiEffectCents, type NoiOptions } from './noi.ts';
import type { Segment } from './ownership.ts';

export type RestatementKind = 'added' | 'deleted' | 'edited' | 'reclassed';

/** One transaction whose entries are no longer what a closed run counted. */
export type Restatement = {
  propertyId: number;
  transactionId: number;
  /** Null for a change of class, which touches all entries of an account. */
  kind: RestatementKind;
  /** What changes in the net operating income of the run's period. */
  noiCents: Cents;
  before: LedgerEntry[];
  after: LedgerEntry[];
};

export type Books = { entries: readonly LedgerEntry[]; chart: Chart; options: NoiOptions };

/**
 * What happened to a closed period since its run: transactions added, deleted, edited (amount, day or account), and
 * entries whose account was put into another class. Both books hold the entries of the period only, so that one which
 * moved to another month shows here as deleted from this one.
 */
export function restatements(run: Books, now: Books): Restatement[] {
  const touched = touchedTransactions(run, now);
  if (touched.size === 0) return [];
  const isTouched = (entry: LedgerEntry): boolean => touched.has(transactionKey(entry));
  const before = byTransaction(run.entries.filter(isTouched));
  const after = byTransaction(now.entries.filter(isTouched));
  const found: Restatement[] = [];
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const was = before.get(key) ?? [];
    const is = after.get(key) ?? [];
    const noiCents = effect(is, now) - effect(was, run);
    const isEdited = fingerprint(was) !== fingerprint(is);
    if (!isEdited && noiCents === 0) continue;
    const [first] = [...was, ...is];
    const kind = !isEdited
      ? 'reclassed'
      : was.length === 0
        ? 'added'
        : is.length === 0
          ? 'deleted'
          : 'edited';
    found.push({
      propertyId: first?.propertyId ?? 0,
      transactionId: first?.transactionId ?? 0,
      kind,
      noiCents,
      before: was,
      after: is,
    });
  }
  return found.sort((a, b) => a.propertyId - b.propertyId || a.transactionId - b.transactionId);
}

/** Whether it changes the month's net operating income or an owner's part of it; else nobody has to decide anything. */
export function altersFigures(
  { before, after, noiCents }: Restatement,
  run: Books,
  now: Books,
  segments: readonly Segment[],
): boolean {
  const within = (entries: readonly LedgerEntry[], period: Period): LedgerEntry[] =>
    entries.filter(({ day }) => isIn(period, day));
  return (
    noiCents !== 0 ||
    segments.some(({ period }) => effect(within(before, period), run) !== effect(within(after, period), now))
  );
}

/** `2026-08-09, Repairs $400.00`: the entry of a deleted transaction by which people know it. */
export function describeEntry({ before }: Pick<Restatement, 'before'>, chart: Chart): string | null {
  const counts = ({ glAccountId }: LedgerEntry): number =>
    isNoiClass(chart.get(glAccountId)?.noiClass) ? 1 : 0;
  const [entry] = [...before].sort(
    (a, b) => counts(b) - counts(a) || Math.abs(b.amountCents) - Math.abs(a.amountCents),
  );
  if (!entry) return null;
  return `${entry.day}, ${accountName(entry.glAccountId, chart)} ${formatCents(entry.amountCents)}`;
}

function isNoiClass(noiClass: NoiClass | undefined): boolean {
  return noiClass === 'operatingIncome' || noiClass === 'operatingExpense';
}

/** `August −$250.00: bill 123 edited on 2026-09-09`, for the list that a person decides on. */
export function describeRestatement(
  { kind, noiCents, transactionId }: Restatement,
  month: PlainDate,
  known: {
    type: string | null;
    changedOn: PlainDate | null;
    /** Its entries are others although nobody touched it: another transaction moved them. */
    isMoved: boolean;
    /** What it was, where Buildium no longer has it: `number 1007, “Boiler”`. */
    was: string | null;
  },
): string {
  const monthName = monthNameOf(month);
  const amount = signedAmount(noiCents);
  const what = transactionInWords(transactionId, known);
  if (known.isMoved) return `${monthName} ${amount}: ${what} moved by a change of another transaction`;
  return `${monthName} ${amount}: ${what} ${kind}${known.changedOn === null ? '' : ` on ${known.changedOn}`}`;
}

/** What was carried out of a month for a transaction that changes nothing in it any more. */
export type Restored = {
  propertyId: number;
  transactionId: number;
  carriedCents: Cents;
  /** First days. */
  intoMonths: PlainDate[];
};

/** `August +$250.00: bill 123, carried into October 2026, no longer changes the month`: what is to be made up for. */
export function describeRestored(
  { transactionId, carriedCents }: Restored,
  month: PlainDate,
  known: { type: string | null; was: string | null },
  intoMonths: readonly string[],
): string {
  const what = transactionInWords(transactionId, known);
  return `${monthNameOf(month)} ${signedAmount(0 - carriedCents)}: ${what}, carried into ${intoMonths.join(' and ')}, no longer changes the month`;
}

function transactionInWords(
  transactionId: number,
  { type, was }: { type: string | null; was: string | null },
): string {
  return `${inWords(type ?? 'transaction').toLowerCase()} ${transactionId}${was === null ? '' : ` (${was})`}`;
}

const MONTH_NAMES =
  'January February March April May June July August September October November December'.split(' ');

export function monthNameOf(day: PlainDate): string {
  return MONTH_NAMES[Number(day.slice(5, 7)) - 1] ?? day;
}

/** `+$250.00`, `−$250.00`; nothing has no sign. */
export function signedAmount(cents: Cents): string {
  const sign = cents === 0 ? '' : cents < 0 ? '−' : '+';
  return `${sign}${formatCents(Math.abs(cents))}`;
}

/**
 * Transactions with an entry that only one of the two books has, or on an account that counts otherwise now. Most of a
 * month has not changed: both books are walked side by side, and only what stands apart is looked at closely.
 */
function touchedTransactions(run: Books, now: Books): Set<string> {
  const touched = new Set<string>();
  const before = [...run.entries].sort(compareEntries);
  const after = [...now.entries].sort(compareEntries);
  for (let b = 0, a = 0; b < before.length || a < after.length; ) {
    const was = before[b];
    const is = after[a];
    const order = !was ? 1 : !is ? -1 : compareEntries(was, is);
    if (was && order < 0) touched.add(transactionKey(was));
    if (is && order > 0) touched.add(transactionKey(is));
    if (order <= 0) b += 1;
    if (order >= 0) a += 1;
  }
  const reclassed = new Set(
    [...run.chart.values()]
      .filter(({ glAccountId, noiClass }) => now.chart.get(glAccountId)?.noiClass !== noiClass)
      .map(({ glAccountId }) => glAccountId),
  );
  if (reclassed.size > 0)
    for (const entry of [...run.entries, ...now.entries])
      if (reclassed.has(entry.glAccountId)) touched.add(transactionKey(entry));
  return touched;
}

function compareEntries(a: LedgerEntry, b: LedgerEntry): number {
  if (a.propertyId !== b.propertyId) return a.propertyId - b.propertyId;
  if (a.transactionId !== b.transactionId) return a.transactionId - b.transactionId;
  if (a.glAccountId !== b.glAccountId) return a.glAccountId - b.glAccountId;
  if (a.day !== b.day) return a.day < b.day ? -1 : 1;
  return a.amountCents - b.amountCents;
}

function transactionKey({ propertyId, transactionId }: LedgerEntry): string {
  return `${propertyId}/${transactionId}`;
}

function byTransaction(entries: readonly LedgerEntry[]): Map<string, LedgerEntry[]> {
  return Map.groupBy(entries, transactionKey);
}

function effect(entries: readonly LedgerEntry[], { chart, options }: Books): Cents {
  return entries.reduce((sum, entry) => sum + noiEffectCents(entry, chart, options), 0);
}

function fingerprint(entries: readonly LedgerEntry[]): string {
  return entries
    .map(({ glAccountId, day, amountCents }) => `${glAccountId} ${day} ${amountCents}`)
    .sort()
    .join('\n');
}
