import { isDeepStrictEqual } from 'node:util';
import { resourceNamed } from '../../shared/resources/index.ts';
import { claimMarks, type Claim } from '../db/claims.ts';
import { makeDue } from '../db/dueMarks.ts';
import { reportSideUp, sidesDown } from '../db/sideHealth.ts';
import { loadBaseMapping } from './baseMapping.ts';
import { CLAIM_MS } from './holding.ts';
import { laterBy, nowOf, type Job } from './job.ts';
import { checkSchema } from './checkSchema.ts';
import type { BatchResult } from './settlement.ts';
import { syncBatch } from './syncBatch.ts';

/** Ids of one look: enough for full requests on both sides, few enough to be done within a claim. */
const BATCH_SIZE = 1000;

/** A wake-up gives its worker back after this long, so that one busy resource doesn't keep the others waiting. */
const SLICE_MS = 30_000;

/**
 * Looks at everything of a resource that is due now.
 * @param runId the run that does so: what nobody else's run has marked is on its account.
 */
export async function drain(job: Job, resourceName: string, runId: string | null = null): Promise<void> {
  const resource = resourceNamed(resourceName);
  const started = job.clock.nowMs();
  for (;;) {
    if (job.isStopping() || (await isSideDown(job))) return;
    const claimed = await claim(job, resourceName);
    const claims = claimed.map((one) => ({ ...one, runId: one.runId ?? runId }));
    if (claims.length === 0) return;
    const result = await syncBatch(job, resource, claims);
    if (result.stopped) {
      await afterStop(job, resourceName, result);
      return;
    }
    if (job.clock.nowMs() - started > SLICE_MS) {
      await job.queues.wake(job.database, job.connectionId, resourceName);
      return;
    }
  }
}

async function claim(job: Job, resource: string): Promise<Claim[]> {
  return claimMarks(job.database, {
    connectionId: job.connectionId,
    resource,
    owner: job.owner,
    now: nowOf(job),
    until: laterBy(job, CLAIM_MS),
    limit: BATCH_SIZE,
  });
}

/** A side that said when to come back is left alone until then; a full base only stops new rows. */
async function isSideDown(job: Job): Promise<boolean> {
  const down = await sidesDown(job.database, job.connectionId);
  return down.some((side) => side.kind !== 'baseFull' && side.retryAt !== null && side.retryAt > nowOf(job));
}

/**
 * An answer about a table or field is a reason to look at the base's schema: what is gone is quarantined, and the rest
 * goes on at once. It may also have been noticed by somebody else while the batch was under way.
 */
export async function afterStop(
  job: Job,
  resource: string,
  { stopped, mapping }: Pick<BatchResult, 'stopped' | 'mapping'>,
): Promise<void> {
  if (!stopped) return;
  const { side, failure } = stopped;
  job.log.warn({ side, resource, kind: failure.kind, call: failure.call }, failure.message);
  if (side !== 'airtable' || !['invalid', 'notFound', 'forbidden'].includes(failure.kind)) return;
  const checked = await checkSchema(job);
  if (!checked.ok) return;
  if (isDeepStrictEqual(mapping, await loadBaseMapping(job.database, job.connectionId))) return;
  await job.database.transaction(async (tx) => {
    await makeDue(tx, job.connectionId, resource, nowOf(job));
    await reportSideUp(tx, job.connectionId, 'airtable');
    await job.queues.wake(tx, job.connectionId, resource);
  });
}
