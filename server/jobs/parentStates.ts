import { standingsOf, type LinkRef } from '../db/links.ts';
import type { ParentState, Standing } from '../sync/plan.ts';
import type { Job } from './job.ts';
import type { Member } from './look.ts';

/**
 * How every entity that the members link to stands, by `resource id`.
 * @param recordIds rows made in this batch, by `resource id`; those found are added.
 */
export async function parentStates(
  job: Job,
  members: readonly Member[],
  recordIds: Map<string, string>,
): Promise<Map<string, ParentState>> {
  const refs = new Map<string, LinkRef>();
  for (const { resource, decoded } of members) {
    for (const field of resource.fields) {
      const ids = decoded.entity[field.key];
      if (field.kind !== 'link' || !field.target || !Array.isArray(ids)) continue;
      for (const id of ids as string[])
        refs.set(`${field.target} ${id}`, { resource: field.target, entityId: id });
    }
  }
  const unknown = [...refs].filter(([key]) => !recordIds.has(key)).map(([, ref]) => ref);
  const states = new Map<string, ParentState>();
  for (const key of recordIds.keys()) states.set(key, 'row');
  for (const one of await standingsOf(job.database, job.connectionId, unknown)) {
    const key = `${one.resource} ${one.entityId}`;
    states.set(key, parentState(one.standing, one.airtableRecordId));
    if (one.airtableRecordId) recordIds.set(key, one.airtableRecordId);
  }
  return states;
}

function parentState(standing: Standing, airtableRecordId: string | null): ParentState {
  if (airtableRecordId) return standing === 'detached' ? 'detached' : 'row';
  return standing === 'unpaired' || standing === 'linked' ? 'awaited' : 'absent';
}
