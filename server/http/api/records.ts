import type { ApiResponse } from '../../../shared/api.ts';
import type { Result } from '../../../shared/result.ts';
import type { CallFailure } from '../../callFailure.ts';
import { isFirstSyncRunning } from '../../db/runs.ts';
import { attach, detach, entityOfRecord, type EntityRef } from '../../jobs/losses/detach.ts';
import type { Job } from '../../jobs/job.ts';
import { standingOf } from '../../jobs/audit/recordStanding.ts';
import { entityTimeline, recordTimeline } from '../../jobs/audit/timeline.ts';
import { subjectOf } from '../../jobs/audit/timelinePage.ts';
import { HttpProblem } from '../problem.ts';
import { actorOf } from '../session.ts';
import type { HandlersOf } from './call.ts';
import { refuseUnknownResources } from './refusals.ts';

export const recordHandlers: HandlersOf<
  'readRecordTimeline' | 'readEntityTimeline' | 'detachRecord' | 'attachRecord'
> = ({ jobOf }) => ({
  readRecordTimeline: async ({ session, params: { airtableRecordId }, query }) => {
    const page = { before: query.before ?? null, limit: query.limit };
    const job = await jobOf(session.connectionId);
    const found = await recordTimeline(job, airtableRecordId, page);
    if (!found.ok)
      throw new HttpProblem(503, 'sideAway', `The row could not be read: ${found.error.message}`);
    if (found.value) return found.value;
    throw unknownRecord(await whyNotYet(job));
  },

  readEntityTimeline: async ({ session, params, query }) => {
    refuseUnknownResources([params.resource], 'path.resource');
    const page = { before: query.before ?? null, limit: query.limit };
    const job = await jobOf(session.connectionId);
    const found = await entityTimeline(job, params, page);
    if (found.steps.length > 0 || page.before !== null || found.now.state !== 'unlinked') return found;
    throw new HttpProblem(
      404,
      'unknownEntity',
      `The sync has never seen an entity with this id. ${(await whyNotYet(job)) ?? 'Check it, or sync now.'}`,
    );
  },

  detachRecord: async ({ session, params: { airtableRecordId } }) => {
    const job = await jobOf(session.connectionId);
    const ref = await entityOf(job, airtableRecordId);
    return standingAfter(job, ref, await detach(job, ref, actorOf(session)));
  },

  attachRecord: async ({ session, params: { airtableRecordId } }) => {
    const job = await jobOf(session.connectionId);
    const ref = await entityOf(job, airtableRecordId);
    return standingAfter(job, ref, await attach(job, ref, actorOf(session)));
  },
});

async function entityOf(job: Job, airtableRecordId: string): Promise<EntityRef> {
  const ref = await entityOfRecord(job, airtableRecordId);
  if (ref) return ref;
  throw unknownRecord();
}

async function standingAfter(
  job: Job,
  ref: EntityRef,
  done: Result<null, CallFailure>,
): Promise<ApiResponse<'detachRecord'>> {
  if (done.ok) return { ...ref, now: await standingOf(job, await subjectOf(job, ref)) };
  throw new HttpProblem(
    503,
    'sideAway',
    `Airtable could not be asked about the row, so nothing was changed: ${done.error.message}`,
  );
}

function unknownRecord(notYet: string | null = null): HttpProblem {
  return new HttpProblem(
    404,
    'unknownRecord',
    notYet === null
      ? 'The sync does not know this row: it was added a moment ago, stands for nothing in Buildium, or is in a table that is not synced.'
      : `The sync does not know this row. ${notYet}`,
  );
}

/** Before everything was read once, nothing follows from what is not known; null once it was. */
async function whyNotYet(job: Job): Promise<string | null> {
  if (job.state === 'pairing')
    return 'The first pairing is not finished, and rows become known by it. Finish it: `npm run cli -- pair`.';
  return (await isFirstSyncRunning(job.database, job.connectionId))
    ? 'The first sync is still under way, and takes up one table after the other. Ask again once it is finished.'
    : null;
}
