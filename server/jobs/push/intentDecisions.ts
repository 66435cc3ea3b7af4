import { INTENT_KINDS } from '../../../shared/planned/kinds.ts';
import { ok, unreachable, type Result } from '../../../shared/result.ts';
import type { CallFailure } from '../../callFailure.ts';
import { appendAudit } from '../../db/audit.ts';
import type { Queryable } from '../../db/database.ts';
import { intentById, resultsAmong } from '../../db/intentLists.ts';
import { decideIntentState, type IntentAfter, type IntentRow } from '../../db/intents.ts';
import { closeNotices } from '../../db/notices.ts';
import { carriesMark, SURELY_OVER_MS } from '../../sync/intentSteps.ts';
import type { ShownTransaction } from '../../sync/plannedShown.ts';
import { nowOf, type Job } from '../job.ts';
import { stopInWords } from '../sides.ts';
import { intentAudit } from './pushAudit.ts';
import { findIntent as lookFor, readShown } from './pushLookUp.ts';

export type IntentDecision = { kind: 'adopt'; entityId: string } | { kind: 'sendAgain' } | { kind: 'drop' };

export type Decided =
  | { kind: 'taken' }
  /** It is clear by now, or being looked at this very moment. */
  | { kind: 'moved' }
  /** Nothing about it is unknown. */
  | { kind: 'settled'; message: string }
  | { kind: 'refused'; message: string };

/** Takes what a person says about an intent whose outcome is unknown. */
export async function decideIntent(
  job: Job,
  intent: IntentRow,
  decision: IntentDecision,
  by: string,
): Promise<Decided> {
  const settled = whyNothingToDecide(intent);
  if (settled !== null) return { kind: 'settled', message: settled };
  const after = await afterDecision(job, intent, decision, by);
  if ('kind' in after) return after;
  return job.database.transaction(async (tx) => {
    const now = nowOf(job);
    if (!(await decideIntentState(tx, job.connectionId, intent.intentId, after, now)))
      return { kind: 'moved' };
    await closeAndTell(
      tx,
      job,
      { ...intent, entityId: after.entityId ?? intent.entityId },
      after.message,
      by,
    );
    return { kind: 'taken' };
  });
}

/** Only what nobody knows the outcome of is for a person to decide; null then. */
function whyNothingToDecide({ state, action, kind, entityId, recordIds }: IntentRow): string | null {
  const what = `${INTENT_KINDS[kind].toLowerCase()} ${entityId ?? ''}`;
  const NOTHING = 'there is nothing to decide.';
  const anew = recordIds.length === 0 ? 'Undo its push again' : 'Preview its row and push it again';
  switch (state) {
    case 'unknown':
    case 'asking':
      return null;
    case 'created':
    case 'done':
      return action === 'create'
        ? `This one is booked already as ${what}; ${NOTHING}`
        : `This one has changed ${what} already; ${NOTHING}`;
    case 'refused':
      return `This one was refused and nothing was booked; ${NOTHING} ${anew} once what its message says is corrected.`;
    case 'dropped':
      return `This one was dropped and is not sent; ${NOTHING} ${anew} if it is to be booked after all.`;
    case 'waiting':
      return `This one waits to be sent, and goes by itself; ${NOTHING}`;
    case 'sending':
      return `This one is under way to Buildium at this moment; ${NOTHING} Read it again in a few minutes.`;
    default:
      return unreachable(state);
  }
}

async function closeAndTell(
  tx: Queryable,
  job: Job,
  intent: IntentRow,
  message: string,
  by: string,
): Promise<void> {
  const now = nowOf(job);
  const notice = { kind: 'pushAsks', resource: intent.resource, entityId: intent.intentId };
  await closeNotices(tx, job.connectionId, notice, now);
  await appendAudit(tx, job.connectionId, [intentAudit(job, intent, 'pushDecided', by, message)], now);
  await job.queues.chore(tx, { connectionId: job.connectionId, chore: 'push' });
}

