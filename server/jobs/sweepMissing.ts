import type { AnyResource } from '../../shared/resources/define.ts';
import { parkedAmong } from '../db/dueMarks.ts';
import { entityIdsShowing, liveEntityIds } from '../db/links.ts';
import type { Loss } from '../db/losses.ts';
import { markDirty } from '../db/marks.ts';
import { nowOf, type Job } from './job.ts';
import { judge, verdictOf } from './losses/lossVerdicts.ts';

type Missed = { resource: AnyResource; reason: string };

/** A list in date windows begins somewhere: what lies before was never meant to be in it. */
export function isWholeList(resource: AnyResource): boolean {
  return (resource.read?.lists ?? []).every((list) => list.window === undefined);
}

/**
 * Entities that a whole list did not show. Absence is only a hint, since offset paging skips rows when something is
 * deleted meanwhile: each is looked at singly, and only a 404 there marks it as gone. Too many at once are not even
 * looked at before a person has said so.
 */
export async function markMissing(
  job: Job,
  { resource, reason }: Missed,
  seen: ReadonlySet<string>,
): Promise<void> {
  const known = await liveEntityIds(job.database, job.connectionId, resource.name);
  const missing = known.filter((id) => !seen.has(id));
  if (missing.length === 0) return;
  const losses = missing.map((entityId): Loss => ({ kind: 'goneFromBuildium', fieldKey: '', entityId }));
  const verdicts = await judge(job, resource, losses, { onlyAsk: true });
  const free = losses.filter((loss) => verdictOf(verdicts, loss).kind === 'passes');
  await markMissingDirty(
    job,
    resource,
    free.map(({ entityId }) => entityId),
    reason,
  );
}

/** What has left the list that it was in has changed without an event: a bill that was unpaid is paid, or deleted. */
export async function markVanished(
  job: Job,
  { resource, reason }: Missed,
  seen: ReadonlySet<string>,
): Promise<void> {
  for (const { holds } of resource.read?.lists ?? []) {
    if (!holds) continue;
    const known = await entityIdsShowing(job.database, job.connectionId, resource.name, holds);
    const vanished = known.filter((id) => !seen.has(id));
    await markMissingDirty(job, resource, vanished, reason);
  }
}

export async function markMissingDirty(
  job: Job,
  resource: AnyResource,
  missing: readonly string[],
  reason: string,
): Promise<void> {
  await markAnew(job, resource, missing, `${reason}: missing from Buildium's list`);
}

/** What a list could not show of its own: read singly it is held by itself with the reason. One that is parked so stays. */
export async function markUnread(
  job: Job,
  { resource, reason }: Missed,
  entityIds: readonly string[],
): Promise<void> {
  const ids = entityIds.map((entityId) => ({ resource: resource.name, entityId }));
  const parked = await parkedAmong(job.database, job.connectionId, ids);
  const free = entityIds.filter((entityId) => !parked.has(`${resource.name} ${entityId}`));
  await markAnew(job, resource, free, `${reason}: not to be read with its list`);
}

/** Each is looked at singly, since what the sweep saw of it tells too little. */
export async function markAnew(
  job: Job,
  resource: AnyResource,
  entityIds: readonly string[],
  reason: string,
): Promise<void> {
  if (entityIds.length === 0) return;
  const marks = entityIds.map((entityId) => ({
    ...{ resource: resource.name, entityId, reason, onBehalfOf: 'sweep' },
    ...{ priority: 'sweep' as const, happenedAt: nowOf(job) },
  }));
  await markDirty(job.database, job.connectionId, marks, nowOf(job));
  await job.queues.wake(job.database, job.connectionId, resource.name);
}
