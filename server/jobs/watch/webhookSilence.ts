import { RESOURCES } from '../../../shared/resources/index.ts';
import { listAudit } from '../../db/audit.ts';
import type { Job } from '../job.ts';

/** So many changes that only a sweep has found, with no event in between, are no chance. */
const UNANNOUNCED_CHANGES = 5;

/** The newest entries of an audit that may have millions. */
const LOOKED_AT = 500;

/**
 * Buildium suspends a subscription after 20 failures and tells only its contact: what sweeps find without an event is
 * all that we hear of it.
 * @returns what was found, or null.
 */
export async function silenceOf(
  job: Pick<Job, 'database' | 'connectionId'>,
  lastEventAt: string | null,
): Promise<string | null> {
  const filter = { entityId: null, airtableRecordId: null, action: null, beforeId: null, resource: null };
  const newest = await listAudit(job.database, job.connectionId, {
    ...filter,
    actor: null,
    limit: LOOKED_AT,
  });
  const bySweep = newest.filter(({ actor }) => actor === 'sweep');
  const announced = new Set(
    RESOURCES.filter((one) => Object.keys(one.events).length > 0).map((one) => one.name),
  );
  const unannounced = bySweep.filter(
    ({ at, resource, why }) =>
      announced.has(resource ?? '') && why === 'sweep' && (lastEventAt === null || at > lastEventAt),
  );
  if (unannounced.length < UNANNOUNCED_CHANGES) return null;
  const since = lastEventAt === null ? 'No event ever came' : `The last event came at ${lastEventAt}`;
  return `${since}, while sweeps have found ${unannounced.length} changes since: the subscription is missing or suspended.`;
}
