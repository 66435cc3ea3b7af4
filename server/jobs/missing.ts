import type { AnyResource } from '../../shared/resources/define.ts';
import { ok, type Result } from '../../shared/result.ts';
import { readPages } from '../buildium/read.ts';
import type { CallFailure } from '../callFailure.ts';
import { liveEntityIds } from '../db/links.ts';
import type { Job } from './job.ts';
import { readScope } from './look.ts';
import { approveGone } from './losses/lossApprovals.ts';
import { markMissingDirty } from './sweepMissing.ts';

/**
 * A person has said that so much may be missing: every entity that Buildium no longer lists is marked, to be looked
 * at singly. Still only a 404 there marks it as deleted.
 */
export async function acceptMissing(
  job: Job,
  resource: AnyResource,
  by: string,
): Promise<Result<{ read: number; missing: number }, CallFailure>> {
  const seen = new Set<string>();
  const known = await liveEntityIds(job.database, job.connectionId, resource.name);
  const scope = readScope(job, { full: true, nightly: false });
  for await (const page of readPages(job.buildium, resource, scope, { priority: 'person' })) {
    if (!page.ok) return page;
    for (const wire of page.value.wires) seen.add(resource.idOf(wire));
    for (const entityId of page.value.refused.keys()) seen.add(entityId);
  }
  const missing = known.filter((id) => !seen.has(id));
  await approveGone(job, resource.name, missing, by);
  await markMissingDirty(job, resource, missing, `accepted by ${by}`);
  return ok({ read: seen.size, missing: missing.length });
}
