import { addMonths, firstDayOfMonth, type PlainDate } from '../../../shared/dates.ts';
import { formatCents } from '../../../shared/money.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { CalculationInput, CalculationResult } from '../../accounting/calculation.ts';
import type { CheckKind } from '../../accounting/checks.ts';
import {
  approvalsOf,
  approvedRunsOf,
  insertApproval,
  lockApprovals,
  type ApprovedDrawRow,
} from '../../db/approvals.ts';
import { appendAudit, type AuditRow } from '../../db/audit.ts';
import { runById, runHeads, type CalculationRun } from '../../db/calculationRuns.ts';
import { makeTablesDue } from '../../db/calculationTables.ts';
import { calculationById, type CalculationRow } from '../../db/calculations.ts';
import type { Queryable } from '../../db/database.ts';
import { insertCarried, lockCarried, type CarriedDifference } from '../../db/restatements.ts';
import type { CalculationRequest } from './calculationReport.ts';
import { startCalculation } from './calculations.ts';
import { todayIn } from '../calendar.ts';
import { nowOf, type Job } from '../job.ts';
import { openRestatements } from './restatementFlags.ts';
import { isWholeMonth } from './wholeMonth.ts';

export type DecisionRefusal = {
  kind: 'unknown' | 'notFinished' | 'replaced' | 'decidedBefore' | 'samePerson' | 'invalid';
  message: string;
};

type Decided<T> = Promise<Result<T, DecisionRefusal>>;

/** Approves a run. Its draws are promised from now on: what is calculated later has less safe cash by them. */
export async function approve(
  job: Job,
  calculationId: string,
  decision: { by: string; note: string },
): Decided<null> {
  const found = await finishedRun(job, calculationId);
  if (!found.ok) return found;
  const { run } = found.value;
  if (job.settings.approvalBySecondPerson && run.requestedBy === decision.by)
    return refuse(
      'samePerson',
      'You asked for this calculation, and the connection wants a second person to approve it. Ask a colleague.',
    );
  const newest = (await runHeads(job.database, job.connectionId, [run.runId])).get(run.runId)?.newestVersion;
  if (newest !== run.version)
    return refuse('replaced', `Version ${newest} has replaced this one. Look at it and approve that.`);
  const approvedAt = nowOf(job);
  const outcome = await job.database.transaction(async (tx) => {
    await lockApprovals(tx, job.connectionId);
    if (!(await knowsApprovals(tx, job, run))) return 'stale';
    const approval = { runId: run.runId, approvedBy: decision.by, approvedAt, note: decision.note };
    if (!(await insertApproval(tx, job.connectionId, approval, drawsOf(run)))) return 'decidedBefore';
    const why = `Version ${run.version} of ${run.periodFrom} to ${run.periodTo} (${run.basis}) approved. ${decision.note}`;
    const entry = auditOf(job, decision.by, 'calculationApproved', run, why);
    await appendAudit(tx, job.connectionId, [entry], approvedAt);
    // The tables in Airtable show whether it is approved.
    await makeTablesDue(tx, job.connectionId, run.runId, approvedAt);
    await job.queues.chore(tx, { connectionId: job.connectionId, chore: 'runTables' });
    return 'approved';
  });
  if (outcome === 'approved') return ok(null);
  if (outcome === 'stale')
    return refuse(
      'replaced',
      'Draws from some of these properties were approved after this was calculated: both together could pay out more than there is. Calculate it again and approve that.',
    );
  const before = (await approvalsOf(job.database, job.connectionId, [run.runId])).get(run.runId);
  return refuse(
    'decidedBefore',
    `${before?.approvedBy ?? 'Somebody'} has approved this version already. There is nothing left to do.`,
  );
}

/** Whether every approved draw of its properties was counted when the run's own draws were calculated. */
async function knowsApprovals(tx: Queryable, job: Job, run: CalculationRun): Promise<boolean> {
  if (drawsOf(run).length === 0) return true;
  // Our own text, immutable since it was written.
  const { approvedRunIds, properties } = JSON.parse(run.input) as CalculationInput;
  const propertyIds = properties.map(({ propertyId }) => propertyId);
  const approved = await approvedRunsOf(tx, job.connectionId, propertyIds);
  return approved.every((runId) => runId === run.runId || approvedRunIds.includes(runId));
}

