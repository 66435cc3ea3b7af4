import { formatCents, type Cents } from '../../../shared/money.ts';
import { INTENT_KINDS } from '../../../shared/planned/kinds.ts';
import { ok, type Result } from '../../../shared/result.ts';
import type { CallFailure } from '../../callFailure.ts';
import { intentsOfPush } from '../../db/intentLists.ts';
import type { IntentRow } from '../../db/intents.ts';
import { reversalChains, reversalIn } from '../../db/reversals.ts';
import type { UndoneState } from '../../db/undone.ts';
import { placeOf, type UndoStep } from '../audit/undoSteps.ts';
import type { Job } from '../job.ts';
import type { LockDates } from '../money/lockDates.ts';
import { isPermissionMissing } from './pushPermissions.ts';
import { PUSHED } from './reversals.ts';
import { unsettledStep } from './undoUnsettled.ts';
import { standingsOf, type Standing } from './undoStandings.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Everything that a push was to send, whatever has become of it; none where the run is no push. */
export async function pushedBy(job: Job, runId: string): Promise<IntentRow[]> {
  return UUID.test(runId) ? intentsOfPush(job.database, job.connectionId, runId) : [];
}

export function isBooked({ state, entityId }: IntentRow): boolean {
  return (state === 'created' || state === 'done') && entityId !== null;
}

/**
 * Money that is booked is never taken back: it is reversed by Buildium's own means, or a person does it there. What is
 * still on its way is withdrawn or named.
 */
export async function moneySteps(
  job: Job,
  pushed: readonly IntentRow[],
  undone: readonly UndoneState[],
  locks: LockDates | null,
): Promise<Result<UndoStep[], CallFailure>> {
  const isUndone = ({ intentId }: IntentRow): boolean =>
    undone.some((one) => one.resource === PUSHED && one.entityId === intentId && one.state !== 'failed');
  const booked = pushed.filter((intent) => isBooked(intent) && !isUndone(intent));
  const again = await standingAgain(
    job,
    pushed.filter((intent) => isBooked(intent) && isUndone(intent)),
  );
  const standings = await standingsOf(job, booked, undone, locks);
  if (!standings.ok) return standings;
  const unsettled = pushed.flatMap((intent) => {
    const step = unsettledStep(intent);
    return step ? [{ ...baseOf(intent), ...step }] : [];
  });
  const steps = booked.map((intent, at) => stepOf(intent, standings.value[at] as Standing));
  return ok([...steps, ...again, ...unsettled]);
}

/**
 * What was taken back and stands again, since the undo was undone: the entries of one after the other are reversed each
 * once, so that it is that undo of an undo that is undone next.
 */
async function standingAgain(job: Job, undone: readonly IntentRow[]): Promise<UndoStep[]> {
  const steps: UndoStep[] = [];
  for (const [resource, intents] of Map.groupBy(undone, (intent) => intent.resource)) {
    const ids = intents.flatMap(({ entityId }) => entityId ?? []);
    const chains = await reversalChains(job.database, job.connectionId, resource, ids);
    for (const intent of intents) {
      const chain = chains.get(intent.entityId ?? '') ?? [];
      const last = chain.at(-1);
      if (!last || reversalIn(chain) !== null) continue;
      const sentence = `${nameOf(intent)} stands again, since its undo was undone by ${last.requestedBy}. To take it back once more, undo that: run ${last.pushId}.`;
      steps.push({ ...baseOf(intent), what: 'byHand', sentence });
    }
  }
  return steps;
}

function baseOf({
  intentId,
  resource,
  entityId,
  amountCents,
}: IntentRow): Omit<UndoStep, 'what' | 'sentence'> {
  return {
    ...{ stepId: `${PUSHED} ${intentId}`, resource, entityId: entityId ?? '', airtableRecordId: null },
    ...{ fields: [], amountCents },
  };
}

function stepOf(intent: IntentRow, standing: Standing): UndoStep {
  const base = baseOf(intent);
  const named = nameOf(intent);
  if (standing.since.kind === 'changing')
    return {
      ...{ ...base, what: 'notYet' },
      sentence: `${named} is being changed by a later push. Once the outcome of that is clear, undo this push again.`,
    };
  const obstacle = obstacleOf(intent, standing);
  if (obstacle !== null) return { ...base, what: 'byHand', sentence: `${named} ${obstacle}` };
  const way = wayBack(intent, standing);
  return way === null
    ? { ...base, what: 'byHand', sentence: `${named}: ${byHand(intent, standing)}` }
    : { ...base, what: 'reversal', sentence: `${named} ${way}` };
}

function nameOf({ kind, entityId, amountCents }: IntentRow): string {
  return `${INTENT_KINDS[kind]} ${entityId ?? ''} of ${formatCents(amountCents)}`;
}

