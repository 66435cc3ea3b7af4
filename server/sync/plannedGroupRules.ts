import { formatCents } from '../../shared/money.ts';
import { plannedColumn } from '../../shared/planned/columns.ts';
import type { PlannedKind } from '../../shared/planned/kinds.ts';
import type { PlannedItem } from './plannedItem.ts';
import { centsOf, problem, textOf, type PlannedProblem, type PlannedRow } from './plannedRow.ts';

/** Rows of a group become one transaction: what it has only once must be the same on all of them. */
export function groupProblems({ rows, group }: PlannedItem, kind: PlannedKind): PlannedProblem[] {
  if (group === null) return [];
  const once =
    kind === 'bill'
      ? ['date', 'dueDate', 'vendor', 'reference', 'group']
      : // Buildium's lines of a journal entry name neither property nor unit: the entry as a whole does.
        ['date', 'property', 'unit', 'group'];
  const problems = once.flatMap((key) => differing(rows, key, group));
  return kind === 'journalEntry' ? [...problems, ...balanceProblems(rows, group)] : problems;
}

function balanceProblems(rows: readonly PlannedRow[], group: string): PlannedProblem[] {
  if (rows.length < 2)
    return [problem('group', 'lines', `A journal entry needs at least two rows; "${group}" has one.`)];
  const side = (name: string): number =>
    rows.filter((row) => textOf(row, 'debitOrCredit') === name).reduce((sum, row) => sum + centsOf(row), 0);
  const [debits, credits] = [side('Debit'), side('Credit')];
  const message = `The debits of "${group}" are ${formatCents(debits)} and its credits ${formatCents(credits)}; they must be equal.`;
  return debits === credits ? [] : [problem('amount', 'balanced', message)];
}

function differing(rows: readonly PlannedRow[], key: string, group: string): PlannedProblem[] {
  const shown = new Set(rows.map((row) => JSON.stringify(row.values[key] ?? null)));
  return shown.size > 1
    ? [
        problem(
          key,
          'sameInGroup',
          `${plannedColumn(key).column} differs within the group "${group}"; its rows become one transaction, which has one. Make it the same on all of them.`,
        ),
      ]
    : [];
}