/** Calculates again in spite of checks; who and why is part of the run itself. */
export async function override(
  job: Job,
  calculationId: string,
  decision: { by: string; reason: string; checks: CheckKind[] },
): Decided<{ calculationId: string }> {
  const row = await calculationById(job.database, job.connectionId, calculationId);
  if (!row) return unknown(calculationId);
  if (row.state === 'queued' || row.state === 'running') return unfinished();
  const request = row.request as CalculationRequest;
  const asked = { ...request, override: { ...decision, checks: [...decision.checks].sort() } };
  await job.database.transaction((tx) =>
    appendAudit(
      tx,
      job.connectionId,
      [
        auditOf(
          job,
          decision.by,
          'checksOverridden',
          { runId: row.runId },
          `${decision.checks.join(', ')} for ${row.periodFrom} to ${row.periodTo}: ${decision.reason}`,
        ),
      ],
      nowOf(job),
    ),
  );
  return started(await startCalculation(job, { kind: 'override', request: asked, by: decision.by }));
}

/**
 * Calculates a month again that has changed since: a new version beside the old one. What was carried out of the month
 * stays out of its draws.
 */
export async function restate(
  job: Job,
  calculationId: string,
  decision: { by: string; reason: string },
): Decided<{ calculationId: string }> {
  const found = await finishedRun(job, calculationId);
  if (!found.ok) return found;
  const request = { ...(found.value.row.request as CalculationRequest), reason: decision.reason };
  return started(await startCalculation(job, { kind: 'restatement', request, by: decision.by }));
}

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

async function finishedRun(
  job: Job,
  calculationId: string,
): Decided<{ row: CalculationRow; run: CalculationRun }> {
  const row = await calculationById(job.database, job.connectionId, calculationId);
  if (!row) return unknown(calculationId);
  const run = row.runId === null ? null : await runById(job.database, job.connectionId, row.runId);
  return row.state === 'finished' && run ? ok({ row, run }) : unfinished();
}

function drawsOf(run: CalculationRun): ApprovedDrawRow[] {
  // Our own text, immutable since it was written.
  const { properties } = JSON.parse(run.result) as CalculationResult;
  const input = JSON.parse(run.input) as CalculationInput;
  return properties.flatMap(({ propertyId, draw }) =>
    (draw?.owners ?? [])
      .filter(({ drawCents }) => drawCents > 0)
      .map(({ ownerId, drawCents }) => ({
        runId: run.runId,
        propertyId,
        ownerId,
        periodFrom: run.periodFrom,
        periodTo: run.periodTo,
        amountCents: drawCents,
        countedTransactionIds: countedDraws(input, propertyId),
      })),
  );
}

/** Of an older run: whatever it counted within its period. */
function countedDraws({ properties, entries }: CalculationInput, propertyId: number): number[] {
  const cash = properties.find((property) => property.propertyId === propertyId)?.cash;
  if (cash?.countedDrawIds) return [...cash.countedDrawIds];
  const counted = entries.filter((entry) => entry.propertyId === propertyId);
  return [...new Set(counted.map(({ transactionId }) => transactionId))].sort((a, b) => a - b);
}

function auditOf(
  job: Job,
  actor: string,
  action: AuditRow['action'],
  { runId }: { runId: string | null },
  why: string,
): AuditRow {
  return {
    auditId: job.newId(),
    actor,
    action,
    resource: null,
    entityId: null,
    airtableRecordId: null,
    changes: {},
    changesSealed: null,
    why: why.trim(),
    runId,
  };
}

function started(calculation: { calculationId: string } | null): Result<{ calculationId: string }, never> {
  if (!calculation) throw new Error('A calculation without a key of the schedule is always written down.');
  return ok(calculation);
}

function refuse(kind: DecisionRefusal['kind'], message: string): Result<never, DecisionRefusal> {
  return err({ kind, message });
}

function unknown(calculationId: string): Result<never, DecisionRefusal> {
  return refuse(
    'unknown',
    `There is no calculation ${calculationId}. GET /api/v1/calculations lists those there are.`,
  );
}

function unfinished(): Result<never, DecisionRefusal> {
  return refuse(
    'notFinished',
    'This calculation has not led to a run: it is under way, was stopped, or was a dry run. Look at its state.',
  );
}
