import { addDays, dateOf } from '../../../shared/dates.ts';
import { delaysSince } from '../../db/delays.ts';
import { listOpenNotices } from '../../db/notices.ts';
import { listRuns } from '../../db/runs.ts';
import { redrive, startRun } from '../../jobs/runs.ts';
import { readWholeStatus } from '../../jobs/watch/wholeStatus.ts';
import { HttpProblem } from '../problem.ts';
import { actorOf } from '../session.ts';
import type { HandlersOf } from './call.ts';
import { connectionOf, refuseUnknownResources } from './refusals.ts';

export const syncHandlers: HandlersOf<
  'readStatus' | 'triggerSync' | 'listRuns' | 'redrive' | 'listDelays' | 'listNotices'
> = ({ database, keyring, clock, config, jobOf }) => ({
  readStatus: ({ session: { connectionId } }) =>
    readWholeStatus({ database, connectionId, keyring, clock }, config),

  triggerSync: async ({ session, body: { resources } }) => {
    refuseUnknownResources(resources ?? [], 'body.resources');
    const { state } = await connectionOf(database, session.connectionId);
    if (state !== 'running') throw notRunning(state);
    return startRun(await jobOf(session.connectionId), 'syncNow', actorOf(session), resources);
  },

  listRuns: async ({ session, query }) => ({
    runs: await listRuns(database, session.connectionId, query.limit),
  }),

  redrive: async ({ session, body }) => {
    if (body.resource !== undefined) refuseUnknownResources([body.resource], 'body.resource');
    const which = { resource: body.resource ?? null, entityId: body.entityId ?? null };
    const redriven = await redrive(await jobOf(session.connectionId), which);
    return { redriven };
  },

  listDelays: async ({ session, query }) => {
    const today = dateOf(new Date(clock.nowMs()).toISOString());
    const buckets = await delaysSince(database, session.connectionId, addDays(today, 1 - query.days));
    return { buckets: buckets.map(({ bucketMs, ...bucket }) => ({ ...bucket, upToMs: bucketMs })) };
  },

  listNotices: async ({ session, query }) => ({
    notices: await listOpenNotices(database, session.connectionId, query.limit),
  }),
});

export function notRunning(state: 'pairing' | 'paused'): HttpProblem {
  return state === 'paused'
    ? new HttpProblem(
        409,
        'paused',
        'The sync is paused. Resume it first (PATCH /api/v1/connection, state running).',
      )
    : new HttpProblem(
        409,
        'notPaired',
        'The first pairing is not approved yet. Finish it with `npm run cli -- pair`.',
      );
}
