import { isIdArray, Table } from './base.ts';
import type { Base } from './base.ts';
import * as refuse from './errors.ts';
import { makeChoices, readOptions } from './fieldOptions.ts';
import type { ChoiceInput } from './fieldOptions.ts';
import { isComputedType, isFieldType } from './model.ts';
import type { Choice, Field, FieldOptions, FieldType } from './model.ts';
import type { Transaction } from './transaction.ts';

export type FieldInput = {
  name: string;
  type: string;
  description?: string | undefined;
  options?: unknown;
};
export type TableInput = { name: string; description?: string | undefined; fields: FieldInput[] };

/** Types that can stand first in a table. */
const PRIMARY_TYPES: ReadonlySet<string> = new Set([
  'singleLineText',
  'email',
  'url',
  'multilineText',
  'phoneNumber',
  'number',
  'percent',
  'currency',
  'date',
  'dateTime',
  'duration',
  'barcode',
]);

const MOST_FIELDS = 500;

function checkFieldName(table: Table, name: string, own?: Field): void {
  const wanted = name.trim().toLowerCase();
  const taken = table.fields.some((field) => field !== own && field.name.toLowerCase() === wanted);
  if (wanted === '' || taken) throw refuse.duplicateFieldName();
}

function checkTableName(base: Base, name: string, own?: Table): void {
  const taken = base.table(name.trim());
  if (name.trim() === '') throw refuse.invalidRequest();
  if (taken && taken !== own && taken.name.toLowerCase() === name.trim().toLowerCase())
    throw refuse.duplicateTableName();
}

/** Makes a table with its grid view; its first field is its primary field. */
export function createTable(tx: Transaction, input: TableInput): Table {
  const { base } = tx;
  const [primary] = input.fields;
  if (!primary) throw refuse.invalidRequest();
  checkTableName(base, input.name);
  const views = [{ id: base.newId('viw'), name: 'Grid view', type: 'grid' }];
  const table = new Table(base.newId('tbl'), input.name.trim(), [], views, input.description);
  if (isFieldType(primary.type) && !isComputedType(primary.type) && !PRIMARY_TYPES.has(primary.type))
    throw refuse.invalidRequest();
  tx.addTable(table);
  for (const field of input.fields) createField(tx, table, field);
  return table;
}

/** Adds a field as the API does: computed types cannot be made, options must be complete. */
export function createField(tx: Transaction, table: Table, input: FieldInput): Field {
  if (!isFieldType(input.type) || table.fields.length >= MOST_FIELDS) throw refuse.invalidRequest();
  checkFieldName(table, input.name);
  const name = input.name.trim();
  if (isComputedType(input.type)) throw refuse.unsupportedFieldType(table.name, name, input.type);
  const read = readOptions(tx.base, name, input.type, input.options);
  if (!read.ok) throw refuse.invalidFieldOptions(table.name, name, read.problem);
  return addField(tx, table, { name, type: input.type, description: input.description }, read.options);
}

/** Adds a field with options that are known to be right, and the way back of a link. */
export function addField(
  tx: Transaction,
  table: Table,
  given: { name: string; type: FieldType; description?: string | undefined },
  options: FieldOptions | undefined,
): Field {
  const field: Field = { id: tx.base.newId('fld'), name: given.name, type: given.type };
  if (given.description) field.description = given.description;
  if (options) field.options = options;
  if (given.type === 'multipleRecordLinks') {
    field.options = { ...options, isReversed: false, prefersSingleRecordLink: false };
  }
  tx.addField(table, field);
  const other = tx.base.tableById(options?.linkedTableId);
  if (given.type === 'multipleRecordLinks' && other && other !== table) addInverse(tx, table, field, other);
  return field;
}

/** The other side of a link is called after the table that it leads back to. */
function addInverse(tx: Transaction, table: Table, field: Field, other: Table): void {
  const inverse: Field = {
    id: tx.base.newId('fld'),
    name: freeFieldName(other, table.name),
    type: 'multipleRecordLinks',
    options: {
      linkedTableId: table.id,
      inverseLinkFieldId: field.id,
      isReversed: false,
      prefersSingleRecordLink: false,
    },
  };
  tx.addField(other, inverse);
  tx.changeField(table, field, { options: { ...field.options, inverseLinkFieldId: inverse.id } });
}

function freeFieldName(table: Table, wanted: string): string {
  let name = wanted;
  for (
    let number = 2;
    table.fields.some((field) => field.name.toLowerCase() === name.toLowerCase());
    number += 1
  )
    name = `${wanted} ${number}`;
  return name;
}

export function renameTable(
  tx: Transaction,
  table: Table,
  patch: { name?: string | undefined; description?: string | undefined },
): void {
  if (patch.name !== undefined) checkTableName(tx.base, patch.name, table);
  tx.changeTable(table, {
    ...(patch.name === undefined ? {} : { name: patch.name.trim() }),
    ...(patch.description === undefined ? {} : { description: patch.description }),
  });
}

/** Changes a field's name, description or such options as can change; a link's cannot. */
export function updateField(
  tx: Transaction,
  table: Table,
  field: Field,
  patch: { name?: string | undefined; description?: string | undefined; options?: unknown },
): void {
  const next: Partial<Field> = {};
  if (patch.name !== undefined) {
    checkFieldName(table, patch.name, field);
    next.name = patch.name.trim();
  }
  if (patch.description !== undefined) next.description = patch.description;
  if (patch.options !== undefined) {
    if (isComputedType(field.type) || field.type === 'multipleRecordLinks') throw refuse.invalidRequest();
    const read = readOptions(tx.base, field.name, field.type, patch.options);
    if (!read.ok || !read.options) throw refuse.invalidRequest();
    const choices = (patch.options as { choices?: ChoiceInput[] }).choices;
    if (choices) {
      setChoices(tx, table, field, makeChoices(tx.base, choices, field.options?.choices ?? []));
    } else next.options = read.options;
  }
  tx.changeField(table, field, next);
}

/** Replaces the choices of a select; cells that held a choice which is gone lose it. */
export function setChoices(tx: Transaction, table: Table, field: Field, choices: Choice[]): void {
  tx.changeField(table, field, { options: { ...field.options, choices } });
  const kept = new Set(choices.map((choice) => choice.id));
  for (const row of table.rows.values()) {
    const value = row.cells.get(field.id);
    if (typeof value === 'string' && !kept.has(value)) tx.setCell(table, row, field, undefined);
    if (!isIdArray(value) || value.every((id) => kept.has(id))) continue;
    const left = value.filter((id) => kept.has(id));
    tx.setCell(table, row, field, left.length > 0 ? left : undefined);
  }
}
