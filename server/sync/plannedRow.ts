import { ENTERED_COLUMNS, plannedColumn } from '../../shared/planned/columns.ts';
import { kindOfChoice, type PlannedKind } from '../../shared/planned/kinds.ts';
import { fromCell, type FieldValue } from '../../shared/resources/values.ts';
import type { Entity } from './entity.ts';

/** Why a row cannot be sent, at the column to correct; '' where it is about the whole row. */
export type PlannedProblem = { column: string; rule: string; message: string };

/** A row of Planned Transactions in canonical form: links are ids in Buildium, money is cents. */
export type PlannedRow = {
  recordId: string;
  values: Entity;
  /** Values that have no canonical form, and links to rows that stand for nothing in Buildium. */
  problems: readonly PlannedProblem[];
};

/** An Airtable row's cells, by column key, to a planned row. */
export function readPlannedRow(
  recordId: string,
  cells: Readonly<Record<string, unknown>>,
  entityIdOf: (target: string, airtableRecordId: string) => string | null,
): PlannedRow {
  const values: Record<string, FieldValue> = {};
  const problems: PlannedProblem[] = [];
  for (const column of ENTERED_COLUMNS) {
    const value = fromCell(column.kind, cells[column.key], (id) => entityIdOf(column.target ?? '', id));
    if (!value.ok) {
      problems.push(problem(column.key, 'value', `${column.column} ${value.error}. Correct it.`));
      continue;
    }
    values[column.key] = value.value;
    if (column.kind === 'link') problems.push(...linkProblems(column.key, value.value));
  }
  return { recordId, values, problems };
}

function linkProblems(key: string, value: FieldValue): PlannedProblem[] {
  const ids = Array.isArray(value) ? (value as readonly string[]) : [];
  const { column } = plannedColumn(key);
  if (ids.some((id) => id.startsWith('row:')))
    return [
      problem(key, 'synced', `${column} links to a row that is not synced with Buildium. Choose another.`),
    ];
  return ids.length > 1 && key !== 'payee'
    ? [problem(key, 'single', `${column} links to ${ids.length} rows; choose one.`)]
    : [];
}

export function problem(key: string, rule: string, message: string): PlannedProblem {
  return { column: key === '' ? '' : plannedColumn(key).column, rule, message };
}

/** The linked id, or null. */
export function linkedId(row: Pick<PlannedRow, 'values'>, key: string): string | null {
  const ids = row.values[key];
  const [first] = Array.isArray(ids) ? (ids as readonly string[]) : [];
  return first === undefined || first.startsWith('row:') ? null : first;
}

export function linkedIds(row: Pick<PlannedRow, 'values'>, key: string): readonly string[] {
  const ids = row.values[key];
  return Array.isArray(ids) ? (ids as readonly string[]).filter((id) => !id.startsWith('row:')) : [];
}

export function textOf(row: Pick<PlannedRow, 'values'>, key: string): string | null {
  const value = row.values[key];
  return typeof value === 'string' && value !== '' ? value : null;
}

export function centsOf(row: Pick<PlannedRow, 'values'>): number {
  const { amount } = row.values;
  return typeof amount === 'number' ? amount : 0;
}

export function kindOf(row: Pick<PlannedRow, 'values'>): PlannedKind | null {
  return kindOfChoice(textOf(row, 'kind') ?? '');
}
