import type { ColumnShape } from '../resources/columns.ts';

/** A column of a table of ours. `target` of a link: a resource, or a table of ours. */
export type OwnColumn = ColumnShape & { key: string; target?: string };

/**
 * A table in the person's base that mirrors nothing in Buildium: results that we write, or rows that people enter.
 * The first column is the table's primary field.
 */
export type OwnTable = {
  /** Never changes: ids are remembered under it. */
  name: string;
  /** The Airtable table's name when we create it; afterwards people may rename it. */
  table: string;
  description: string;
  columns: readonly OwnColumn[];
  /** The text column by which our rows are found again; absent where people make the rows. */
  keyColumn?: string;
};

/** Checks at load what a reader would otherwise find out in production. */
export function defineOwnTable(table: OwnTable): OwnTable {
  for (const names of [
    table.columns.map(({ key }) => key),
    table.columns.map(({ column }) => column.toLowerCase()),
  ]) {
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) throw new Error(`${table.name} names ${twice} twice`);
  }
  const linkWithoutTarget = table.columns.find(({ kind, target }) => kind === 'link' && !target);
  if (linkWithoutTarget) throw new Error(`${table.name}.${linkWithoutTarget.key} needs a target`);
  const key = table.columns.find((column) => column.key === table.keyColumn);
  if (table.keyColumn !== undefined && key?.kind !== 'text')
    throw new Error(`The key column of ${table.table} must be one of its text columns`);
  return table;
}

/** By it our rows are found again: every table that we fill has it. */
export const KEY_COLUMN = {
  key: 'key',
  column: 'Key',
  kind: 'text',
  description: 'What this row shows. The sync finds the row by it: leave it as it is.',
} as const satisfies OwnColumn;
