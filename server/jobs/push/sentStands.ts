import { withoutMarker } from '../../../shared/marker.ts';
import { centsFromDollars, formatCents } from '../../../shared/money.ts';
import type { IntentRow } from '../../db/intents.ts';
import type { ShownTransaction } from '../../sync/plannedShown.ts';

type Json = Readonly<Record<string, unknown>>;
type Sent = Pick<IntentRow, 'body' | 'amountCents'>;

/**
 * What Buildium shows in place of the money that was sent, in words; null where that stands: day, total, accounts and
 * amounts line by line, property and unit. On which side a line of a journal entry is, Buildium shows nowhere.
 */
export function moneyMoved({ body, amountCents }: Sent, shown: ShownTransaction): string | null {
  if (shown.totalCents !== amountCents) return `has been changed to ${formatCents(shown.totalCents)}`;
  if (shown.date !== body['Date']) return `has been moved to ${shown.date}`;
  if (!hasLines(body, shown, [])) return 'has been changed in its accounts or lines';
  return hasLines(body, shown, ['place']) ? null : 'has been moved to another property or unit';
}

/** Whether Buildium shows just what was sent, texts included: our marks and what it shows nowhere left aside. */
export function isAllShown(sent: Sent, shown: ShownTransaction): boolean {
  const { body } = sent;
  const [first] = linesOf(body);
  const shownInPlaceOf: readonly (readonly [unknown, string | null])[] = [
    [body['Memo'], shown.memo],
    [body['ReferenceNumber'] ?? first?.['ReferenceNumber'], shown.reference],
    [body['DueDate'], shown.dueDate],
    [body['VendorId'], shown.vendorId],
    [body['PayeeUserId'] ?? undefined, shown.payeeId],
  ];
  return (
    moneyMoved(sent, shown) === null &&
    hasLines(body, shown, ['place', 'memo']) &&
    // What was not sent stays as it was.
    shownInPlaceOf.every(([value, there]) => value === undefined || typed(value) === typed(there))
  );
}

/** Debits and credits of two bodies are the same, line by line, in whatever order. */
export function hasSameSides(one: Json, other: Json): boolean {
  const sides = (body: Json): string[] =>
    linesOf(body).map((line) => `${String(line['PostingType'])} ${accountOf(line)} ${centsOf(line)}`);
  return isSame(sides(one), sides(other));
}

function hasLines(body: Json, { lines }: ShownTransaction, more: readonly ('place' | 'memo')[]): boolean {
  const sent = linesOf(body);
  const hasPlace = more.includes('place') && placeOf(body, sent[0] ?? {}) !== null;
  const hasMemo = more.includes('memo') && sent.some((line) => 'Memo' in line);
  return isSame(
    sent.map((line) =>
      [
        ...[accountOf(line), centsOf(line)],
        ...(hasPlace ? [placeOf(body, line)] : []),
        ...(hasMemo ? [typed(line['Memo'])] : []),
      ].join(' '),
    ),
    lines.map((line) =>
      [
        // Whether Buildium shows some kinds with a sign is not known.
        ...[line.glAccountId ?? '', Math.abs(line.amountCents)],
        ...(hasPlace ? [`${line.propertyId ?? ''}/${line.unitId ?? ''}`] : []),
        ...(hasMemo ? [typed(line.memo)] : []),
      ].join(' '),
    ),
  );
}

function linesOf(body: Json): readonly Json[] {
  return Array.isArray(body['Lines']) ? (body['Lines'] as Json[]) : [];
}

/** A bill names it on each line, a journal entry once; what is on a lease names none. */
function placeOf(body: Json, line: Json): string | null {
  const entity = (line['AccountingEntity'] ?? body['AccountingEntity']) as Json | undefined;
  return entity ? `${typed(entity['Id'])}/${typed(entity['UnitId'])}` : null;
}

function accountOf(line: Json): string {
  return typed(line['GLAccountId'] ?? line['GlAccountId']);
}

function centsOf({ Amount }: Json): number {
  const cents = centsFromDollars(Amount as number);
  return cents.ok ? cents.value : 0;
}

function typed(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number'
    ? (withoutMarker(String(value).trim()) ?? '')
    : '';
}

function isSame(some: readonly string[], others: readonly string[]): boolean {
  return JSON.stringify([...some].sort()) === JSON.stringify([...others].sort());
}
