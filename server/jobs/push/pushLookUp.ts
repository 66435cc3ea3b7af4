import { addDays } from '../../../shared/dates.ts';
import type { IntentKind } from '../../../shared/planned/kinds.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { CallFailure } from '../../callFailure.ts';
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

/** Everything in Buildium of the same lease or vendor (a journal entry: accounts) and day, marked or not. */
export async function findInBuildium(
  job: Job,
  { kind, partyId, day, glAccountIds }: LookedFor,
): Promise<Result<ShownTransaction[], CallFailure>> {
  if (kind === 'bill') return billsOf(job, partyId, day);
  const list =
    kind === 'journalEntry'
      ? await job.buildium.list(
          '/v1/generalledger/transactions',
          { startdate: day, enddate: day, glaccountids: glAccountIds },
          OPTIONS,
        )
      : await job.buildium.list(
          `/v1/leases/${partyId}/transactions`,
          { transactiondatefrom: day, transactiondateto: day },
          OPTIONS,
        );
  return list.ok ? ok((list.value.items as Wire[]).map(shownTransaction)) : list;
}

/** A bill that was just sent is unpaid, unless somebody paid it since: paid ones are listed by that day only. */
async function billsOf(
  job: Job,
  vendorId: string,
  day: string,
): Promise<Result<ShownTransaction[], CallFailure>> {
  const today = todayIn(job);
  const windows = [
    { paidstatus: 'Unpaid' },
    { paidstatus: 'Paid', frompaiddate: addDays(today, -30), topaiddate: addDays(today, 1) },
  ];
  const found: ShownTransaction[] = [];
  for (const window of windows) {
    const list = await job.buildium.list('/v1/bills', { vendorid: vendorId, ...window }, OPTIONS);
    if (!list.ok) return list;
    found.push(...(list.value.items as Wire[]).map(shownBill).filter((bill) => bill.date === day));
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
