import { plannedTransactions } from '../../../shared/planned/columns.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { AirtableRecord } from '../../airtable/client.ts';
import type { CallFailure } from '../../callFailure.ts';
import { ownersOfRecords } from '../../db/links.ts';
import { listOwnTables } from '../../db/ownTables.ts';
import { groupKey } from '../../sync/plannedItem.ts';
import { readPlannedRow, textOf, type PlannedRow } from '../../sync/plannedRow.ts';
import type { Job } from '../job.ts';
import { openOwnTable, type OpenTable, type OwnTableFailure } from '../ownTables/ownTables.ts';

/** A planned row with what the sync wrote on it before. */
export type ReadRow = PlannedRow & {
  ours: { buildiumId: string | null; syncStatus: string | null; syncNote: string | null };
};

/** The table as it stands in the base; null where it was never made, so that it can hold no rows either. */
export async function plannedTable(job: Job): Promise<Result<OpenTable | null, OwnTableFailure>> {
  const tables = await listOwnTables(job.database, job.connectionId);
  if (!tables.some(({ name }) => name === plannedTransactions.name)) return ok(null);
  return openOwnTable(job, plannedTransactions);
}

/**
 * The rows, and with them the other rows of their groups: those become one transaction and are seen as one.
 * Rows that are not in the table are absent from the answer.
 */
export async function readRows(
  job: Job,
  table: OpenTable,
  recordIds: readonly string[],
): Promise<Result<ReadRow[], CallFailure>> {
  const fieldIds = Object.values(table.fieldIds);
  const options = { priority: 'person' } as const;
  const asked = await job.airtable.recordsById(table.tableId, recordIds, fieldIds, options);
  if (!asked.ok) return err(asked.error);
  // Airtable answers in an order of its own; what becomes of the rows is shown in the order in which they were given.
  const placeOf = new Map(recordIds.map((id, at) => [id, at]));
  const inOrder = asked.value.toSorted((a, b) => (placeOf.get(a.id) ?? 0) - (placeOf.get(b.id) ?? 0));
  const rows = await decoded(job, table, inOrder);
  const groups = new Map(rows.flatMap((row) => keyedGroup(row) ?? []));
  const groupField = table.fieldIds['group'];
  if (groups.size === 0 || groupField === undefined) return ok(rows);
  // As a reader sees it: a row that names the group with a blank behind it would otherwise be left out in silence.
  const others = await job.airtable.recordsReadingAs(
    table.tableId,
    groupField,
    [...new Set(groups.values())],
    fieldIds,
    options,
  );
  if (!others.ok) return err(others.error);
  const known = new Set(rows.map((row) => row.recordId));
  const more = (await decoded(job, table, others.value)).filter(
    (row) => !known.has(row.recordId) && groups.has(groupKey(row) ?? ''),
  );
  return ok([...rows, ...more]);
}

function keyedGroup(row: ReadRow): [[string, string]] | null {
  const [key, group] = [groupKey(row), textOf(row, 'group')];
  return key === null || group === null ? null : [[key, group]];
}

/** One row alone; null where it is not in the table. */
export async function readRow(
  job: Job,
  table: OpenTable,
  recordId: string,
): Promise<Result<ReadRow | null, CallFailure>> {
  const read = await job.airtable.recordsById(table.tableId, [recordId], Object.values(table.fieldIds), {
    priority: 'person',
  });
  if (!read.ok) return read;
  const [row = null] = await decoded(job, table, read.value);
  return ok(row);
}

async function decoded(job: Job, table: OpenTable, records: readonly AirtableRecord[]): Promise<ReadRow[]> {
  const linked = records.flatMap((record) =>
    Object.values(record.fields).flatMap((cell) =>
      Array.isArray(cell)
        ? cell.filter((id): id is string => typeof id === 'string' && id.startsWith('rec'))
        : [],
    ),
  );
  const owners = await ownersOfRecords(job.database, job.connectionId, [...new Set(linked)]);
  const entityIdOf = (target: string, recordId: string): string | null => {
    const owner = owners.get(recordId);
    return owner?.resource === target ? owner.entityId : null;
  };
  return records.map((record) => {
    const cells = Object.fromEntries(
      Object.entries(table.fieldIds).map(([key, fieldId]) => [key, record.fields[fieldId]]),
    );
    const text = (key: string): string | null => {
      const cell = cells[key];
      return typeof cell === 'string' && cell.trim() !== '' ? cell.trim() : null;
    };
    const ours = {
      buildiumId: text('buildiumId'),
      syncStatus: text('syncStatus'),
      syncNote: text('syncNote'),
    };
    return { ...readPlannedRow(record.id, cells, entityIdOf), ours };
  });
}

const ROWS_A_REQUEST = 10;

/** Writes cells by column key; one bad row does not keep the others from being written. */
export async function writeCells(
  job: Job,
  table: OpenTable,
  rows: readonly { recordId: string; cells: Readonly<Record<string, unknown>> }[],
): Promise<Result<null, CallFailure>> {
  for (let from = 0; from < rows.length; from += ROWS_A_REQUEST) {
    const some = rows.slice(from, from + ROWS_A_REQUEST).map(({ recordId, cells }) => ({
      id: recordId,
      fields: Object.fromEntries(
        Object.entries(cells).flatMap(([key, value]) => {
          const fieldId = table.fieldIds[key];
          return fieldId === undefined ? [] : [[fieldId, value]];
        }),
      ),
    }));
    const written = await job.airtable.updateRecords(table.tableId, some, { priority: 'person' });
    if (written.ok) continue;
    const isAboutRows = ['invalid', 'notFound', 'conflict'].includes(written.error.kind);
    if (!isAboutRows) return written;
    if (some.length === 1) continue;
    for (const row of rows.slice(from, from + ROWS_A_REQUEST)) {
      const alone = await writeCells(job, table, [row]);
      if (!alone.ok) return alone;
    }
  }
  return ok(null);
}
