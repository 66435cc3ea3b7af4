import { formatCents } from '../../../shared/money.ts';
import type { ClaimedIntent } from '../../db/intents.ts';
import { resultsAmong } from '../../db/intentLists.ts';
import { FIRST_LOOK_MS, lookUpStep, SURELY_OVER_MS, type Sought } from '../../sync/intentSteps.ts';
import type { ShownTransaction } from '../../sync/plannedShown.ts';
import { laterBy, type Job } from '../job.ts';
import { digestOfShown } from './pushItems.ts';
import { findInBuildium, readShown } from './pushLookUp.ts';
import { booked, moved, put, putOff, type Step } from './pushSteps.ts';
import { isAllShown } from './sentStands.ts';

/** Its sender is gone: nobody knows whether the request left. */
export function afterCrash(job: Job): Step {
  return {
    ...put(
      'unknown',
      'The server stopped while this was on its way, so that it is not known whether it was booked. It is looked for in Buildium by itself and not sent again before that is clear.',
      'pushUnclear',
    ),
    nextAt: laterBy(job, FIRST_LOOK_MS),
  };
}

/** Looks in Buildium for something whose outcome is unknown, and decides what follows. */
export async function resolve(job: Job, intent: ClaimedIntent): Promise<Step> {
  if (intent.action === 'change') return resolveChange(job, intent);
  const found = await findInBuildium(job, intent);
  // With its lease all of its transactions are out of our sight: it would be looked for without end.
  if (!found.ok && found.error.kind === 'notFound')
    return asking(
      'Its lease is gone from Buildium, so that it cannot be looked for. Look there yourself, then say whether it was booked.',
      [],
    );
  if (!found.ok) return putOff(job, intent, intent.state, found.error);
  // What is another intent's result is nobody's lost transaction.
  const results = await resultsAmong(
    job.database,
    job.connectionId,
    intent.resource,
    found.value.map((one) => one.entityId),
  );
  const step = lookUpStep(soughtOf(intent, [...results.keys()]), found.value, job.clock.nowMs());
  switch (step.kind) {
    case 'adopt':
      return booked(job, intent, step.entityId, 'pushAdopted');
    case 'ask':
      return asking(
        'Something in Buildium looks just like it, and does not carry our mark. Say whether it is the one.',
        step.candidates,
      );
    case 'askAfterAbsence':
      return asking(
        'It was looked for twice and is not in Buildium. Look there yourself, then say whether it is to be sent again: a second one would be real money.',
        [],
      );
    case 'lookAgain':
      return {
        ...put(intent.state, intent.message),
        nextAt: new Date(step.atMs).toISOString(),
        absentAt: step.absentAtMs === null ? null : new Date(step.absentAtMs).toISOString(),
      };
    case 'sendAgain':
      return {
        ...put('waiting', 'It was looked for twice and is not in Buildium; it is sent again.', 'pushUnclear'),
        nextAt: laterBy(job, 0),
      };
  }
}

function soughtOf(intent: ClaimedIntent, results: readonly string[]): Sought {
  return {
    ...intent,
    knownIds: [...intent.knownIds, ...results],
    sentAtMs: Date.parse(intent.sentAt ?? intent.createdAt),
    absentAtMs: intent.absentAt === null ? null : Date.parse(intent.absentAt),
  };
}

function asking(message: string, candidates: readonly ShownTransaction[]): Step {
  return {
    ...put('asking', message, 'pushUnclear'),
    candidates: candidates.map((one) => ({
      entityId: one.entityId,
      shown: `${formatCents(one.totalCents)} on ${one.date}${one.memo === null ? '' : `, "${one.memo}"`}`,
    })),
  };
}

/**
 * A change can be sent twice without harm: what still shows the old values was not changed. What shows neither those
 * nor what was sent is somebody else's doing, and says nothing of ours.
 */
async function resolveChange(job: Job, intent: ClaimedIntent): Promise<Step> {
  const shown = await readShown(job, intent.resource, intent.entityId ?? '');
  if (!shown.ok) return putOff(job, intent, intent.state, shown.error);
  if (shown.value === null)
    return put('refused', 'It is gone from Buildium, and was not changed.', 'pushRefused');
  const isAsBefore = digestOfShown(shown.value) === intent.beforeDigest;
  if (!isAsBefore && isAllShown(intent, shown.value))
    return booked(job, intent, shown.value.entityId, 'pushAdopted');
  const overMs = Date.parse(intent.sentAt ?? intent.createdAt) + SURELY_OVER_MS;
  const isOver = job.clock.nowMs() >= overMs;
  if (isOver && !isAsBefore) return moved(intent);
  return isOver
    ? { ...put('waiting', 'It did not reach Buildium; it is sent again.'), nextAt: laterBy(job, 0) }
    : { ...put('unknown', intent.message), nextAt: new Date(overMs).toISOString() };
}
