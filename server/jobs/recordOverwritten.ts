import { resourceNamed } from '../../shared/resources/index.ts';
import type { AirtableEdit } from '../db/airtableEdits.ts';
import { appendAudit, type AuditRow } from '../db/audit.ts';
import { recordSettled, type FoundConflict } from '../db/conflictsFound.ts';
import type { Queryable } from '../db/database.ts';
import { openNotices } from '../db/notices.ts';
import type { Overwritten } from './heardEdits.ts';
import { nowOf, type Job } from './job.ts';
import { queueNotification } from './notify/notify.ts';
import { openVault, type PersonalVault } from './personalVault.ts';
import { digestOf, hasPersonalFields, packChanges } from './synced.ts';

export type OverwrittenRecord = {
  conflict: FoundConflict | null;
  audit: AuditRow | null;
  label: string;
  column: string;
};

/** What is to be kept of each overwritten edit; contact data is sealed here, since keys may have to be made first. */
export async function sealOverwritten(
  job: Job,
  found: readonly Overwritten[],
  edits: readonly AirtableEdit[],
): Promise<OverwrittenRecord[]> {
  const records: OverwrittenRecord[] = [];
  for (const [name, group] of Map.groupBy(found, ({ resource }) => resource)) {
    const resource = resourceNamed(name);
    const ids = group.map(({ entityId }) => entityId);
    const vault = hasPersonalFields(resource) ? await openVault(job, job.database, name, ids) : null;
    for (const one of group) {
      const field = resource.fields.find(({ key }) => key === one.fieldKey);
      records.push({
        conflict: one.isWritable
          ? conflictOf(job, one, edits, field?.personal === true ? vault : null)
          : null,
        audit: one.isWritable ? null : auditOf(job, one, vault),
        label: `${resource.label.one} ${one.entityId}`,
        column: field?.column ?? one.fieldKey,
      });
    }
  }
  return records;
}

/** In the transaction that advances the cursor: what our own write fell upon is the loser of a conflict. */
export async function recordOverwritten(
  tx: Queryable,
  job: Job,
  records: readonly OverwrittenRecord[],
): Promise<void> {
  const now = nowOf(job);
  const { connectionId } = job;
  const audits = records.flatMap(({ audit }) => audit ?? []);
  await appendAudit(tx, connectionId, audits, now);
  const conflicts = records.flatMap(({ conflict }) => conflict ?? []);
  await recordSettled(tx, connectionId, conflicts, now);
  for (const { conflict, label, column } of records) {
    if (!conflict) continue;
    const message = `${column} of ${label}: an edit in Airtable fell into the moment in which the sync wrote there, and was overwritten. The edited value is kept: undo conflict ${conflict.conflictId} to bring it back.`;
    const { resource, entityId } = conflict;
    await openNotices(tx, connectionId, [
      { noticeId: job.newId(), at: now, resource, entityId, kind: 'overwritten', message },
    ]);
    const subject = `Overwritten edit: ${column} of ${label}`;
    const json = { conflictId: conflict.conflictId, resource, entityId, field: conflict.fieldKey };
    await queueNotification(tx, connectionId, { kind: 'conflict', subject, text: message, json }, now);
  }
}

function conflictOf(
  job: Job,
  { resource, entityId, fieldKey, lost, written }: Overwritten,
  edits: readonly AirtableEdit[],
  vault: PersonalVault | null,
): FoundConflict {
  const shown = { buildium: written, airtable: lost, synced: null };
  const airtableDigest = digestOf(job, fieldKey, lost);
  const edit = edits.find(
    (one) => one.entityId === entityId && one.fieldKey === fieldKey && one.digest === airtableDigest,
  );
  return {
    ...{ conflictId: job.newId(), resource, entityId, fieldKey, kind: 'overwritten' },
    why: "An edit fell between the sync's look at the row and its write, which went over it.",
    shown: vault ? {} : shown,
    shownSealed: vault ? vault.seal(entityId, shown) : null,
    ...{ buildiumDigest: digestOf(job, fieldKey, written), airtableDigest },
    ...{ buildiumChangedAt: null, airtableChangedAt: edit?.editedAt ?? null },
    airtableChangedBy: edit ? (edit.userEmail ?? edit.userId ?? edit.source) : null,
    ...{ stakesCents: null, decision: 'buildium', decidedValue: null, decidedSealed: null },
    ...{ decidedBy: 'sync', policy: null },
  };
}

/** A one-way field's edit would have been put back anyway: the audit says that it was. */
function auditOf(job: Job, one: Overwritten, vault: PersonalVault | null): AuditRow {
  const resource = resourceNamed(one.resource);
  const column = resource.fields.find(({ key }) => key === one.fieldKey)?.column ?? one.fieldKey;
  const changes = { [one.fieldKey]: { before: one.lost, after: one.written } };
  return {
    ...{ auditId: job.newId(), actor: 'sync', action: 'putBack', runId: null },
    ...{ resource: one.resource, entityId: one.entityId, airtableRecordId: one.airtableRecordId },
    ...packChanges(resource, one.entityId, changes, vault),
    why: `${column}: changed in Airtable while the sync wrote there; the value comes from Buildium, and Buildium's stands`,
  };
}