/** What an undo could not reverse after all: which, why, and where a person does it instead. */
export function unreversedWords(intent: IntentRow, refusal: UndoneState['refusal']): string {
  const why = refusal?.message ?? 'its reversal was dropped, as somebody decided.';
  return `${nameOf(intent)}: ${why} Undo it in Buildium (${ledgerOf(intent)}), or see in the preview of the undo what can be tried again.`;
}

/** Why nothing is sent for it, whatever Buildium could do. */
function obstacleOf(intent: IntentRow, { since, lock, day }: Standing): string | null {
  if (since.kind === 'gone') return 'is gone from Buildium already; there is nothing left to undo.';
  if (since.kind === 'changed')
    return `${since.how} since it was booked, and is left as it is. Undo it in Buildium (${ledgerOf(intent)}).`;
  if (lock === null) return null;
  const when = day === intent.day ? `of ${day}` : `would be reversed on ${day}, which`;
  return `${when} lies in a locked period (up to ${lock}): open it in Buildium first, or correct it in an open one.`;
}

/** How Buildium itself reverses it; null where its API has no way, or has refused it and shows nothing new. */
function wayBack({ action, kind }: IntentRow, standing: Standing): string | null {
  if (action !== 'create') return null;
  const { day, isUndeposited, refused } = standing;
  switch (kind) {
    case 'leaseCharge':
      return waiver(standing);
    case 'journalEntry':
      return mayTryAgain(standing) ? `is reversed by an entry the other way round.${before(refused)}` : null;
    case 'leasePayment':
      return isUndeposited || !mayTryAgain(standing)
        ? null
        : `is taken back on ${day} by Buildium's payment reversal; the tenant owes it again, and its deposit stays as it is.${before(refused)}`;
    case 'leaseCredit':
    case 'leaseRefund':
    case 'bill':
    case 'paymentReversal':
      return null;
  }
}

/** What is paid cannot be waived; where that cannot be told, it is asked for once. */
function waiver(standing: Standing): string | null {
  const { unpaid, refused } = standing;
  switch (unpaid.kind) {
    case 'enough':
      return `is waived by a credit of the same day.${before(refused)}`;
    case 'tooLittle':
      return null;
    case 'untold':
      return mayTryAgain(standing)
        ? `is waived by a credit of the same day, unless it has been paid: ${unpaid.why}, and Buildium refuses to waive what is paid.${before(refused)}`
        : null;
  }
}

/**
 * A missing permission is given where we cannot see it, and what never left was not refused by Buildium; anything else
 * would be refused again.
 */
function mayTryAgain({ refused }: Standing): boolean {
  return refused === null || !refused.wasSent || isPermissionMissing(refused.message);
}

function before(refused: Standing['refused']): string {
  return refused === null ? '' : ` It was tried on ${refused.day}: ${refused.message}`;
}

function ledgerOf({ partyId, partyResource, resource, entityId }: IntentRow): string {
  return partyResource === 'leases'
    ? `Leasing > Rent roll > lease ${partyId} > Ledger`
    : `${placeOf(resource)} > ${entityId ?? ''}`;
}

function byHand(intent: IntentRow, { isUndeposited, unpaid, refused }: Standing): string {
  const place = `${placeOf(intent.resource)} > ${intent.entityId ?? ''}`;
  const ledger = ledgerOf(intent);
  if (intent.action === 'change')
    return `it was changed and not created. Push its former values, or change it in Buildium (${place}).`;
  const tried = before(refused).trimStart();
  switch (intent.kind) {
    case 'leasePayment':
      return isUndeposited
        ? `it is not deposited yet, and only a deposited payment can be reversed. Delete it in Buildium (${ledger}).`
        : `${tried} Reverse it in Buildium, or look there at what has become of it (${ledger}).`;
    case 'leaseRefund':
      return `void its check in Buildium (${ledger}).`;
    case 'leaseCredit':
      return `delete it in Buildium (${ledger}), or push a charge of the same amount.`;
    case 'bill':
      return `delete it in Buildium while it is unpaid, or void its payment first (${place}).`;
    case 'paymentReversal':
      return `record the payment anew, or take the reversal back in Buildium (${ledger}).`;
    case 'leaseCharge':
      return `${unpaid.kind === 'tooLittle' ? unpaidWords(intent, unpaid.unpaidCents) : tried} Delete the charge in Buildium, or give the tenant a credit for it there (${ledger}).`;
    case 'journalEntry':
      return `${tried} Change or delete it in Buildium (${place}).`;
  }
}

function unpaidWords({ partyId }: IntentRow, unpaidCents: Cents): string {
  const rest = unpaidCents === 0 ? 'nothing' : `only ${formatCents(unpaidCents)}`;
  return `${rest} of it is unpaid on lease ${partyId}, and Buildium waives no more than what is unpaid.`;
}
