import { addMonths, firstDayOfMonth, type PlainDate } from '../../../shared/dates.ts';
import { formatCents } from '../../../shared/money.ts';
import { ok } from '../../../shared/result.ts';
import { appendAudit } from '../../db/audit.ts';
import { runHeads, type CalculationRun } from '../../db/calculationRuns.ts';
import type { Queryable } from '../../db/database.ts';
import { insertCarried, lockCarried, type CarriedDifference } from '../../db/restatements.ts';
import { todayIn } from '../calendar.ts';
import { auditOf, finishedRun, refuse, type Decided } from './decisions.ts';
import { nowOf, type Job } from '../job.ts';
import { openRestatements } from './restatementFlags.ts';
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
  const into = decision.intoMonth ?? firstDayOfMonth(todayIn(job));
  if (into <= run.periodTo || into > addMonths(firstDayOfMonth(todayIn(job)), 1))
    return refuse(
      'invalid',
      `A difference of ${run.periodTo.slice(0, 7)} is carried into a later month, this one or the next: ${into.slice(0, 7)} is not one.`,
    );
  return job.database.transaction((tx) => carry(tx, job, run, { ...decision, into }));
}

async function carry(
  tx: Queryable,
  job: Job,
  run: CalculationRun,
  { by, reason, into }: { by: string; reason: string; into: PlainDate },
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
  const why = `${formatCents(flag.differenceCents)} of ${run.periodFrom} to ${run.periodTo} carried into ${into.slice(0, 7)}: ${reason}`;
  await insertCarried(tx, connectionId, carried);
  await appendAudit(tx, connectionId, [auditOf(job, by, 'differenceCarried', run, why)], decidedAt);
  return ok(carried);
}
