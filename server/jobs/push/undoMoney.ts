import { formatCents } from '../../../shared/money.ts';
import { INTENT_KINDS } from '../../../shared/planned/kinds.ts';
import { ok, type Result } from '../../../shared/result.ts';
import type { CallFailure } from '../../callFailure.ts';
import { intentsOfPush } from '../../db/intentLists.ts';
import type { IntentRow } from '../../db/intents.ts';
import { linksByEntity, type LinkRow } from '../../db/links.ts';
import type { UndoneState } from '../../db/undone.ts';
import { lockOfProperty, placeOf, type UndoStep } from '../audit/undoSteps.ts';
import type { Job } from '../job.ts';
import type { LockDates } from '../money/lockDates.ts';
import { reversalDay } from './reversals.ts';

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

/** What has become of a booked transaction, and what holds it. */
type Standing = {
  link: LinkRow | null;
  /** The day through which the books are closed, where the reversal would fall behind it. */
  lock: string | null;
  day: string;
  isUndeposited: boolean;
};

/** Money is never taken back: it is reversed by Buildium's own means, or a person does it there. */
export async function moneySteps(
  job: Job,
  booked: readonly IntentRow[],
  undone: readonly UndoneState[],
  locks: LockDates | null,
): Promise<Result<UndoStep[], CallFailure>> {
  const isUndone = ({ intentId }: IntentRow): boolean =>
    undone.some((one) => one.resource === PUSHED && one.entityId === intentId && one.state !== 'failed');
  const left = booked.filter((intent) => !isUndone(intent));
  const standings = await standingsOf(job, left, locks);
  return standings.ok
    ? ok(left.map((intent, at) => stepOf(intent, standings.value[at] as Standing)))
    : standings;
}

function stepOf(intent: IntentRow, standing: Standing): UndoStep {
  const { intentId, resource, entityId, amountCents } = intent;
  const base = {
    ...{ stepId: `${PUSHED} ${intentId}`, resource, entityId: entityId ?? '', airtableRecordId: null },
    ...{ fields: [], amountCents },
  };
  const named = `${INTENT_KINDS[intent.kind]} ${entityId ?? ''} of ${formatCents(amountCents)}`;
  const obstacle = obstacleOf(intent, standing);
  if (obstacle !== null) return { ...base, what: 'byHand', sentence: `${named} ${obstacle}` };
  const way = wayBack(intent, standing);
  return way === null
    ? { ...base, what: 'byHand', sentence: `${named}: ${byHand(intent)}` }
    : { ...base, what: 'reversal', sentence: `${named} ${way}` };
}

/** Why nothing is sent for it, whatever Buildium could do. */
function obstacleOf(intent: IntentRow, { link, lock, day }: Standing): string | null {
  if (link?.standing === 'deletedInBuildium')
    return 'is gone from Buildium already; there is nothing left to undo.';
  const amount = link?.syncedBuildium['amount'] ?? link?.syncedBuildium['total'];
  if (typeof amount === 'number' && amount !== intent.amountCents)
    return `has been changed to ${formatCents(amount)} since it was booked, and is left as it is. Undo it in Buildium (${ledgerOf(intent)}).`;
  if (lock === null) return null;
  const when = day === intent.day ? `of ${day}` : `would be reversed on ${day}, which`;
  return `${when} lies in a locked period (up to ${lock}): open it in Buildium first, or correct it in an open one.`;
}

/** How Buildium itself reverses it; null where its API has no way. */
function wayBack({ action, kind }: IntentRow, { day, isUndeposited }: Standing): string | null {
  if (action !== 'create') return null;
  switch (kind) {
    case 'leaseCharge':
      return 'is waived by a credit of the same day.';
    case 'journalEntry':
      return 'is reversed by an entry the other way round.';
    case 'leasePayment':
      return isUndeposited
        ? null
        : `is taken back on ${day} by Buildium's payment reversal; the tenant owes it again, and its deposit stays as it is.`;
    case 'leaseCredit':
    case 'leaseRefund':
    case 'bill':
    case 'paymentReversal':
      return null;
  }
}

function ledgerOf({ partyId, partyResource, resource, entityId }: IntentRow): string {
  return partyResource === 'leases'
    ? `Leasing > Rent roll > lease ${partyId} > Ledger`
    : `${placeOf(resource)} > ${entityId ?? ''}`;
}

