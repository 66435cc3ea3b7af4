import type { CalculationInput, CalculationResult } from '../../accounting/calculation.ts';
import {
  approvalsOf,
  approvedRunsOf,
  insertApproval,
  lockApprovals,
  type NewApprovedDraw,
} from '../../db/approvals.ts';
import { appendAudit } from '../../db/audit.ts';
import { runHeads, type CalculationRun } from '../../db/calculationRuns.ts';
import { makeTablesDue } from '../../db/calculationTables.ts';
import type { Queryable } from '../../db/database.ts';
import { ok } from '../../../shared/result.ts';
import { auditOf, finishedRun, refuse, type Decided } from './decisions.ts';
import { nowOf, type Job } from '../job.ts';

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

function drawsOf(run: CalculationRun): NewApprovedDraw[] {
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
