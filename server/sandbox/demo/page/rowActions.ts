import * as z from 'zod';
import { plannedTransactions } from '../../../../shared/planned/columns.ts';
import type { OwnTable } from '../../../../shared/tables/define.ts';
import { distributionRulesTable } from '../../../../shared/tables/distributionRules.ts';
import { ownershipTable } from '../../../../shared/tables/ownership.ts';
import { paymentPlansTable } from '../../../../shared/tables/paymentPlans.ts';
import { action, type Action } from './action.ts';
import { ownTableOf } from './columnOrigin.ts';
import { note, rowName, tableOf } from './onTable.ts';
import type { Row, TableView } from './view.ts';

const tableId = z.string();
const recordIds = z.array(z.string()).min(1, 'No row is chosen.').max(1_000);

/** Rows that people make in Airtable's grid, delete there, and bring back. */
export const ROW_ACTIONS: Record<string, Action> = {
  addRow: action(z.object({ tableId }), async (desk, input) => {
    const { table, view } = tableOf(desk, input.tableId);
    const records = [{ fields: {} }];
    const made = await desk.stage.people.inAirtable('createRecords', { table: table.id, records });
    note(desk, `Row added to "${table.name}"`, ofNewRow(view, ownTableOf(table)));
    return { recordId: z.object({ ids: z.tuple([z.string()]) }).parse(made).ids[0] };
  }),
  deleteRows: action(z.object({ tableId, recordIds }), async (desk, input) => {
    const { table, view } = tableOf(desk, input.tableId);
    const rows = view.rows.filter(({ id }) => input.recordIds.includes(id));
    await desk.stage.people.inAirtable('deleteRecords', { table: table.id, ids: input.recordIds });
    const title = `${rowsInWords(view, rows)} deleted from "${table.name}"`;
    note(desk, title, ofDeletion(view, ownTableOf(table), rows));
  }),
  undoDelete: action(z.object({ tableId, recordIds }), async (desk, input) => {
    await desk.stage.people.inAirtable('undoDelete', { ids: input.recordIds });
    const { table, view } = tableOf(desk, input.tableId);
    const rows = view.rows.filter(({ id }) => input.recordIds.includes(id));
    const isSynced = rows.some(({ entityId }) => entityId !== '');
    note(
      desk,
      `${rowsInWords(view, rows)} brought back to "${table.name}"`,
      isSynced ? 'A row comes back with its old id: the sync goes on with it as before.' : null,
    );
  }),
};

/** What tables are for that people fill in, by the sync's name of the table. */
const PURPOSES: Readonly<Record<string, string>> = {
  [plannedTransactions.name]:
    'For something to be booked in Buildium: fill it in, then preview and push it in the extension. Nothing is sent by itself.',
  [ownershipTable.name]: 'For the percent that one owner has of one property: the month’s end goes by it.',
  [distributionRulesTable.name]:
    'For a rule by which owners’ draws follow from net operating income: the next calculation goes by it.',
  [paymentPlansTable.name]:
    'For an instalment agreed with a tenant: until it is due, it is not counted as late.',
};

function ofNewRow({ resource }: TableView, own: OwnTable | null): string {
  if (resource !== null)
    return 'A new row here is never sent to Buildium by itself: the sync leaves it to you, and the extension lists it.';
  if (own?.keyColumn !== undefined)
    return 'The sync writes its own calculations here, and leaves a row of yours alone.';
  return PURPOSES[own?.name ?? ''] ?? 'The table is yours: the sync never reads or writes it.';
}

function ofDeletion({ resource }: TableView, own: OwnTable | null, rows: readonly Row[]): string {
  if (resource !== null) {
    if (rows.every(({ entityId }) => entityId === ''))
      return 'It stood for nothing in Buildium: the sync forgets it.';
    return rows.length === 1
      ? 'Undo within half an hour brings the row back as it was; after that the sync makes it again from Buildium, where nothing was deleted.'
      : 'Undo within half an hour brings the rows back as they were; after that the sync makes them again from Buildium, where nothing was deleted, and asks first where they are a large part of the table.';
  }
  if (own === plannedTransactions) return 'What was pushed already stays booked in Buildium.';
  if (own?.keyColumn !== undefined) return 'The next calculation of its month makes it again.';
  return own ? 'The next calculation goes without it.' : 'The table is yours: nothing follows from it.';
}

function rowsInWords(view: TableView, rows: readonly Row[]): string {
  const [row] = rows;
  if (rows.length !== 1 || !row) return `${rows.length} rows`;
  const name = rowName(view, row);
  return name === '' ? 'A row without a name' : `Row "${name}"`;
}
