import type { Table } from './base.ts';
import { baseIsFull } from './errors.ts';
import type { Row } from './model.ts';
import type { Transaction } from './transaction.ts';

/** Adds an empty record, unless the base is full. */
export function newRow(tx: Transaction, table: Table): Row {
  const { base, actor, atMs } = tx;
  if (base.recordLimit !== null && base.recordCount() >= base.recordLimit) throw baseIsFull(base.recordLimit);
  const row: Row = {
    id: base.newId('rec'),
    number: table.nextRowNumber,
    createdMs: atMs,
    createdBy: actor.user.id,
    modifiedMs: atMs,
    modifiedBy: actor.user.id,
    cells: new Map(),
    cellsShared: false,
    fieldModifiedMs: null,
    comments: [],
  };
  table.nextRowNumber += 1;
  tx.insertRow(table, row);
  return row;
}
