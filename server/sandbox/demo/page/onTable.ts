import { formatCents } from '../../../../shared/money.ts';
import type { Table } from '../../airtable/base.ts';
import type { Desk } from './action.ts';
import { airtableTable, airtableTables } from './airtableView.ts';
import type { CellValue, Column, Row, TableView } from './view.ts';

/** A table of the base by its id, with what its grid shows now. */
export function tableOf({ stage }: Desk, tableId: string): { table: Table; view: TableView } {
  const table = airtableTables(stage).find(({ id }) => id === tableId);
  if (!table) throw new Error('That table is gone.');
  return { table, view: airtableTable(stage, table) };
}

/** Tells what somebody did in Airtable, where nothing is to be waited for. */
export function note({ feed }: Desk, title: string, detail: string | null): void {
  feed.activity.begin({ kind: 'edit', title, detail, state: 'note' });
}

/** What stands in a row's first column; blank for a row without a name. */
export function rowName({ columns: [first] }: TableView, row: Row): string {
  const value = first && row.cells[first.id];
  return first && value !== undefined ? inWords(value, first) : '';
}

export function inWords(value: CellValue, column: Column): string {
  if (value === '') return 'blank';
  if (typeof value === 'object') return value.map((chip) => chip.name).join(', ') || 'blank';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') return value;
  if (column.kind === 'money') return formatCents(Math.round(value * 100));
  return column.kind === 'percent' ? `${Number((value * 100).toFixed(6))}%` : String(value);
}
