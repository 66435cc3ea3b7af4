import type { ApiResponse } from '../../../shared/api.ts';
import type { IntentRow } from '../../db/intents.ts';
import { decideIntent, findIntent, type IntentDecision } from '../../jobs/push/intentDecisions.ts';
import type { Job } from '../../jobs/job.ts';
import { confirmPush } from '../../jobs/push/pushConfirm.ts';
import { previewPush } from '../../jobs/push/pushPreview.ts';
import { showIntent, showIntents, showPush } from '../../jobs/push/pushView.ts';
import { HttpProblem } from '../problem.ts';
import { actorOf } from '../session.ts';
import type { HandlersOf } from './call.ts';
import { invalid } from './refusals.ts';

export const pushHandlers: HandlersOf<'push' | 'readPush' | 'listIntents' | 'decideIntent'> = ({ jobOf }) => {
  const foundPush = async (job: Job, pushId: string): Promise<ApiResponse<'readPush'>> => {
    const push = await showPush(job, pushId);
    if (push) return push;
    throw new HttpProblem(
      404,
      'unknownPush',
      `There is no push ${pushId}. POST /api/v1/sync/push starts one.`,
    );
  };
  const foundIntent = async (job: Job, intentId: string): Promise<IntentRow> => {
    const intent = await findIntent(job, intentId);
    if (intent) return intent;
    throw new HttpProblem(
      404,
      'unknownIntent',
      `There is no intent ${intentId}. GET /api/v1/sync/intents lists those there are.`,
    );
  };
  return {
    push: async ({ session, body }) => {
      const job = await jobOf(session.connectionId);
      if (body.dryRun) {
        const preview = await previewPush(job, [...new Set(body.recordIds ?? [])]);
        if (!preview.ok) throw away(preview.error.message);
        return { preview: preview.value, push: null };
      }
      if (job.state !== 'running') throw notRunning(job.state);
      const confirmed = await confirmPush(job, body.records ?? [], actorOf(session));
      if (!confirmed.ok) throw away(confirmed.error.message);
      if (confirmed.value.kind === 'changed') throw changed(confirmed.value.recordIds);
      return { preview: null, push: await foundPush(job, confirmed.value.pushId) };
    },

    readPush: async ({ session, params }) => foundPush(await jobOf(session.connectionId), params.pushId),

    listIntents: async ({ session, query }) => {
      const job = await jobOf(session.connectionId);
      // One more than asked for tells whether there is a next page.
      const filter = { state: query.state ?? null, afterId: query.after ?? null, limit: query.limit + 1 };
      const listed = await showIntents(job, filter);
      const intents = listed.slice(0, query.limit);
      const isMore = listed.length > query.limit;
      return { intents, nextAfter: isMore ? (intents.at(-1)?.intentId ?? null) : null };
    },

    decideIntent: async ({ session, params: { intentId }, body }) => {
      const job = await jobOf(session.connectionId);
      const intent = await foundIntent(job, intentId);
      const decision: IntentDecision =
        body.decision === 'adopt'
          ? { kind: 'adopt', entityId: body.entityId ?? '' }
          : { kind: body.decision };
      const decided = await decideIntent(job, intent, decision, actorOf(session));
      if (decided.kind === 'refused') throw invalid('body.decision', decided.message);
      if (decided.kind === 'settled') throw new HttpProblem(409, 'settled', decided.message);
      if (decided.kind === 'moved')
        throw new HttpProblem(
          409,
          'moved',
          'It is clear by now what became of it, or it is being looked at this moment. Read it again.',
        );
      return showIntent(job, await foundIntent(job, intentId));
    },
  };
};

function changed(recordIds: readonly string[]): HttpProblem {
  const message = 'has changed since its preview, has a likely duplicate since, or can no longer be sent';
  return new HttpProblem(
    409,
    'changed',
    `${recordIds.length === 1 ? 'A row has' : `${recordIds.length} rows have`} changed since the preview, or something that looks the same was booked or sent since. Nothing was sent: preview them again and confirm anew.`,
    { details: recordIds.map((recordId) => ({ path: `body.records.${recordId}`, message })) },
  );
}

function away(message: string): HttpProblem {
  return new HttpProblem(503, 'sideAway', `Nothing was sent. ${message}`);
}

function notRunning(state: 'pairing' | 'paused'): HttpProblem {
  return state === 'paused'
    ? new HttpProblem(
        409,
        'paused',
        'The sync is paused, so that nothing is sent. Resume it first (PATCH /api/v1/connection, state running).',
      )
    : new HttpProblem(
        409,
        'notPaired',
        'The first pairing is not finished, and nothing is sent before. Finish it with `npm run cli -- pair`, then preview and confirm anew.',
      );
}
