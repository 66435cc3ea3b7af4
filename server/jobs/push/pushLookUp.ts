import { addDays } from '../../../shared/dates.ts';
import type { IntentKind } from '../../../shared/planned/kinds.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { CallFailure } from '../../callFailure.ts';
import type { IntentRow } from '../../db/intents.ts';
import { carriesMark } from '../../sync/intentSteps.ts';
import { shownBill, shownTransaction, type ShownTransaction } from '../../sync/plannedShown.ts';
import { todayIn } from '../calendar.ts';
import type { Job } from '../job.ts';

/** By what a transaction is looked for in Buildium. */
export type LookedFor = {
  kind: IntentKind;
  partyId: string;
  day: string;
  glAccountIds: readonly string[];
};

type Wire = Record<string, unknown>;

const OPTIONS = { priority: 'person' } as const;

/** So far from its planned day somebody may have put by hand what was booked without an answer. */
const MOVED_DAYS = 60;

/**
 * Everything in Buildium that may be an intent: of the same lease or vendor (a journal entry: accounts) and day. What
 * was sent may have been given another day since: its mark is looked for around the day, and in what the sync has
 * seen of it.
 */
export async function findIntent(
  job: Job,
  intent: Pick<IntentRow, keyof LookedFor | 'marker' | 'resource' | 'sentAt' | 'candidates'>,
): Promise<Result<ShownTransaction[], CallFailure>> {
  if (intent.sentAt === null) return findInBuildium(job, intent);
  for (const { entityId } of intent.candidates) {
    const seen = await readShown(job, intent.resource, entityId);
    if (!seen.ok) return seen;
    if (seen.value !== null && carriesMark(intent, seen.value)) return ok([seen.value]);
  }
  const found = await findInBuildium(job, intent, MOVED_DAYS);
  // The accounts of a journal entry have much within so many days: its own day is read whole, the others of its property.
  if (!found.ok || intent.kind !== 'journalEntry') return found;
  const onDay = await findInBuildium(job, intent);
  if (!onDay.ok) return onDay;
  const known = new Set(found.value.map(({ entityId }) => entityId));
  return ok([...found.value, ...onDay.value.filter(({ entityId }) => !known.has(entityId))]);
}

/** Everything in Buildium of the same lease or vendor (a journal entry: accounts) and day, marked or not. */
export async function findInBuildium(
  job: Job,
  { kind, partyId, day, glAccountIds }: LookedFor,
  days = 0,
): Promise<Result<ShownTransaction[], CallFailure>> {
  if (kind === 'bill') return billsOf(job, partyId);
  const [from, to] = [addDays(day, -days), addDays(day, days)];
  const ofProperty = days > 0 ? { selectionentitytype: 'Rental', selectionentityid: partyId } : {};
  const list =
    kind === 'journalEntry'
      ? await job.buildium.list(
          '/v1/generalledger/transactions',
          { startdate: from, enddate: to, glaccountids: glAccountIds, ...ofProperty },
          OPTIONS,
        )
      : await job.buildium.list(
          `/v1/leases/${partyId}/transactions`,
          { transactiondatefrom: from, transactiondateto: to },
          OPTIONS,
        );
  return list.ok ? ok((list.value.items as Wire[]).map(shownTransaction)) : list;
}

/**
 * A bill that was just sent is unpaid, unless somebody paid it since: paid ones are listed by that day only. None is
 * listed by its own day.
 */
async function billsOf(job: Job, vendorId: string): Promise<Result<ShownTransaction[], CallFailure>> {
  const today = todayIn(job);
  const windows = [
    { paidstatus: 'Unpaid' },
    { paidstatus: 'Paid', frompaiddate: addDays(today, -30), topaiddate: addDays(today, 1) },
  ];
  const found: ShownTransaction[] = [];
  for (const window of windows) {
    const list = await job.buildium.list('/v1/bills', { vendorid: vendorId, ...window }, OPTIONS);
    if (!list.ok) return list;
    found.push(...(list.value.items as Wire[]).map(shownBill));
  }
  return ok(found);
}

/** One transaction or bill as Buildium shows it now; null when it is not there. */
export async function readShown(
  job: Job,
  resource: string,
  entityId: string,
): Promise<Result<ShownTransaction | null, CallFailure>> {
  const path = resource === 'bills' ? `/v1/bills/${entityId}` : `/v1/generalledger/transactions/${entityId}`;
  const answer = await job.buildium.get(path, {}, OPTIONS);
  if (!answer.ok) return answer.error.kind === 'notFound' ? ok(null) : err(answer.error);
  const wire = answer.value as Wire;
  return ok(resource === 'bills' ? shownBill(wire) : shownTransaction(wire));
}
