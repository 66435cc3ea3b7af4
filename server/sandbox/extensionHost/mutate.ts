import * as z from 'zod';
import type { Base, Table } from '../airtable/base.ts';
import { deleteRow } from '../airtable/links.ts';
import { permits, type Actor, type Row } from '../airtable/model.ts';
import { writeFields } from '../airtable/recordWrite.ts';
import type { Transaction } from '../airtable/transaction.ts';
import type { AirtableWorld } from '../airtable/world.ts';

const cells = z.record(z.string(), z.unknown());
const rows = z
  .array(z.object({ id: z.string(), cellValuesByFieldId: cells }))
  .min(1)
  .max(50);

/** What an extension may do to the base through the SDK, as far as ours does. */
export const mutation = z.discriminatedUnion('type', [
  z.object({ type: z.literal('createMultipleRecords'), tableId: z.string(), records: rows }),
  z.object({ type: z.literal('setMultipleRecordsCellValues'), tableId: z.string(), records: rows }),
  z.object({
    type: z.literal('deleteMultipleRecords'),
    tableId: z.string(),
    recordIds: z.array(z.string()).min(1).max(50),
  }),
]);

export type Mutation = z.infer<typeof mutation>;

/** Carries a mutation out as the person, as Airtable's own page does: with source `client`. @throws when refused. */
export function mutate(
  world: AirtableWorld,
  base: Base,
  personId: string,
  given: Mutation,
  nowMs: number,
): void {
  const user = world.users.get(personId);
  const permissionLevel = base.collaborators.get(personId) ?? 'none';
  if (!user || !permits(permissionLevel, 'edit')) throw new Error('This person may not edit the base');
  const actor: Actor = { source: 'client', user, permissionLevel };
  world.transact(base, actor, nowMs, (tx) => {
    const table = base.tableById(given.tableId);
    if (!table) throw new Error(`There is no table ${given.tableId}`);
    switch (given.type) {
      case 'createMultipleRecords':
        for (const { id, cellValuesByFieldId } of given.records)
          writeFields(tx, table, rowWithId(tx, table, id), cellValuesByFieldId, false);
        return;
      case 'setMultipleRecordsCellValues':
        for (const { id, cellValuesByFieldId } of given.records)
          writeFields(tx, table, rowIn(table, id), cellValuesByFieldId, false);
        return;
      case 'deleteMultipleRecords':
        for (const id of given.recordIds) deleteRow(tx, table, rowIn(table, id));
        return;
    }
  });
}

/** The SDK chooses the ids of the rows that it makes. */
function rowWithId(tx: Transaction, table: Table, id: string): Row {
  const { actor, atMs } = tx;
  if (table.rows.has(id)) throw new Error(`There is a row ${id} already`);
  const row: Row = {
    ...{ id, number: table.nextRowNumber, createdMs: atMs, createdBy: actor.user.id },
    ...{ modifiedMs: atMs, modifiedBy: actor.user.id, fieldModifiedMs: null },
    ...{ cells: new Map(), cellsShared: false, comments: [] },
  };
  table.nextRowNumber += 1;
  tx.insertRow(table, row);
  return row;
}

function rowIn(table: Table, id: string): Row {
  const row = table.rows.get(id);
  if (!row) throw new Error(`There is no row ${id}`);
  return row;
}
