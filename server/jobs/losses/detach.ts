import { resourceNamed } from '../../../shared/resources/index.ts';
import { ok, type Result } from '../../../shared/result.ts';
import type { CallFailure } from '../../callFailure.ts';
import { appendAudit, type AuditRow } from '../../db/audit.ts';
import type { Queryable } from '../../db/database.ts';
import { addAlias } from '../../db/aliases.ts';
import { liveConflicts } from '../../db/conflicts.ts';
import { linksByEntity, ownersOfRecords, saveLinks, type LinkRow } from '../../db/links.ts';
import { markDirty } from '../../db/marks.ts';
import { DETACHED } from '../../sync/plan.ts';
import { loadBaseMapping } from '../baseMapping.ts';
import { endAndTell } from '../conflicts/conflictEnds.ts';
import { nowOf, type Job } from '../job.ts';
import { statusCells } from '../statusCells.ts';
import { lookAtBlankLinks } from './blankLinks.ts';

export type EntityRef = { resource: string; entityId: string };

/** The entity that a row stands for; null for a row that the sync does not know. */
export async function entityOfRecord(
  job: Pick<Job, 'database' | 'connectionId'>,
  airtableRecordId: string,
): Promise<EntityRef | null> {
  const owners = await ownersOfRecords(job.database, job.connectionId, [airtableRecordId]);
  const owner = owners.get(airtableRecordId);
  return owner ? { resource: owner.resource, entityId: owner.entityId } : null;
}

/**
 * Takes a pair out of the sync: neither side is read or written any more, and a row that was deleted in Airtable is
 * not made again. The row itself says so where it is still there. What was in conflict has nothing to be settled with.
 */
export async function detach(job: Job, ref: EntityRef, by: string): Promise<Result<null, CallFailure>> {
  const seen = await linkOf(job, job.database, ref);
  if (!seen || seen.standing === 'detached') return ok(null);
  const told = await tellRow(job, seen);
  if (!told.ok) {
    // Without an answer the row may say so all the same: a look puts right what it says.
    await job.database.transaction((tx) => look(tx, job, seen, 'not detached: Airtable was away', by));
    return told;
  }
  await job.database.transaction(async (tx) => {
    // The mark first, as a look does that remembers: what it has just remembered is not written over.
    await look(tx, job, seen, 'detached', by);
    const link = (await linkOf(job, tx, ref)) ?? seen;
    // Somebody else was quicker, and has it on record.
    if (link.standing === 'detached') return;
    const detached = { ...link, standing: 'detached', status: 'Paused', note: DETACHED } as const;
    await saveLinks(tx, job.connectionId, [detached], nowOf(job));
    const live = await liveConflicts(tx, job.connectionId, ref.resource, [ref.entityId]);
    const closed = live.map(({ conflictId }) => ({ conflictId, endedWhy: 'detached' as const }));
    await endAndTell(tx, job, { resolved: [], closed }, by);
    await appendAudit(tx, job.connectionId, [auditOf(job, link, 'detached', by)], nowOf(job));
  });
  return ok(null);
}

/** Takes a detached pair back: both sides are compared with what they were last agreed on. */
export async function attach(job: Job, ref: EntityRef, by: string): Promise<Result<null, CallFailure>> {
  const link = await linkOf(job, job.database, ref);
  if (!link || link.standing !== 'detached') return ok(null);
  const isThere = await rowIsThere(job, link);
  if (!isThere.ok) return isThere;
  const keepsRow = isThere.value;
  await job.database.transaction(async (tx) => {
    await look(tx, job, link, 'attached again', by);
    const airtableRecordId = keepsRow ? link.airtableRecordId : null;
    if (!keepsRow && link.airtableRecordId !== null)
      await addAlias(tx, job.connectionId, {
        ...ref,
        airtableRecordId: link.airtableRecordId,
        comparedAt: link.comparedAt ?? null,
      });
    const standing = keepsRow ? ('linked' as const) : ('unpaired' as const);
    // A row that is made anew has nothing agreed; the old agreement would let its blank cells look like edits.
    const agreed = keepsRow ? {} : { syncedBuildium: {}, syncedAirtable: null, syncedSealed: null };
    const attached = { ...link, ...agreed, airtableRecordId, standing, buildiumHash: null, status: null };
    await saveLinks(tx, job.connectionId, [{ ...attached, note: null }], nowOf(job));
    const reason = `${resourceNamed(ref.resource).label.one} ${ref.entityId} was attached again`;
    await lookAtBlankLinks(tx, job, ref, reason, by);
    await appendAudit(tx, job.connectionId, [auditOf(job, link, 'attached', by)], nowOf(job));
  });
  return ok(null);
}

async function linkOf(job: Job, db: Queryable, { resource, entityId }: EntityRef): Promise<LinkRow | null> {
  const links = await linksByEntity(db, job.connectionId, resource, [entityId]);
  return links.get(entityId) ?? null;
}

/** A row that was deleted has nobody to tell. */
async function tellRow(job: Job, link: LinkRow): Promise<Result<null, CallFailure>> {
  const table = (await loadBaseMapping(job.database, job.connectionId)).get(link.resource);
  const isThere = await rowIsThere(job, link);
  if (!isThere.ok) return isThere;
  if (!table || !isThere.value || link.airtableRecordId === null) return ok(null);
  if (table.status === null && table.note === null) return ok(null);
  const fields = statusCells(table, { status: 'Paused', note: DETACHED }, nowOf(job));
  const rows = [{ id: link.airtableRecordId, fields }];
  const written = await job.airtable.updateRecords(table.tableId, rows, { priority: 'person' });
  return written.ok ? ok(null) : written;
}

async function rowIsThere(job: Job, link: LinkRow): Promise<Result<boolean, CallFailure>> {
  const table = (await loadBaseMapping(job.database, job.connectionId)).get(link.resource);
  if (!table || table.problem !== null || link.airtableRecordId === null) return ok(false);
  const ids = [link.airtableRecordId];
  const read = await job.airtable.recordsById(table.tableId, ids, [table.buildiumId], { priority: 'person' });
  return read.ok ? ok(read.value.length > 0) : read;
}

async function look(tx: Queryable, job: Job, link: LinkRow, reason: string, by: string): Promise<void> {
  const resource = resourceNamed(link.resource);
  const root = resource.partOf ?? resource.name;
  const entityId = resource.partOf ? (link.parentId ?? link.entityId) : link.entityId;
  const mark = { resource: root, entityId, reason, onBehalfOf: by, happenedAt: nowOf(job) };
  await markDirty(tx, job.connectionId, [{ ...mark, priority: 'person' }], nowOf(job));
  await job.queues.wake(tx, job.connectionId, root);
}

function auditOf(job: Job, link: LinkRow, action: 'detached' | 'attached', by: string): AuditRow {
  const why =
    action === 'detached'
      ? 'taken out of the sync: neither side is read or written for it any more'
      : 'taken back into the sync: both sides are compared again';
  return {
    ...{ auditId: job.newId(), actor: by, action, resource: link.resource, entityId: link.entityId },
    ...{ airtableRecordId: link.airtableRecordId, changes: {}, changesSealed: null, why, runId: null },
  };
}
