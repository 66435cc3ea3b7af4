import { lockedThrough, propertyIdsOf, type PlannedFacts } from './plannedFacts.ts';
import type { PlannedItem } from './plannedItem.ts';
import { problem, textOf, type PlannedProblem, type PlannedRow } from './plannedRow.ts';
import type { ShownTransaction } from './plannedShown.ts';

/** Nothing is booked into a closed period, and nothing that lies in one is changed. */
export function lockProblems(
  item: PlannedItem,
  row: PlannedRow,
  facts: PlannedFacts,
  booked: ShownTransaction | null,
): PlannedProblem[] {
  const bookedOn = booked?.lines.flatMap(({ propertyId }) => propertyId ?? []) ?? [];
  const day = lockedThrough([...new Set([...propertyIdsOf(item, facts), ...bookedOn])], facts);
  const date = textOf(row, 'date');
  if (day === null) return [];
  if (booked && booked.date <= day)
    return [
      problem(
        'date',
        'lockedPeriod',
        `It is booked on ${booked.date}, and the books are locked through ${day} in Buildium: it cannot be changed. Set the row back, or ask who may unlock them.`,
      ),
    ];
  return date !== null && date <= day
    ? [
        problem(
          'date',
          'lockedPeriod',
          `The books are locked through ${day} in Buildium; ${date} cannot be booked. Choose a later day, or ask who may unlock them.`,
        ),
      ]
    : [];
}