async function afterDecision(
  job: Job,
  intent: IntentRow,
  decision: IntentDecision,
  by: string,
): Promise<IntentAfter | Decided> {
  const now = nowOf(job);
  switch (decision.kind) {
    case 'drop':
      return stillUnderWay(job, intent) ?? (await dropped(job, intent, by));
    case 'sendAgain':
      return (
        stillUnderWay(job, intent) ?? {
          ...{ state: 'waiting', nextAt: now },
          message: `Sent again, as ${by} decided.`,
        }
      );
    case 'adopt':
      return adopted(job, intent, decision.entityId, by);
    default:
      return unreachable(decision);
  }
}

/** A request may take effect after its connection died: until nothing can come any more, nothing is decided. */
function stillUnderWay(job: Job, intent: IntentRow): Decided | null {
  const overMs = intent.sentAt === null ? 0 : Date.parse(intent.sentAt) + SURELY_OVER_MS;
  return job.clock.nowMs() >= overMs
    ? null
    : {
        kind: 'refused',
        message: `Its request may still be under way; this can be decided from ${new Date(overMs).toISOString()} on.`,
      };
}

/** Its row can be planned anew after that: what is in Buildium under its mark must not be forgotten. */
async function dropped(job: Job, intent: IntentRow, by: string): Promise<IntentAfter | Decided> {
  const found = await sentBefore(job, intent);
  if (!found.ok)
    return {
      kind: 'refused',
      message: `Buildium could not be asked once more: ${stopInWords('buildium', found.error)}`,
    };
  const marked = found.value.find((one) => carriesMark(intent, one));
  if (marked)
    return {
      kind: 'refused',
      message: `It is in Buildium, as transaction ${marked.entityId}: adopt it. To be rid of it, delete it there afterwards.`,
    };
  const now = nowOf(job);
  return {
    ...{ state: 'dropped', nextAt: now, settledAt: now },
    message: `Dropped by ${by}: it is not sent. The row can be planned anew.`,
  };
}

/** What Buildium has of what was to be created: of a lease that is gone it shows nothing, and a change creates nothing. */
async function sentBefore(job: Job, intent: IntentRow): Promise<Result<ShownTransaction[], CallFailure>> {
  if (intent.sentAt === null || intent.action === 'change') return ok([]);
  const found = await lookFor(job, intent);
  return !found.ok && found.error.kind === 'notFound' ? ok([]) : found;
}

/** Whatever is adopted must be there, be of the kind, and be nobody else's. */
async function adopted(
  job: Job,
  intent: IntentRow,
  entityId: string,
  by: string,
): Promise<IntentAfter | Decided> {
  const refused = (message: string): Decided => ({ kind: 'refused', message });
  if (intent.action === 'change')
    return refused('A change has no transaction of its own to adopt: send it again or drop it.');
  const shown = await readShown(job, intent.resource, entityId);
  if (!shown.ok) return refused(`Buildium could not be asked: ${stopInWords('buildium', shown.error)}`);
  if (shown.value === null) return refused(`There is no transaction ${entityId} in Buildium.`);
  if (shown.value.kind !== intent.kind)
    return refused(
      `Transaction ${entityId} is of another kind. Look at it in Buildium, and name the one it is.`,
    );
  const others = await resultsAmong(job.database, job.connectionId, intent.resource, [entityId]);
  if (others.has(entityId)) return refused(`Transaction ${entityId} belongs to another planned row already.`);
  const now = nowOf(job);
  return {
    ...{ state: 'created', entityId, nextAt: now, settledAt: now, candidates: [] },
    message: `Booked in Buildium with the id ${entityId}, as ${by} decided.`,
  };
}

/** The intent of this connection, or null. */
export function findIntent(job: Job, intentId: string): Promise<IntentRow | null> {
  return intentById(job.database, job.connectionId, intentId);
}
