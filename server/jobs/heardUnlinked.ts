import type { AirtablePayload, PayloadTable } from '../airtable/webhook.ts';
import { noteRestored } from '../db/aliases.ts';
import type { Queryable } from '../db/database.ts';
import { ownersOfRecords, type RecordOwner } from '../db/links.ts';
import { redriveParked } from '../db/dueMarks.ts';
import { markDirty, type Mark } from '../db/marks.ts';
import { closeNotices } from '../db/notices.ts';
import { deleteUnlinkedRows, saveUnlinkedRows, unlinkedAmong, type UnlinkedRow } from '../db/unlinkedRows.ts';
import type { BaseMapping, TableMapping } from './baseMapping.ts';
import { isOurs } from './heardKnown.ts';
import { nowOf, type Job } from './job.ts';
import { rootOf } from './rootOf.ts';

/** What payloads tell of rows that stand for no entity, and of rows that came back. */
export type HeardUnlinked = {
  rows: UnlinkedRow[];
  /** Rows as they were listed, whose Buildium id has changed. */
  relabelled: UnlinkedRow[];
  gone: string[];
  restored: Mark[];
  restoredIds: string[];
};

/** Rows that people made, copied, gave another Buildium id, removed or brought back. */
export async function unlinkedIn(
  job: Job,
  mapping: BaseMapping,
  payloads: readonly AirtablePayload[],
  ownUserId: string,
): Promise<HeardUnlinked> {
  const byTableId = new Map([...mapping.values()].map((table) => [table.tableId, table]));
  const heard: HeardUnlinked = { rows: [], relabelled: [], gone: [], restored: [], restoredIds: [] };
  for (const payload of payloads) {
    const isOwn = isOurs(payload, ownUserId);
    for (const changed of payload.tables) {
      const table = byTableId.get(changed.tableId);
      if (!table) continue;
      heard.gone.push(...changed.destroyed);
      if (!isOwn) await hearTable(job, payload, table, changed, heard);
    }
  }
  return heard;
}

async function hearTable(
  job: Job,
  payload: AirtablePayload,
  table: TableMapping,
  changed: PayloadTable,
  heard: HeardUnlinked,
): Promise<void> {
  const createdIds = changed.created.map(({ recordId }) => recordId);
  const changedIds = changed.changed.map(({ recordId }) => recordId);
  if (createdIds.length + changedIds.length === 0) return;
  const owners =
    createdIds.length > 0
      ? await ownersOfRecords(job.database, job.connectionId, createdIds)
      : new Map<string, RecordOwner>();
  const madeBy = payload.user?.email ?? payload.user?.id ?? payload.source;
  const about = { resource: table.resource, madeBy, seenAt: payload.timestamp };
  for (const { recordId, current } of changed.created) {
    const owner = owners.get(recordId);
    if (owner) {
      heard.restoredIds.push(recordId);
      heard.restored.push(restoredMark(payload, owner));
    } else
      heard.rows.push({ ...about, airtableRecordId: recordId, entityId: textOf(current[table.buildiumId]) });
  }
  const relabelled = changed.changed.filter(({ current }) => table.buildiumId in current);
  if (relabelled.length === 0) return;
  const listed = await unlinkedAmong(
    job.database,
    job.connectionId,
    relabelled.map(({ recordId }) => recordId),
  );
  for (const { recordId, current } of relabelled) {
    const row = listed.get(recordId);
    if (!row) continue;
    heard.rows.push({ ...row, entityId: textOf(current[table.buildiumId]) });
    heard.relabelled.push(row);
  }
}

function restoredMark(payload: AirtablePayload, owner: RecordOwner): Mark {
  return {
    ...rootOf(owner),
    reason: 'row restored in Airtable',
    onBehalfOf: `airtable:${payload.user?.email ?? payload.user?.id ?? payload.source}`,
    priority: 'normal',
    happenedAt: payload.timestamp,
  };
}

/** In the transaction that advances the cursor. */
export async function noteUnlinked(tx: Queryable, job: Job, heard: HeardUnlinked): Promise<void> {
  const gone = new Set(heard.gone);
  const latest = new Map(heard.rows.map((row) => [row.airtableRecordId, row]));
  const rows = [...latest.values()].filter(({ airtableRecordId }) => !gone.has(airtableRecordId));
  await saveUnlinkedRows(tx, job.connectionId, rows);
  const deleted = await deleteUnlinkedRows(tx, job.connectionId, heard.gone);
  await closeCopyNotices(tx, job, [...deleted, ...heard.relabelled]);
  await tryAgain(tx, job, [...deleted, ...heard.relabelled]);
  await noteRestored(tx, job.connectionId, heard.restoredIds, nowOf(job));
  await markDirty(tx, job.connectionId, heard.restored, nowOf(job));
  for (const resource of new Set(heard.restored.map((mark) => mark.resource)))
    await job.queues.wake(tx, job.connectionId, resource);
}

/** Rows that the sync has taken for an entity's own are nobody's copies any more, and are not to be deleted. */
export async function noteTaken(tx: Queryable, job: Job, recordIds: readonly string[]): Promise<void> {
  await closeCopyNotices(tx, job, await deleteUnlinkedRows(tx, job.connectionId, recordIds));
}

async function closeCopyNotices(tx: Queryable, job: Job, rows: readonly UnlinkedRow[]): Promise<void> {
  for (const { resource, entityId } of rows) {
    const which = { kind: 'copy', resource, entityId };
    if (entityId !== null) await closeNotices(tx, job.connectionId, which, nowOf(job));
  }
}

/** Rows that carried the same id may have been why an entity got no row of its own. */
async function tryAgain(tx: Queryable, job: Job, rows: readonly UnlinkedRow[]): Promise<void> {
  for (const { resource, entityId } of rows) {
    if (entityId === null) continue;
    const freed = await redriveParked(tx, job.connectionId, { resource, entityId }, nowOf(job));
    if (freed.length > 0) await job.queues.wake(tx, job.connectionId, resource);
  }
}

function textOf(cell: unknown): string | null {
  return typeof cell === 'string' && cell.trim() !== '' ? cell.trim() : null;
}
