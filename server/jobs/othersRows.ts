import type { AirtableRecord } from '../airtable/client.ts';
import { linksByEntity, ownersOfRecords, type RecordOwner } from '../db/links.ts';
import { markDirty } from '../db/marks.ts';
import { saveSent, type NewSentRow } from '../db/sent.ts';
import { nowOf, type Job } from './job.ts';
import { openVault } from './personalVault.ts';
import { rootOf } from './rootOf.ts';
import type { Decision } from './settlement.ts';
import { digestsOf, hasPersonalFields, syncedOf } from './synced.ts';

/** Those among the rows that stand for another entity, whatever Buildium ID somebody has typed into them. */
export async function ownedByOthers(
  job: Job,
  rows: readonly { resource: string; entityId: string; recordId: string }[],
): Promise<Map<string, RecordOwner>> {
  if (rows.length === 0) return new Map();
  const ids = rows.map(({ recordId }) => recordId);
  const owners = await ownersOfRecords(job.database, job.connectionId, ids);
  return new Map(
    rows.flatMap(({ resource, entityId, recordId }) => {
      const owner = owners.get(recordId);
      const isOther = owner && (owner.resource !== resource || owner.entityId !== entityId);
      return isOther ? [[recordId, owner] as const] : [];
    }),
  );
}

/**
 * Somebody had typed the Buildium ID of what had no row yet into the row of something else, and what was to be a new row
 * was written into that one. Its owner learns that the values are ours, so that nothing of them goes to Buildium and its
 * own come back; what stood there besides is kept once Airtable tells of the write. The new row is tried for again.
 */
export async function giveBack(
  job: Job,
  decisions: readonly Decision[],
  fenceOf: (decision: Decision) => number,
): Promise<void> {
  const written = decisions.flatMap((decision) => {
    const { member, write } = decision;
    if (write?.kind !== 'written' || write.created || decision.row.recordId !== null) return [];
    const { name: resource } = member.resource;
    return [
      { decision, resource, entityId: member.entityId, recordId: write.record.id, record: write.record },
    ];
  });
  const owners = await ownedByOthers(job, written);
  for (const { decision, entityId, recordId, record } of written) {
    const owner = owners.get(recordId);
    if (!owner) continue;
    await tellOwner(job, owner, decision, fenceOf(decision));
    decision.write = { kind: 'refused', failure: failureOf(record, owner, entityId) };
  }
}

async function tellOwner(
  job: Job,
  owner: RecordOwner,
  { member: { resource, entityId }, written }: Decision,
  fence: number,
): Promise<void> {
  const ids = [owner.entityId];
  const link = (await linksByEntity(job.database, job.connectionId, resource.name, ids)).get(owner.entityId);
  const vault = hasPersonalFields(resource) ? await openVault(job, job.database, resource.name, ids) : null;
  const synced = link ? syncedOf(link, vault) : {};
  const now = nowOf(job);
  const sent: NewSentRow = {
    ...{ resource: owner.resource, entityId: owner.entityId, side: 'airtable', fence, isCreate: false },
    digests: digestsOf(job, written),
    saw: digestsOf(
      job,
      Object.fromEntries(Object.keys(written).map((key) => [key, synced[key]?.airtable ?? null])),
    ),
  };
  const mark = {
    ...rootOf(owner),
    reason: `its row carried the Buildium ID ${entityId} and was written for it`,
    ...{ onBehalfOf: 'sync', priority: 'normal' as const, happenedAt: now },
  };
  await job.database.transaction(async (tx) => {
    await saveSent(tx, job.connectionId, [sent], now);
    await markDirty(tx, job.connectionId, [mark], now);
    await job.queues.wake(tx, job.connectionId, mark.resource);
  });
}

function failureOf(
  { id }: AirtableRecord,
  { entityId: owner }: RecordOwner,
  entityId: string,
): Extract<Decision['write'], { kind: 'refused' }>['failure'] {
  const reason = `No row was made for ${entityId}: row ${id}, which stands for ${owner}, carries its Buildium ID.`;
  const message = `${reason} The row gets its own ID back, and the new row is made by itself then; where the row is out of the sync, put its ID right there and try this one again.`;
  return {
    ...{ kind: 'conflict', status: 409, type: null, message, reason, outcome: 'refused' },
    call: 'the making of a row',
  };
}
