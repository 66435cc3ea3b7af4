import { SENT_AGAIN_BY_ITSELF } from '../../../shared/planned/kinds.ts';
import type { ClaimedIntent } from '../../db/intents.ts';
import { resultsAmong } from '../../db/intentLists.ts';
import {
  FIRST_LOOK_MS,
  lookUpStep,
  MOST_ATTEMPTS,
  SURELY_OVER_MS,
  type Sought,
} from '../../sync/intentSteps.ts';
import { laterBy, type Job } from '../job.ts';
import { digestOfShown } from './pushItems.ts';
import { findIntent, readShown } from './pushLookUp.ts';
import { asking, booked, LEASE_GONE, moved, put, putOff, type Step } from './pushSteps.ts';
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
  const found = await findIntent(job, intent);
  // With its lease all of its transactions are out of our sight: it would be looked for without end.
  if (!found.ok && found.error.kind === 'notFound') return asking(LEASE_GONE);
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
      return asking(SENT_AGAIN_BY_ITSELF.includes(intent.kind) ? sentInVain(intent) : ABSENT);
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

const ABSENT =
  'It was looked for twice and is not in Buildium. Look there yourself, then say whether it is to be sent again: a second one would be real money.';

/** What Buildium answers with an error of its own each time would be sent for ever. */
function sentInVain({ action, attempts }: ClaimedIntent): string {
  const [outcome, looked] =
    action === 'create'
      ? ['is not in Buildium', 'whether it was booked']
      : ['has not come to be in Buildium', 'what it shows'];
  return `It was sent ${attempts} times without an answer that settles it, and ${outcome}. Look there yourself ${looked}, then send it again or drop it.`;
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
  if (isOver && intent.attempts >= MOST_ATTEMPTS) return asking(sentInVain(intent));
  return isOver
    ? { ...put('waiting', 'It did not reach Buildium; it is sent again.'), nextAt: laterBy(job, 0) }
    : { ...put('unknown', intent.message), nextAt: new Date(overMs).toISOString() };
}
