import { addMonths, firstDayOfMonth, lastDayOfMonth, type PlainDate } from '../../../shared/dates.ts';
import { formatCents } from '../../../shared/money.ts';
import { ok } from '../../../shared/result.ts';
import type { CalculationInput } from '../../accounting/calculation.ts';
import { managedPart } from '../../accounting/noi.ts';
import { managedSpan } from '../../accounting/ownership.ts';
import { approvedScopes } from '../../db/approvals.ts';
import { appendAudit } from '../../db/audit.ts';
import { runHeads, type CalculationRun } from '../../db/calculationRuns.ts';
import type { Queryable } from '../../db/database.ts';
import { insertCarried, lockCarried, type CarriedDifference } from '../../db/restatements.ts';
import { todayIn } from '../calendar.ts';
import { auditOf, finishedRun, refuse, type Decided } from './decisions.ts';
import { readEnteredNow } from './enteredNow.ts';
import { nowOf, type Job } from '../job.ts';
import { openRestatements } from './restatementFlags.ts';
import { isInScope } from './scope.ts';
import { isWholeMonth } from './wholeMonth.ts';

/** Leaves the closed month as it is and lets an open one make up for what has changed in it. */
export async function carryForward(
  job: Job,
  calculationId: string,
  decision: { by: string; reason: string; intoMonth: PlainDate | null },
): Decided<CarriedDifference[]> {
  const found = await finishedRun(job, calculationId);
  if (!found.ok) return found;
  const { run } = found.value;
  if (!isWholeMonth({ period: { from: run.periodFrom, to: run.periodTo } }))
    return refuse(
      'invalid',
      `The run is from ${run.periodFrom} to ${run.periodTo}: differences are carried out of whole months. Calculate the month and carry its difference.`,
    );
  const thisMonth = firstDayOfMonth(todayIn(job));
  const nextMonth = addMonths(thisMonth, 1);
  const months = decision.intoMonth === null ? [thisMonth, nextMonth] : [decision.intoMonth];
  const later = months.filter((month) => month > run.periodTo && month <= nextMonth);
  if (later.length === 0)
    return refuse(
      'invalid',
      `A difference of ${run.periodTo.slice(0, 7)} is carried into a later month, this one or the next: ${months[0]?.slice(0, 7)} is not one.`,
    );
  return job.database.transaction((tx) => carry(tx, job, run, { ...decision, months: later }));
}

async function carry(
  tx: Queryable,
  job: Job,
  run: CalculationRun,
  { by, reason, months }: { by: string; reason: string; months: PlainDate[] },
): Decided<CarriedDifference[]> {
  const { connectionId } = job;
  await lockCarried(tx, connectionId);
  const newest = (await runHeads(tx, connectionId, [run.runId])).get(run.runId)?.newestVersion;
  if (newest !== run.version)
    return refuse(
      'replaced',
      `Version ${newest} has replaced this one. Look at it: what has changed since stands there.`,
    );
  const [flag] = await openRestatements({ database: tx, connectionId }, { runIds: [run.runId] });
  if (!flag)
    return refuse('decidedBefore', 'Nothing in the run’s month has changed that is not decided already.');
  const propertyIds = flag.changes.map(({ propertyId }) => propertyId);
  const into = await firstNotApproved(tx, connectionId, run, months, propertyIds);
  if (into === null)
    return refuse(
      'invalid',
      `The draws of ${months.map((month) => month.slice(0, 7)).join(' and ')} are approved: what is carried into that month now would be in none. Name a later month (intoMonth), or calculate the changed month again.`,
    );
  const decidedAt = nowOf(job);
  const carried = flag.changes.flatMap(({ propertyId, transactionId, noiCents, sentence }) =>
    noiCents === 0 || transactionId === null
      ? []
      : [
          {
            ...{ carriedId: job.newId(), runId: run.runId, propertyId, transactionId, intoMonth: into },
            ...{ amountCents: noiCents, sentence, reason, decidedBy: by, decidedAt },
          },
        ],
  );
  if (carried.length === 0)
    return refuse(
      'invalid',
      `No transaction has changed that a later month could make up for: ${flag.changes.map(({ sentence }) => sentence).join('; ')}. Calculate the month again.`,
    );
  const notManaged = await firstNotManaged(tx, connectionId, run, into, carried);
  if (notManaged !== null)
    return refuse(
      'invalid',
      `${notManaged} has no managed day in ${into.slice(0, 7)}: what is carried into that month would be in none of its draws. Calculate ${run.periodFrom.slice(0, 7)} again, or correct the managed days.`,
    );
  const carriedCents = carried.reduce((sum, { amountCents }) => sum + amountCents, 0);
  const why = `${formatCents(carriedCents)} of ${run.periodFrom} to ${run.periodTo} carried into ${into.slice(0, 7)}: ${reason}`;
  await insertCarried(tx, connectionId, carried);
  await appendAudit(tx, connectionId, [auditOf(job, by, 'differenceCarried', run, why)], decidedAt);
  return ok(carried);
}

/** The draws of an approved month are promised as they are: nothing can be made up for in them. */
async function firstNotApproved(
  tx: Queryable,
  connectionId: string,
  { basis }: CalculationRun,
  months: readonly PlainDate[],
  propertyIds: readonly number[],
): Promise<PlainDate | null> {
  for (const month of months) {
    const period = { basis, periodFrom: month, periodTo: lastDayOfMonth(month) };
    const scopes = await approvedScopes(tx, connectionId, period);
    const isApproved = (propertyId: number): boolean => scopes.some((scope) => isInScope(scope, propertyId));
    if (!propertyIds.some(isApproved)) return month;
  }
  return null;
}

/** The name of a property that owners are paid nothing for in the month, as its managed days are entered now. */
async function firstNotManaged(
  tx: Queryable,
  connectionId: string,
  run: CalculationRun,
  month: PlainDate,
  carried: readonly { propertyId: number }[],
): Promise<string | null> {
  // Our own text, immutable since it was written.
  const { properties } = JSON.parse(run.input) as CalculationInput;
  const entered = (await readEnteredNow({ database: tx, connectionId })).managed;
  const period = { from: month, to: lastDayOfMonth(month) };
  const found = properties.find(
    ({ propertyId, managed, agreed }) =>
      carried.some((one) => one.propertyId === propertyId) &&
      !managedPart(period, agreed ? managedSpan(entered.get(propertyId) ?? null, [agreed]) : managed),
  );
  return found?.name ?? null;
}
