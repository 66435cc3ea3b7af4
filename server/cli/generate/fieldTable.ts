import { AIRTABLE_TYPES } from '../../../shared/resources/columns.ts';
import type { AnyResource } from '../../../shared/resources/define.ts';
import { RESOURCES, SYNC_COLUMNS } from '../../../shared/resources/index.ts';
import type { OwnTable } from '../../../shared/tables/define.ts';
import { OWN_TABLES } from '../../../shared/tables/index.ts';
import type { FieldKind } from '../../../shared/resources/values.ts';

/** Every synced field as a table in Markdown, one for each Airtable table, folded up so that the list is in sight. */
export function fieldTable(): string {
  return [...RESOURCES.map(tableOf), syncColumns(), ...OWN_TABLES.map(ownTable)].join('\n\n');
}

/** Tables that mirror nothing in Buildium: what each column means says it all. */
function ownTable({ table, description, columns }: OwnTable): string {
  const rows = columns.map((column) => [
    column.column,
    typeOf(column.kind, column.target),
    column.description,
  ]);
  return folded(table, rows.length, `${description}\n\n${markdown(['Field', 'Type', 'Meaning'], rows)}`);
}

function tableOf(resource: AnyResource): string {
  const rows = resource.fields.map((field) => [
    field.column,
    field.put ? (resource.update?.blanks === undefined ? '⇄' : '⇄ once allowed') : '→',
    typeOf(field.kind, field.target),
    `${field.source}${field.nightly === true ? ' (nightly)' : ''}`,
  ]);
  const entered = resource.entered.map((column) => [
    column.column,
    'yours',
    typeOf(column.kind, column.target),
    'filled in by people',
  ]);
  const all = [...rows, ...entered];
  return folded(
    resource.table,
    all.length,
    markdown(['Field', 'Direction', 'Type', 'Source in Buildium'], all),
  );
}

function syncColumns(): string {
  const rows = Object.values(SYNC_COLUMNS).map(({ column, kind, description }) => [
    column,
    typeOf(kind),
    description,
  ]);
  return folded('In every table', rows.length, markdown(['Field', 'Type', 'Meaning'], rows));
}

/** GitHub folds it up; a plain viewer shows it open. */
function folded(title: string, fields: number, content: string): string {
  return `<details>\n<summary><b>${title}</b>, ${fields} fields</summary>\n\n${content}\n\n</details>`;
}

function typeOf(kind: FieldKind, target?: string): string {
  const [type] = AIRTABLE_TYPES[kind];
  const table = RESOURCES.find((resource) => resource.name === target)?.table;
  return table ? `link to ${table}` : type;
}

export function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
