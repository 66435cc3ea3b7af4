import { ok, type Result } from '../../../shared/result.ts';
import type { CallFailure } from '../../callFailure.ts';
import type { IntentRow } from '../../db/intents.ts';
import { linksByEntity, type LinkRow } from '../../db/links.ts';
import type { UndoneState } from '../../db/undone.ts';
import { lockOfProperty } from '../audit/undoSteps.ts';
import { dayIn } from '../calendar.ts';
import type { Job } from '../job.ts';
import type { LockDates } from '../money/lockDates.ts';
import { PUSHED, reversalDay } from './reversals.ts';
import { sinceBooked, type Since } from './sinceBooked.ts';
import { unpaidCharges, type Unpaid } from './unpaidCharges.ts';

/** What has become of a booked transaction, and what holds it. */
export type Standing = {
  since: Since;
  /** The day through which the books are closed, where the reversal would fall behind it. */
  lock: string | null;
  day: string;
  isUndeposited: boolean;
  /** Of a charge: what is left to waive. */
  unpaid: Unpaid;
  /** The last reversal of it that was refused, and nothing came of since. */
  refused: { day: string; message: string; wasSent: boolean } | null;
};

export async function standingsOf(
  job: Job,
  intents: readonly IntentRow[],
  undone: readonly UndoneState[],
  locks: LockDates | null,
): Promise<Result<Standing[], CallFailure>> {
  const links = new Map<string, LinkRow>();
  for (const [resource, some] of Map.groupBy(intents, (intent) => intent.resource)) {
    const ids = some.flatMap(({ entityId }) => entityId ?? []);
    for (const [id, link] of await linksByEntity(job.database, job.connectionId, resource, ids))
      links.set(`${resource} ${id}`, link);
  }
  const linkOf = ({ resource, entityId }: IntentRow): LinkRow | null =>
    links.get(`${resource} ${entityId ?? ''}`) ?? null;
  const since = await sinceBooked(job, intents, linkOf);
  if (!since.ok) return since;
  const sinceOf = new Map(intents.map((intent, at) => [intent, since.value[at] as Since]));
  // What has moved takes nothing of what the others may still waive.
  const charges = intents.filter(
    (intent) =>
      intent.kind === 'leaseCharge' && intent.action === 'create' && sinceOf.get(intent)?.kind === 'asSent',
  );
  const unpaid = await unpaidCharges(job, charges);
  if (!unpaid.ok) return unpaid;
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
      ...{ day, since: sinceOf.get(intent) ?? { kind: 'asSent' } },
      lock: lock !== null && day <= lock ? lock : null,
      isUndeposited: waiting.value.has(intent.entityId ?? ''),
      unpaid: unpaid.value.get(intent.intentId) ?? { kind: 'enough' },
      refused: refusalOf(job, intent, undone),
    });
  }
  return ok(standings);
}

function refusalOf(job: Job, { intentId }: IntentRow, undone: readonly UndoneState[]): Standing['refused'] {
  const last = undone.findLast((one) => one.resource === PUSHED && one.entityId === intentId);
  if (!last?.refusal) return null;
  const { at, message, wasSent } = last.refusal;
  return { day: dayIn(job, at), message, wasSent };
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
