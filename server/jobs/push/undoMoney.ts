import { markerFrom, withMarker } from '../../../shared/marker.ts';
import { formatCents } from '../../../shared/money.ts';
import { PLANNED_KINDS } from '../../../shared/planned/kinds.ts';
import { linksByEntity } from '../../db/links.ts';
import { intentsOfPush } from '../../db/intentLists.ts';
import type { IntentRow, NewIntent } from '../../db/intents.ts';
import type { UndoneState } from '../../db/undone.ts';
import type { Job } from '../job.ts';
import type { LockDates } from '../money/lockDates.ts';
import { lockOfProperty, placeOf, type UndoStep } from '../audit/undoSteps.ts';

/** Stands in the place of a resource for what was pushed as a whole. */
export const PUSHED = 'push';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What a push has booked. */
export async function bookedBy(job: Job, runId: string): Promise<IntentRow[]> {
  if (!UUID.test(runId)) return [];
  const intents = await intentsOfPush(job.database, job.connectionId, runId);
  return intents.filter(
    ({ state, entityId }) => (state === 'created' || state === 'done') && entityId !== null,
  );
}

/** Money is never taken back: it is reversed by Buildium's own means, or a person does it there. */
export async function moneySteps(
  job: Job,
  booked: readonly IntentRow[],
  undone: readonly UndoneState[],
  locks: LockDates | null,
): Promise<UndoStep[]> {
  const steps: UndoStep[] = [];
  for (const intent of booked) {
    const isUndone = undone.some(
      (one) => one.resource === PUSHED && one.entityId === intent.intentId && one.state !== 'failed',
    );
    if (isUndone) continue;
    const lock = locks === null ? null : await lockOfIntent(job, intent, locks);
    steps.push(stepOf(intent, lock));
  }
  return steps;
}

function stepOf(intent: IntentRow, lock: string | null): UndoStep {
  const { intentId, resource, entityId, amountCents } = intent;
  const base = {
    ...{
      stepId: `${PUSHED} ${intentId}`,
      resource,
      entityId: entityId ?? '',
      airtableRecordId: null,
      fields: [],
    },
    amountCents,
  };
  const named = `${PLANNED_KINDS[intent.kind]} ${entityId ?? ''} of ${formatCents(amountCents)}`;
  if (lock !== null) {
    const sentence = `${named} of ${intent.day} lies in a locked period (up to ${lock}): open it in Buildium first, or correct it in an open one.`;
    return { ...base, what: 'byHand', sentence };
  }
  if (intent.action === 'create' && intent.kind === 'leaseCharge')
    return { ...base, what: 'reversal', sentence: `${named} is waived by a credit of the same day.` };
  if (intent.action === 'create' && intent.kind === 'journalEntry')
    return { ...base, what: 'reversal', sentence: `${named} is reversed by an entry the other way round.` };
  return { ...base, what: 'byHand', sentence: `${named}: ${byHand(intent)}` };
}

function byHand(intent: IntentRow): string {
  const place = `${placeOf(intent.resource)} > ${intent.entityId ?? ''}`;
  const lease = `Leasing > Rent roll > lease ${intent.partyId} > Ledger`;
  if (intent.action === 'change')
    return `it was changed and not created. Push its former values, or change it in Buildium (${place}).`;
  switch (intent.kind) {
    case 'leasePayment':
      return `once it is deposited, reverse it in Buildium (${lease}); before that, delete it there.`;
    case 'leaseRefund':
      return `void its check in Buildium (${lease}).`;
    case 'leaseCredit':
      return `delete it in Buildium (${lease}), or push a charge of the same amount.`;
    case 'bill':
      return `delete it in Buildium while it is unpaid, or void its payment first (${place}).`;
    case 'leaseCharge':
    case 'journalEntry':
      return `change it in Buildium (${place}).`;
  }
}

async function lockOfIntent(job: Job, intent: IntentRow, locks: LockDates): Promise<string | null> {
  const propertyId = await propertyOf(job, intent);
  const lock = propertyId === null ? locks.all : lockOfProperty(locks, propertyId);
  return lock !== null && intent.day <= lock ? lock : null;
}

async function propertyOf(job: Job, { partyResource, partyId }: IntentRow): Promise<string | null> {
  if (partyResource === 'properties') return partyId;
  if (partyResource !== 'leases') return null;
  const links = await linksByEntity(job.database, job.connectionId, 'leases', [partyId]);
  const property = links.get(partyId)?.syncedBuildium['property'];
  return Array.isArray(property) ? String(property[0]) : null;
}

type Body = Record<string, unknown> & { Lines: readonly Record<string, unknown>[] };

/** The intent that reverses another one: it is sent, looked up and read back as every push is. */
export function reversalOf(job: Job, intent: IntentRow, pushId: string, by: string): NewIntent {
  const marker = markerFrom(job.randomBytes(5));
  const memo = withMarker(
    `Undo of ${PLANNED_KINDS[intent.kind].toLowerCase()} ${intent.entityId ?? ''}`,
    marker,
  );
  const body = intent.body as Body;
  const isCharge = intent.kind === 'leaseCharge';
  return {
    ...{ intentId: job.newId(), pushId, action: 'create', marker, resource: intent.resource, method: 'POST' },
    kind: isCharge ? 'leaseCredit' : 'journalEntry',
    path: isCharge ? intent.path.replace(/charges$/, 'credits') : intent.path,
    body: isCharge ? creditOf(body, memo) : contraOf(body, memo),
    ...{ bodySealed: null, sealedFor: null, beforeDigest: null, previewHash: '', entityId: null, rows: [] },
    summary: `Undo of ${PLANNED_KINDS[intent.kind]} ${intent.entityId ?? ''} of ${formatCents(intent.amountCents)}.`,
    ...{ partyResource: intent.partyResource, partyId: intent.partyId, day: intent.day },
    ...{ amountCents: intent.amountCents, glAccountIds: intent.glAccountIds, requestedBy: by },
    message: 'Waits for its turn; it is sent within seconds.',
  };
}

/** A charge that nobody has paid is waived; Buildium refuses more than that. */
function creditOf({ Date: day, Lines }: Body, memo: string): Record<string, unknown> {
  const lines = Lines.map(({ Amount, GLAccountId }) => ({ Amount, GlAccountId: GLAccountId }));
  return { Date: day, Memo: memo, CreditType: 'WaiveUnpaid', Lines: lines };
}

function contraOf(body: Body, memo: string): Record<string, unknown> {
  const lines = body.Lines.map((line) => ({
    ...line,
    PostingType: line['PostingType'] === 'Debit' ? 'Credit' : 'Debit',
  }));
  return { ...body, Memo: memo, Lines: lines };
}
