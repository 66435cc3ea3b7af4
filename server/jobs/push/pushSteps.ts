import { formatCents } from '../../../shared/money.ts';
import type { CallFailure } from '../../callFailure.ts';
import type { AuditRow } from '../../db/audit.ts';
import type { ClaimedIntent, IntentAfter, IntentRow, IntentState } from '../../db/intents.ts';
import type { ShownTransaction } from '../../sync/plannedShown.ts';
import { laterBy, nowOf, type Job } from '../job.ts';

/** What one look at an intent came to. */
export type Step =
  | ({ kind: 'put'; audit: AuditRow['action'] | null } & IntentAfter)
  /** The claim was passed on, or the intent has moved: whoever holds it now decides. */
  | { kind: 'lost' };

/** A side that does not answer is asked again after this long; nothing is held against the intent. */
const TRY_AGAIN_MS = 30_000;

export function put(
  state: IntentState,
  message: string,
  audit: AuditRow['action'] | null = null,
): Extract<Step, { kind: 'put' }> {
  return { kind: 'put', state, message, audit, nextAt: null };
}

/** Nothing left, or nothing was learnt: the same step again in a while. */
export function putOff(
  job: Job,
  { message }: ClaimedIntent,
  state: IntentState,
  failure: Pick<CallFailure, 'message'>,
): Step {
  const waits = `Waits: ${failure.message} It goes on by itself.`;
  return {
    ...put(state, state === 'waiting' ? waits : message),
    nextAt: laterBy(job, TRY_AGAIN_MS),
  };
}

/** It is in Buildium: what is left is to read it back and to say so on its rows. */
export function booked(
  job: Job,
  intent: Pick<ClaimedIntent, 'kind' | 'action'>,
  entityId: string,
  audit: AuditRow['action'],
): Step {
  const what = intent.action === 'change' ? 'Changed in Buildium' : 'Booked in Buildium';
  return {
    ...put('created', `${what} with the id ${entityId}; its row is on the way.`, audit),
    ...{ entityId, settledAt: nowOf(job), candidates: [], nextAt: nowOf(job) },
  };
}

/** Somebody else has changed what was to be changed: what there is to decide, a new preview shows. */
export function moved({ sentAt }: Pick<ClaimedIntent, 'sentAt'>): Step {
  return put(
    'refused',
    sentAt === null
      ? 'It was changed in Buildium since the preview. Nothing was sent; preview it again and decide anew.'
      : 'Buildium shows neither what stood there before nor what was sent: somebody has changed it meanwhile. Nothing more is sent; preview it again and decide anew.',
    'pushRefused',
  );
}

/** Nobody but a person can tell what became of it, or what is to. */
export function asking(message: string, candidates: readonly ShownTransaction[] = []): Step {
  return { ...put('asking', message, 'pushUnclear'), candidates: candidates.map(candidateOf) };
}

/** Its lease is gone, and all of its transactions with it are out of our sight. */
export const LEASE_GONE =
  'Its lease is gone from Buildium, so that it cannot be looked for. Look there yourself, then say whether it was booked.';

/** What may be it, in words by which a person tells one from the other. */
export function candidateOf(one: ShownTransaction): IntentRow['candidates'][number] {
  const memo = one.memo === null ? '' : `, "${one.memo}"`;
  return { entityId: one.entityId, shown: `${formatCents(one.totalCents)} on ${one.date}${memo}` };
}
