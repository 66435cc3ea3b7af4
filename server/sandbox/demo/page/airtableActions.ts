import * as z from 'zod';
import { action, type Action, type Desk } from './action.ts';
import { inWords, note, rowName, tableOf } from './onTable.ts';
import type { Column, Row, TableView } from './view.ts';

const name = z.string().trim().min(1, 'A name is needed.').max(100);
const recordIds = z.array(z.string()).max(1_000);
/** Links are the ids of the rows that they lead to. */
const typed = z.union([z.string().max(10_000), z.number(), z.boolean(), recordIds, z.null()]);

/** What people do in Airtable's grid. */
export const AIRTABLE_ACTIONS: Record<string, Action> = {
  editCell: action(
    z.object({ tableId: z.string(), recordId: z.string(), fieldId: z.string(), value: typed }),
    async (desk, { tableId, recordId, fieldId, value }) => {
      const { table, view } = tableOf(desk, tableId);
      const column = view.columns.find(({ id }) => id === fieldId);
      const row = view.rows.find(({ id }) => id === recordId);
      if (!column || !row) return;
      const records = [{ id: recordId, fields: { [fieldId]: value } }];
      const atMs = desk.stage.network.simulatorClock.nowMs();
      await desk.stage.people.inAirtable('updateRecords', { table: table.id, records });
      const after = tableOf(desk, tableId).view.rows.find(({ id }) => id === recordId);
      tellEdit(desk, view, column, { before: row, after: after ?? row, atMs });
    },
  ),
  select: action(
    z.object({ tableId: z.string(), recordIds }),
    async ({ extension }, { tableId, recordIds }) => extension?.select(tableId, recordIds),
  ),
  renameTable: action(z.object({ tableId: z.string(), name }), async (desk, input) => {
    const { table } = tableOf(desk, input.tableId);
    const title = `Table "${table.name}" renamed to "${input.name}"`;
    await desk.stage.people.inAirtable('renameTable', { table: table.id, name: input.name });
    note(desk, title, 'Nothing to do: the sync knows tables and fields by their ids.');
  }),
  addColumn: action(z.object({ tableId: z.string(), name }), async (desk, input) => {
    const { table } = tableOf(desk, input.tableId);
    const field = { name: input.name, type: 'singleLineText' };
    await desk.stage.people.inAirtable('addField', { table: table.id, field });
    note(
      desk,
      `Column "${input.name}" added to "${table.name}"`,
      'It is yours: the sync never reads or writes it.',
    );
  }),
  deleteField: action(z.object({ tableId: z.string(), fieldId: z.string() }), async (desk, input) => {
    const { table, view } = tableOf(desk, input.tableId);
    const column = view.columns.find(({ id }) => id === input.fieldId);
    await desk.stage.people.inAirtable('deleteField', { table: table.id, field: input.fieldId });
    note(
      desk,
      `Field "${column?.name ?? ''}" deleted from "${table.name}"`,
      column?.origin === 'buildium'
        ? 'The sync leaves that field out and goes on with the others. "Repair" makes it anew and fills it.'
        : null,
    );
  }),
};

function tellEdit(
  { feed }: Desk,
  view: TableView,
  column: Column,
  { before, after, atMs }: { before: Row; after: Row; atMs: number },
): void {
  const [from, to] = [before, after].map(({ cells }) => inWords(cells[column.id] ?? '', column));
  const title = `${column.name} of ${rowName(view, before) || 'a row'} changed in Airtable: ${from ?? ''} → ${to ?? ''}`;
  const comesFromBuildium = column.origin === 'buildium' && view.resource !== null && before.entityId !== '';
  if (!comesFromBuildium) {
    const detail =
      column.origin === 'buildium'
        ? 'This row stands for nothing in Buildium: the sync never writes it.'
        : 'This column is for people: the sync never overwrites it.';
    feed.activity.begin({ kind: 'edit', title, detail, state: 'note' });
    return;
  }
  feed.activity.begin({
    kind: 'edit',
    title,
    detail: column.flowsBack
      ? `${column.name} is kept equal on both sides. The sync waits until the row has been still for 10 seconds, then carries the edit into Buildium.`
      : `${column.name} comes from Buildium. The sync waits until the row has been still for 10 seconds, then puts Buildium's value back and says so in the audit.`,
    keys: [`${view.resource ?? ''}:${before.entityId}`],
    atMs,
  });
}
