import { unreachable } from '../../../shared/result.ts';
import { appendAudit } from '../../db/audit.ts';
import { dueIntents, rowsWithoutLater } from '../../db/intentLists.ts';
import {
  claimIntents,
  renewIntentClaims,
  settleIntent,
  type ClaimedIntent,
  type IntentState,
} from '../../db/intents.ts';
import { closeNotices, openNotices } from '../../db/notices.ts';
import { FIRST_LOOK_MS } from '../../sync/intentSteps.ts';
import { CLAIM_MS, holding } from '../holding.ts';
import { laterBy, nowOf, type Job } from '../job.ts';
import { intentAudit } from './pushAudit.ts';
import { readBack } from './pushReadBack.ts';
import { afterCrash, resolve } from './pushResolve.ts';
import { send } from './pushSend.ts';
import { put, putOff, type Step } from './pushSteps.ts';
import { tellRows } from './pushTell.ts';

/** Sent side by side; Buildium's budget paces them. */
const AT_ONCE = 4;

/** States that a person must see on the row. What is booked is told of once it was read back. */
const TOLD: readonly IntentState[] = ['unknown', 'asking', 'refused', 'dropped'];

/** Carries every due intent one step further, until none is due. Enters with claims and leaves them settled. */
export async function advancePushes(job: Job): Promise<void> {
  while (!job.isStopping()) {
    const claims = await claimIntents(job.database, {
      ...{ connectionId: job.connectionId, owner: job.owner, limit: AT_ONCE },
      ...{ now: nowOf(job), until: laterBy(job, CLAIM_MS) },
    });
    if (claims.length === 0) return;
    const fences = claims.map(({ fence }) => fence);
    await holding(
      job,
      () => renewIntentClaims(job.database, job.connectionId, fences, laterBy(job, CLAIM_MS)),
      () => allOf(claims.map((claim) => advance(job, claim))),
    );
  }
}

/** One that fails must not end the claims of those that are still under way. */
async function allOf(steps: readonly Promise<void>[]): Promise<void> {
  const ended = await Promise.allSettled(steps);
  const failed = ended.find((one) => one.status === 'rejected');
  if (failed) throw failed.reason;
}

async function advance(job: Job, intent: ClaimedIntent): Promise<void> {
  const step = await stepOf(job, intent);
  if (step.kind === 'lost') return;
  // One that could not be told is told later, however often that takes.
  const isNews = TOLD.includes(step.state) && step.state !== intent.state;
  await settle(job, intent, isNews ? { ...step, nextAt: nowOf(job) } : step);
}

async function stepOf(job: Job, intent: ClaimedIntent): Promise<Step> {
  if (TOLD.includes(intent.state) && intent.told !== intent.state) return tell(job, intent);
  switch (intent.state) {
    case 'waiting':
      return send(job, intent);
    case 'sending':
      return afterCrash(job);
    case 'unknown':
    case 'asking':
      return resolve(job, intent);
    case 'created':
      return readBack(job, intent);
    case 'done':
      return intent.told === 'done' ? put('done', intent.message) : readBack(job, intent);
    case 'refused':
    case 'dropped':
      return { ...put(intent.state, intent.message), told: intent.state };
    default:
      return unreachable(intent.state);
  }
}

/** What is unknown is looked for whether or not its row can be told; the rest is told until it stands there. */
async function tell(job: Job, intent: ClaimedIntent): Promise<Step> {
  const { database, connectionId } = job;
  // Where it took long to tell, a row may have been pushed anew since: that stands there.
  const recordIds = await rowsWithoutLater(database, connectionId, intent.intentId);
  const told = await tellRows(job, { ...intent, recordIds }, intent.state, intent.message);
  if (!told.ok && intent.state !== 'unknown') return putOff(job, intent, intent.state, told.error);
  const nextAt = intent.state === 'unknown' ? laterBy(job, FIRST_LOOK_MS) : null;
  return { ...put(intent.state, intent.message), told: intent.state, nextAt };
}

async function settle(
  job: Job,
  intent: ClaimedIntent,
  step: Extract<Step, { kind: 'put' }>,
): Promise<boolean> {
  return job.database.transaction(async (tx) => {
    const { kind: _kind, audit, ...after } = step;
    if (!(await settleIntent(tx, job.connectionId, intent, after))) return false;
    const now = nowOf(job);
    if (audit !== null) {
      const entityId = step.entityId ?? intent.entityId;
      const row = intentAudit(job, { ...intent, entityId }, audit, intent.requestedBy, step.message);
      await appendAudit(tx, job.connectionId, [row], now);
    }
    const notice = { kind: 'pushAsks', resource: intent.resource, entityId: intent.intentId };
    if (step.state === 'asking' && intent.state !== 'asking')
      await openNotices(tx, job.connectionId, [
        { ...notice, noticeId: job.newId(), at: now, message: `${intent.summary} ${step.message}` },
      ]);
    if (step.state !== 'asking' && intent.state === 'asking')
      await closeNotices(tx, job.connectionId, notice, now);
    return true;
  });
}

/** Wakes every connection that has intents to be worked on, whatever the queue holds. */
export async function wakeDueIntents(job: Pick<Job, 'database' | 'queues' | 'clock'>): Promise<void> {
  for (const connectionId of await dueIntents(job.database, nowOf(job)))
    await job.queues.chore(job.database, { connectionId, chore: 'push' });
}
