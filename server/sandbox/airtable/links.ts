import { linksOf } from './base.ts';
import type { Table } from './base.ts';
import { LinkList } from './linkList.ts';
import type { Field, Row } from './model.ts';
import type { Transaction } from './transaction.ts';

/** The table a link field points to and its field for the way back, which a self-link has not. */
function otherSide(tx: Transaction, field: Field): { table: Table; inverse: Field | undefined } | undefined {
  const table = tx.base.tableById(field.options?.linkedTableId);
  if (!table) return undefined;
  const inverseId = field.options?.inverseLinkFieldId;
  return { table, inverse: table.fields.find((candidate) => candidate.id === inverseId) };
}

/** Sets a link cell and keeps the other side: the cost is that of the links that come or go. */
export function setLinks(
  tx: Transaction,
  table: Table,
  row: Row,
  field: Field,
  ids: readonly string[],
): boolean {
  const before = linksOf(row.cells.get(field.id))?.toArray() ?? [];
  const wanted = [...new Set(ids)];
  const changed = tx.setCell(table, row, field, wanted.length > 0 ? LinkList.of(wanted) : undefined);
  const other = otherSide(tx, field);
  if (!changed || !other?.inverse) return changed;
  const had = new Set(before);
  const has = new Set(wanted);
  for (const id of wanted) if (!had.has(id)) addBack(tx, other.table, other.inverse, id, row.id);
  for (const id of before) if (!has.has(id)) dropBack(tx, other.table, other.inverse, id, row.id);
  return changed;
}

function addBack(tx: Transaction, table: Table, inverse: Field, id: string, backId: string): void {
  const row = table.rows.get(id);
  if (!row) return;
  const links = linksOf(row.cells.get(inverse.id));
  tx.setCell(table, row, inverse, links ? links.append(backId) : LinkList.of([backId]));
}

function dropBack(tx: Transaction, table: Table, inverse: Field, id: string, backId: string): void {
  const row = table.rows.get(id);
  const links = row && linksOf(row.cells.get(inverse.id));
  if (!row || !links) return;
  const left = links.without(backId);
  tx.setCell(table, row, inverse, left.length > 0 ? left : undefined);
}

/** Deletes a record and takes it out of every cell that links to it; its own cells stay for an undo. */
export function deleteRow(tx: Transaction, table: Table, row: Row): void {
  for (const field of table.fields) {
    if (field.type !== 'multipleRecordLinks') continue;
    const other = otherSide(tx, field);
    const links = linksOf(row.cells.get(field.id));
    if (other?.inverse && links) {
      for (const id of links.toArray()) dropBack(tx, other.table, other.inverse, id, row.id);
    }
    if (other?.table === table && !other.inverse) dropSelfLinks(tx, table, field, row.id);
  }
  tx.removeRow(table, row);
}

function dropSelfLinks(tx: Transaction, table: Table, field: Field, id: string): void {
  for (const row of table.rows.values()) {
    const links = linksOf(row.cells.get(field.id));
    if (links && row.id !== id && links.toArray().includes(id)) dropBack(tx, table, field, row.id, id);
  }
}

/** Brings a deleted record back with its id, and its links to records that still exist. */
export function restoreRow(tx: Transaction, table: Table, row: Row): void {
  const linkFields = table.fields.filter((field) => field.type === 'multipleRecordLinks');
  const links = linkFields.map((field) => linksOf(row.cells.get(field.id))?.toArray() ?? []);
  for (const field of linkFields) table.store(row, field.id, undefined);
  tx.base.trash.delete(row.id);
  tx.insertRow(table, row);
  linkFields.forEach((field, place) => {
    const other = otherSide(tx, field);
    const living = (links[place] ?? []).filter((id) => other?.table.rows.has(id));
    setLinks(tx, table, row, field, living);
  });
}
