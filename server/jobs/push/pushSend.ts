import { ok, type Result } from '../../../shared/result.ts';
import type { CallOptions } from '../../buildium/client.ts';
import type { CallFailure } from '../../callFailure.ts';
import { INTENT_KINDS } from '../../../shared/planned/kinds.ts';
import { beginSending, type ClaimedIntent } from '../../db/intents.ts';
import { reversedIntent } from '../../db/reversals.ts';
import { carriesMark, FIRST_LOOK_MS, isNaturalMatch } from '../../sync/intentSteps.ts';
import { laterBy, nowOf, type Job } from '../job.ts';
import { stopInWords } from '../sides.ts';
import { textsIn } from '../../withoutPersonal.ts';
import { openVault } from '../personalVault.ts';
import { digestOfShown } from './pushItems.ts';
import { findIntent, readShown } from './pushLookUp.ts';
import { permissionMissing } from './pushPermissions.ts';
import { isReversal } from './reversals.ts';
import { asking, booked, LEASE_GONE, moved, put, putOff, type Step } from './pushSteps.ts';
import { isAllShown } from './sentStands.ts';
import { sinceBooked } from './sinceBooked.ts';

const OPTIONS = { priority: 'person' } as const;

/**
 * Sends an intent that is waiting. Buildium is read right before: what is there under its marker was sent earlier and
 * took effect late, and what merely looks like it is remembered, so that it is never taken for it. The claim is
 * checked in the very transaction that writes down that the request leaves, once its turn has come: what a crash finds
 * still waiting for that is not unclear.
 */
export async function send(job: Job, intent: ClaimedIntent): Promise<Step> {
  const before = await lookBefore(job, intent);
  // It has left before, and nobody knows what came of that.
  if (!before.ok && before.error.kind === 'notFound' && intent.sentAt !== null) return asking(LEASE_GONE);
  // Nothing has left yet: whatever a read is refused with, the write would be as well.
  if (!before.ok) return afterFailure(job, intent, { ...before.error, outcome: 'refused' });
  if (before.value.kind === 'step') return before.value.step;
  const body = await wholeBody(job, intent);
  if (body === null) return put('refused', FORGOTTEN, 'pushRefused');
  const { knownIds } = before.value;
  let isOurs = true;
  const mayLeave = async (): Promise<boolean> => {
    isOurs = await beginSending(job.database, job.connectionId, { ...intent, knownIds }, nowOf(job));
    return isOurs;
  };
  const personal = intent.bodySealed === null ? [] : textsIn(body);
  const answer = await request(job, intent, body, { ...OPTIONS, personal, mayLeave });
  if (!isOurs) return { kind: 'lost' };
  return answer.ok ? afterAnswer(job, intent, answer.value) : afterFailure(job, intent, answer.error);
}

const FORGOTTEN =
  "The tenant's contact data was forgotten meanwhile, so that the refund has no address. Nothing was sent.";

type Before = { kind: 'go'; knownIds: string[] } | { kind: 'step'; step: Step };

async function lookBefore(job: Job, intent: ClaimedIntent): Promise<Result<Before, CallFailure>> {
  if (intent.action === 'change') {
    const shown = await readShown(job, intent.resource, intent.entityId ?? '');
    if (!shown.ok) return shown;
    if (shown.value !== null && digestOfShown(shown.value) === intent.beforeDigest)
      return ok({ kind: 'go', knownIds: [] });
    // It was sent before and took effect late.
    const isDone = intent.sentAt !== null && shown.value !== null && isAllShown(intent, shown.value);
    const step = isDone ? booked(job, intent, intent.entityId ?? '', 'pushAdopted') : moved(intent);
    return ok({ kind: 'step', step });
  }
  const found = await findIntent(job, intent);
  if (!found.ok) return found;
  const marked = found.value.find((one) => carriesMark(intent, one));
  if (marked) return ok({ kind: 'step', step: booked(job, intent, marked.entityId, 'pushAdopted') });
  if (isReversal(intent)) {
    const why = await whyNotReversed(job, intent);
    if (!why.ok) return why;
    if (why.value !== null) return ok({ kind: 'step', step: put('refused', why.value, 'pushRefused') });
  }
  const alike = found.value.filter((one) => isNaturalMatch({ ...intent, knownIds: [] }, one));
  return ok({ kind: 'go', knownIds: alike.map((one) => one.entityId) });
}

