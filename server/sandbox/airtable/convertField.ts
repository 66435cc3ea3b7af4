import type { Table } from './base.ts';
import { writeCell } from './cellInput.ts';
import { cellText } from './cellText.ts';
import { setLinks } from './links.ts';
import { isComputedType } from './model.ts';
import type { Field, FieldOptions, FieldType } from './model.ts';
import type { Transaction } from './transaction.ts';

/** The other field of a link, which a self-link has not. */
function inverseOf(tx: Transaction, field: Field): { table: Table; inverse: Field } | null {
  const id = field.options?.inverseLinkFieldId;
  const found = id === undefined ? undefined : tx.base.fieldById(id);
  return found ? { table: found.table, inverse: found.field } : null;
}

/** Deletes a field, and with a link its way back. */
export function deleteField(tx: Transaction, table: Table, field: Field): void {
  const other = inverseOf(tx, field);
  if (other) tx.removeField(other.table, other.inverse);
  tx.removeField(table, field);
}

/** Gives a field another type, as a person does: each cell is read again from its text. */
export function convertField(
  tx: Transaction,
  table: Table,
  field: Field,
  type: FieldType,
  options: FieldOptions | undefined,
): void {
  const format = { timeZone: 'utc', nowMs: tx.atMs };
  const texts = [...table.rows.values()].map((row) => ({
    row,
    text: cellText(tx.base, table, row, field, format),
  }));
  for (const { row } of texts) {
    if (field.type === 'multipleRecordLinks') setLinks(tx, table, row, field, []);
    else tx.setCell(table, row, field, undefined);
  }
  const other = inverseOf(tx, field);
  if (other) tx.removeField(other.table, other.inverse);
  tx.changeField(table, field, { type, options: options ?? {} });
  if (isComputedType(type)) return;
  for (const { row, text } of texts) if (text !== '') writeCell(tx, table, row, field, text, true);
}

/** Deletes a table; links to it turn into the text that they showed. */
export function deleteTable(tx: Transaction, table: Table): void {
  for (const other of tx.base.tables) {
    if (other === table) continue;
    for (const field of other.fields) {
      if (field.options?.linkedTableId === table.id)
        convertField(tx, other, field, 'singleLineText', undefined);
    }
  }
  tx.removeTable(table);
}
