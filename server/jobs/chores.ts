import { expireReceipts } from '../db/receipts.ts';
import { expireSent, SENT_KEPT_MS } from '../db/sent.ts';
import { listRuns } from '../db/runs.ts';
import { claimSweep, finishSweep, listSweeps, type SweepRow } from '../db/sweeps.ts';
import type { AnyResource } from '../../shared/resources/define.ts';
import { renewAirtableWebhooks } from './airtableWebhooks.ts';
import { lastOccurrence, todayIn } from './calendar.ts';
import { hearAirtable } from './hearAirtable.ts';
import { laterBy, nowOf, type Job } from './job.ts';
import { noteRowsInBase } from './quotas.ts';
import { advanceRuns } from './runs.ts';
import { checkSchema, enabledResources, ensureMapped } from './schema.ts';
import { sweep } from './sweep.ts';
import type { ChoreJob } from './queues.ts';

const RECEIPTS_KEPT_MS = 30 * 86_400_000;

/** Airtable is asked for changes this often even if no ping came. */
const HEAR_EVERY_MS = 5 * 60_000;

/** Webhooks are looked after this often. */
const RENEW_EVERY_MS = 6 * 3_600_000;

/** The row among the sweeps that says when Airtable was last listened to. */
const AIRTABLE = 'airtable';

/** Runs one chore of a connection. Each can be run again at any time and by any process. */
export async function runChore(job: Job, chore: ChoreJob['chore']): Promise<void> {
  switch (chore) {
    case 'runs':
      return advanceRuns(job);
    case 'sweep':
      return sweepDue(job);
    case 'nightly':
      return nightly(job);
    case 'hearAirtable':
      return noted(job, 'changes', () => hearAirtable(job));
    case 'renewWebhooks':
      return noted(job, 'full', () => renewAirtableWebhooks(job));
  }
}

/** Writes down when it was done, so that every process knows; it does not keep others from doing it too. */
async function noted(job: Job, kind: SweepRow['kind'], work: () => Promise<void>): Promise<void> {
  const sweepOf = { resource: AIRTABLE, kind, owner: job.owner };
  const now = nowOf(job);
  await claimSweep(job.database, job.connectionId, { ...sweepOf, now, until: now, dueBefore: now });
  await work();
  const done = { now: nowOf(job), cursorAt: null, entities: 0, problem: null };
  await finishSweep(job.database, job.connectionId, { ...sweepOf, ...done });
}

/** The chores of a connection that are due now. */
export async function dueChores(job: Job): Promise<ChoreJob['chore'][]> {
  const due: ChoreJob['chore'][] = [];
  const runs = await listRuns(job.database, job.connectionId, 20);
  const firstSyncDone = runs.some((run) => run.kind === 'firstSync' && run.state === 'finished');
  if (runs.some((run) => run.state === 'running')) due.push('runs');
  const sweeps = await listSweeps(job.database, job.connectionId);
  if (!finishedSince(sweeps, AIRTABLE, 'changes', laterBy(job, -HEAR_EVERY_MS))) due.push('hearAirtable');
  if (!finishedSince(sweeps, AIRTABLE, 'full', laterBy(job, -RENEW_EVERY_MS))) due.push('renewWebhooks');
  // Before the first sync is through there is nothing that a sweep could compare with.
  if (!firstSyncDone) return due;
  if (roots(job).some((resource) => sweepIsDue(job, resource, sweeps))) due.push('sweep');
  const night = lastOccurrence(job, job.settings.nightlyAt);
  if (roots(job).some((resource) => !finishedSince(sweeps, resource.name, 'full', night)))
    due.push('nightly');
  return due;
}

function roots(job: Job): AnyResource[] {
  return enabledResources(job).filter((resource) => resource.read !== null);
}

function sweepEveryMs(job: Job, resource: AnyResource): number {
  return (job.settings.resources[resource.name]?.sweepMinutes ?? resource.sweepMinutes) * 60_000;
}

function sweepIsDue(job: Job, resource: AnyResource, sweeps: readonly SweepRow[]): boolean {
  const since = laterBy(job, -sweepEveryMs(job, resource));
  return (
    !finishedSince(sweeps, resource.name, 'changes', since) &&
    !finishedSince(sweeps, resource.name, 'full', since)
  );
}

function finishedSince(
  sweeps: readonly SweepRow[],
  resource: string,
  kind: SweepRow['kind'],
  since: string,
): boolean {
  const row = sweeps.find((candidate) => candidate.resource === resource && candidate.kind === kind);
  return row?.finishedAt !== null && row?.finishedAt !== undefined && row.finishedAt >= since;
}

async function sweepDue(job: Job): Promise<void> {
  for (const resource of roots(job)) {
    const dueBefore = laterBy(job, -sweepEveryMs(job, resource));
    const outcome = await sweep(job, { resource, kind: 'changes', dueBefore, reason: 'sweep' });
    if (outcome.kind === 'failed' || outcome.kind === 'interrupted') return;
  }
}

/** Everything is read and compared, whatever was heard of it; what is long settled is forgotten. */
async function nightly(job: Job): Promise<void> {
  await checkSchema(job);
  await ensureMapped(job);
  const dueBefore = lastOccurrence(job, job.settings.nightlyAt);
  for (const resource of roots(job)) {
    const outcome = await sweep(job, {
      resource,
      kind: 'full',
      dueBefore,
      reason: 'nightly read',
      nightly: true,
    });
    if (outcome.kind === 'failed' || outcome.kind === 'interrupted') return;
  }
  await noteRowsInBase(job.database, job.connectionId, todayIn(job));
  await expireReceipts(job.database, job.connectionId, laterBy(job, -RECEIPTS_KEPT_MS));
  await expireSent(job.database, job.connectionId, laterBy(job, -SENT_KEPT_MS));
  job.log.info({ connectionId: job.connectionId, at: nowOf(job) }, 'The nightly read is through.');
}
