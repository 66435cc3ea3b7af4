import { GROUPED_KINDS, type PlannedKind } from '../../shared/planned/kinds.ts';
import { centsOf, kindOf, textOf, type PlannedRow } from './plannedRow.ts';

/** What becomes one transaction in Buildium: a row, or the rows of a group in the order of their ids. */
export type PlannedItem = { kind: PlannedKind | null; group: string | null; rows: readonly PlannedRow[] };

/**
 * Rows to items: those of one group and kind belong together. What was booked together stays so: rows that join its
 * group later, copies of its own rows among them, are a transaction of their own.
 * @param bookedBy the push that a row became or is on its way with, by its id; null for a row that starts afresh.
 */
export function itemsOf(
  rows: readonly PlannedRow[],
  bookedBy: (recordId: string) => string | null,
): PlannedItem[] {
  const byKey = Map.groupBy(rows, (row) => {
    const group = groupKey(row);
    return group === null ? row.recordId : `${group}\n${bookedBy(row.recordId) ?? ''}`;
  });
  return [...byKey.values()].map((members) => {
    const sorted = [...members].sort((a, b) => (a.recordId < b.recordId ? -1 : 1));
    const [first] = sorted as [PlannedRow, ...PlannedRow[]];
    const kind = kindOf(first);
    const group = kind && GROUPED_KINDS.includes(kind) ? textOf(first, 'group') : null;
    return { kind, group, rows: sorted };
  });
}

/** By which the rows of one group and kind are known; null for a row that stands alone. */
export function groupKey(row: PlannedRow): string | null {
  const [kind, group] = [kindOf(row), textOf(row, 'group')];
  return kind && group !== null && GROUPED_KINDS.includes(kind) ? `${kind}\n${group.toLowerCase()}` : null;
}

/** What the transaction comes to: a journal entry counts its debits. */
export function totalOf({ kind, rows }: PlannedItem): number {
  const counted =
    kind === 'journalEntry' ? rows.filter((row) => textOf(row, 'debitOrCredit') === 'Debit') : rows;
  return counted.reduce((sum, row) => sum + centsOf(row), 0);
}