function byHand(intent: IntentRow): string {
  const place = `${placeOf(intent.resource)} > ${intent.entityId ?? ''}`;
  const ledger = ledgerOf(intent);
  if (intent.action === 'change')
    return `it was changed and not created. Push its former values, or change it in Buildium (${place}).`;
  switch (intent.kind) {
    case 'leasePayment':
      return `it is not deposited yet, and only a deposited payment can be reversed. Delete it in Buildium (${ledger}).`;
    case 'leaseRefund':
      return `void its check in Buildium (${ledger}).`;
    case 'leaseCredit':
      return `delete it in Buildium (${ledger}), or push a charge of the same amount.`;
    case 'bill':
      return `delete it in Buildium while it is unpaid, or void its payment first (${place}).`;
    case 'paymentReversal':
      return `record the payment anew, or take the reversal back in Buildium (${ledger}).`;
    case 'leaseCharge':
    case 'journalEntry':
      return `change it in Buildium (${place}).`;
  }
}

async function standingsOf(
  job: Job,
  intents: readonly IntentRow[],
  locks: LockDates | null,
): Promise<Result<Standing[], CallFailure>> {
  const links = new Map<string, LinkRow>();
  for (const [resource, some] of Map.groupBy(intents, (intent) => intent.resource)) {
    const ids = some.flatMap(({ entityId }) => entityId ?? []);
    for (const [id, link] of await linksByEntity(job.database, job.connectionId, resource, ids))
      links.set(`${resource} ${id}`, link);
  }
  const undeposited = new Map<string, ReadonlySet<string>>();
  const standings: Standing[] = [];
  for (const intent of intents) {
    const propertyId = await propertyOf(job, intent);
    const day = reversalDay(job, intent);
    const lock = locks === null ? null : propertyId === null ? locks.all : lockOfProperty(locks, propertyId);
    const waiting =
      intent.kind === 'leasePayment' && intent.action === 'create'
        ? await undepositedOf(job, propertyId, undeposited)
        : ok(new Set<string>());
    if (!waiting.ok) return waiting;
    standings.push({
      ...{ day, link: links.get(`${intent.resource} ${intent.entityId ?? ''}`) ?? null },
      lock: lock !== null && day <= lock ? lock : null,
      isUndeposited: waiting.value.has(intent.entityId ?? ''),
    });
  }
  return ok(standings);
}

/**
 * Payments that wait to be deposited, of the property's operating account: a payment itself does not show it. Where the
 * account cannot be told, Buildium refuses what it cannot reverse, and the undo says so.
 */
async function undepositedOf(
  job: Job,
  propertyId: string | null,
  known: Map<string, ReadonlySet<string>>,
): Promise<Result<ReadonlySet<string>, CallFailure>> {
  const links = await linksByEntity(
    job.database,
    job.connectionId,
    'properties',
    propertyId === null ? [] : [propertyId],
  );
  const account = links.get(propertyId ?? '')?.syncedBuildium['operatingBankAccount'];
  const accountId = Array.isArray(account) ? String(account[0] ?? '') : '';
  if (accountId === '') return ok(new Set());
  const before = known.get(accountId);
  if (before) return ok(before);
  const path = `/v1/bankaccounts/${accountId}/undepositedfunds`;
  const list = await job.buildium.list(path, {}, { priority: 'person' });
  if (!list.ok && !['forbidden', 'notFound'].includes(list.error.kind)) return list;
  const rows = list.ok ? (list.value.items as { GeneralLedgerTransaction?: { Id?: number } | null }[]) : [];
  const ids = new Set(rows.flatMap((row) => row.GeneralLedgerTransaction?.Id ?? []).map(String));
  known.set(accountId, ids);
  return ok(ids);
}

async function propertyOf(job: Job, { partyResource, partyId }: IntentRow): Promise<string | null> {
  if (partyResource === 'properties') return partyId;
  if (partyResource !== 'leases') return null;
  const links = await linksByEntity(job.database, job.connectionId, 'leases', [partyId]);
  const property = links.get(partyId)?.syncedBuildium['property'];
  return Array.isArray(property) ? String(property[0]) : null;
}
