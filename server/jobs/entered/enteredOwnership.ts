import type { PlainDate } from '../../../shared/dates.ts';
import { formatMillionths, WHOLE_MILLIONTHS } from '../../accounting/allocate.ts';
import { ownershipSegments } from '../../accounting/ownership.ts';
import type { OwnershipEntry } from '../../db/ownership.ts';
import { cellProblem, isUnfilled, linkedIds, numberOf, oneLink, textOf, type Judged } from './enteredRow.ts';
import type { OwnRow } from '../ownTables/ownRows.ts';

/**
 * Judges the rows of Ownership. A row that cannot be used is stored as no percent of its properties, so that their
 * runs stop: left out, it could turn a shared property into somebody's alone.
 * @param owned Buildium's owners by property.
 */
export function judgeOwnership(
  rows: readonly OwnRow[],
  owned: ReadonlyMap<number, readonly number[]>,
  today: PlainDate,
): Judged<OwnershipEntry>[] {
  const judged = rows.map((row) => judgeRow(row, owned, today));
  const sums = new Map(
    [
      ...Map.groupBy(
        judged.flatMap(({ stored }) => stored),
        ({ propertyId }) => propertyId,
      ),
    ].map(([propertyId, entries]) => [propertyId, sumProblem(propertyId, entries, today)]),
  );
  return judged.map((one) => {
    const sum = one.propertyId === null ? null : (sums.get(one.propertyId) ?? null);
    return { ...one, problem: one.problem ?? (one.isBlank ? null : sum) };
  });
}

function judgeRow(
  row: OwnRow,
  owned: ReadonlyMap<number, readonly number[]>,
  today: PlainDate,
): Judged<OwnershipEntry> {
  const { recordId } = row;
  const properties = linkedIds(row, 'property');
  const [ownerId = 0] = linkedIds(row, 'owner');
  const from = textOf(row, 'from');
  const to = textOf(row, 'to');
  const problem = rowProblem(row, owned, today);
  const isBlank = isUnfilled(row, ['property', 'owner', 'percent', 'from', 'to']);
  const millionths = problem === null ? (numberOf(row, 'percent') ?? 0) : 0;
  const stored = properties.map((propertyId, index) => ({
    ...{ ownershipId: index === 0 ? recordId : `${recordId} ${index}`, propertyId, ownerId, millionths },
    // Days that make no sense would put the row outside of every run.
    ...(problem === null ? { from, to } : { from: null, to: null }),
  }));
  const propertyId = properties[0] ?? null;
  return { recordId, stored: isBlank ? [] : stored, problem: isBlank ? null : problem, isBlank, propertyId };
}

function rowProblem(
  row: OwnRow,
  owned: ReadonlyMap<number, readonly number[]>,
  today: PlainDate,
): string | null {
  const unreadable = cellProblem(row);
  if (unreadable !== null) return unreadable;
  const property = oneLink(row, 'property', 'property');
  if (!property.ok) return property.message;
  if (property.id === null) return 'Choose the property.';
  const owner = oneLink(row, 'owner', 'owner');
  if (!owner.ok) return owner.message;
  if (owner.id === null) return 'Choose the owner.';
  const percent = numberOf(row, 'percent');
  if (percent === null) return 'Enter the percent.';
  if (percent <= 0 || percent > WHOLE_MILLIONTHS)
    return `${formatMillionths(percent)} is no share: enter more than 0 and at most 100 percent.`;
  const from = textOf(row, 'from');
  const to = textOf(row, 'to');
  if (from !== null && to !== null && from > to)
    return `The row ends on ${to}, before it begins on ${from}. Correct one of the two days.`;
  const isPast = to !== null && to < today;
  if (!isPast && !(owned.get(property.id) ?? []).includes(owner.id))
    return 'Buildium does not have this owner at this property. Add the owner to the property there, or end the row with a day under To.';
  return null;
}

/** Whether the percents add up on every day that any row covers, open ends as far as today. */
function sumProblem(propertyId: number, entries: readonly OwnershipEntry[], today: PlainDate): string | null {
  const days = entries.flatMap(({ from, to }) => [from, to]).filter((day) => day !== null);
  const [first = today] = [...days, today].sort();
  const starts = entries.flatMap(({ from }) => (from === null ? [first] : [from])).sort();
  const ends = entries.flatMap(({ to }) => (to === null ? [[...days, today].sort().at(-1) ?? today] : [to]));
  const span = { from: starts[0] ?? today, to: ends.sort().at(-1) ?? today };
  if (span.from > span.to) return null;
  const segments = ownershipSegments({ propertyId, buildiumOwnerIds: [] }, entries, span);
  return segments.ok ? null : segments.error.message;
}