/** What it reverses may have moved between the undo's preview and now. */
async function whyNotReversed(
  job: Job,
  { intentId }: ClaimedIntent,
): Promise<Result<string | null, CallFailure>> {
  const target = await reversedIntent(job.database, job.connectionId, intentId);
  if (target === null) return ok(null);
  const since = await sinceBooked(job, [target], () => null);
  if (!since.ok) return since;
  const [became] = since.value;
  if (!became || became.kind === 'asSent') return ok(null);
  const how = became.kind === 'changed' ? became.how : HOW[became.kind];
  return ok(
    `${INTENT_KINDS[target.kind]} ${target.entityId ?? ''} ${how} since the undo was previewed. Nothing was sent, and it is left as it is.`,
  );
}

const HOW = { gone: 'has gone from Buildium', changing: 'is about to be changed by another push' };

/** The body with what lies sealed; null when the person was forgotten. */
async function wholeBody(job: Job, intent: ClaimedIntent): Promise<Record<string, unknown> | null> {
  if (intent.bodySealed === null || intent.sealedFor === null) return intent.body;
  const vault = await openVault(job, job.database, 'tenants', [intent.sealedFor]);
  const sealed = vault.open(intent.sealedFor, intent.bodySealed) as Record<string, unknown> | null;
  return sealed && { ...intent.body, ...sealed };
}

function request(
  job: Job,
  { method, path }: ClaimedIntent,
  body: Record<string, unknown>,
  options: CallOptions,
): ReturnType<Job['buildium']['post']> {
  switch (method) {
    case 'POST':
      return job.buildium.post(path, body, options);
    case 'PUT':
      return job.buildium.put(path, body, options);
    case 'PATCH':
      return job.buildium.patch(path, body, options);
  }
}

/** POST charges answers an array though it creates one. An answer without an id is as good as none. */
function afterAnswer(job: Job, intent: ClaimedIntent, answer: unknown): Step {
  const [first] = (Array.isArray(answer) ? (answer as unknown[]) : [answer]) as { Id?: unknown }[];
  const entityId = intent.action === 'change' ? intent.entityId : first?.Id;
  return typeof entityId === 'number' || typeof entityId === 'string'
    ? booked(job, intent, String(entityId), 'pushSent')
    : unclear(job, 'Buildium answered without an id');
}

function afterFailure(job: Job, intent: ClaimedIntent, failure: CallFailure): Step {
  if (failure.outcome === 'unknown') return unclear(job, stopInWords('buildium', failure));
  switch (failure.kind) {
    case 'rateLimited':
    case 'quotaExhausted':
    case 'unavailable':
    case 'breaksContract':
    // It says nothing of what was sent, and stands until the connection has a key again.
    case 'unauthorized':
      return putOff(job, intent, 'waiting', { message: stopInWords('buildium', failure) });
    case 'forbidden': {
      const missing = permissionMissing(intent.kind, isReversal(intent) ? 'undo it again' : undefined);
      return put('refused', missing, 'pushRefused');
    }
    default:
      // What is left to do for a reversal, the preview of its undo says: another request would not help.
      return put(
        'refused',
        isReversal(intent)
          ? `Buildium refused to reverse it, and nothing was booked. ${saidOf(failure)}`
          : `${refusedWords(intent)} ${saidOf(failure)} Preview and push it again once it is corrected.`,
        'pushRefused',
      );
  }
}

function refusedWords({ action }: ClaimedIntent): string {
  return action === 'create'
    ? 'Buildium refused it, and nothing was booked.'
    : 'Buildium refused the change, and nothing was changed.';
}

/** Buildium's words alone, where it has any: whoever reads them on a row has made no call. */
function saidOf({ values }: CallFailure): string {
  return values ? `Buildium says: ${values.said}` : 'Buildium does not say why.';
}

/** It may have taken effect: from here on it is looked for, and nothing is sent. */
function unclear(job: Job, why: string): Step {
  return {
    ...put(
      'unknown',
      `It is not known whether this was booked: ${why} It is looked for in Buildium by itself and not sent again before that is clear.`,
      'pushUnclear',
    ),
    nextAt: laterBy(job, FIRST_LOOK_MS),
  };
}
