import type { CalculationInput, CalculationResult } from '../../accounting/calculation.ts';
import { corrections } from '../../accounting/corrections.ts';
import {
  approvalsOf,
  approvedRunsOf,
  insertApproval,
  lockApprovals,
  type NewApprovedDraw,
} from '../../db/approvals.ts';
import { appendAudit } from '../../db/audit.ts';
import { newestPeriodEnd, runHeads, type CalculationRun } from '../../db/calculationRuns.ts';
import { makeTablesDue } from '../../db/calculationTables.ts';
import type { Queryable } from '../../db/database.ts';
import { lockCarried } from '../../db/restatements.ts';
import { formatCents } from '../../../shared/money.ts';
import { ok } from '../../../shared/result.ts';
import { countsCarried } from './carriedAdjustments.ts';
import { auditOf, finishedRun, refuse, type Decided } from './decisions.ts';
import { nowOf, type Job } from '../job.ts';
import { readEnteredNow } from './enteredNow.ts';
import { laterRunsOf } from './laterRuns.ts';
import { openRestatements } from './restatementFlags.ts';

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
  const approvedAt = nowOf(job);
  return job.database.transaction(async (tx): Decided<null> => {
    // Nobody keeps a newer run or carries a difference meanwhile.
    await lockCarried(tx, job.connectionId);
    await lockApprovals(tx, job.connectionId);
    const outOfDate = await whyOutOfDate(tx, job, run);
    if (outOfDate !== null) return refuse('replaced', outOfDate);
    const approval = { runId: run.runId, approvedBy: decision.by, approvedAt, note: decision.note };
    if (!(await insertApproval(tx, job.connectionId, approval, drawsOf(run)))) {
      const before = (await approvalsOf(tx, job.connectionId, [run.runId])).get(run.runId);
      return refuse(
        'decidedBefore',
        `${before?.approvedBy ?? 'Somebody'} has approved this version already. There is nothing left to do.`,
      );
    }
    const why = `Version ${run.version} of ${run.periodFrom} to ${run.periodTo} (${run.basis}) approved. ${decision.note}`;
    const entry = auditOf(job, decision.by, 'calculationApproved', run, why);
    await appendAudit(tx, job.connectionId, [entry], approvedAt);
    // The tables in Airtable show whether it is approved.
    await makeTablesDue(tx, job.connectionId, run.runId, approvedAt);
    await job.queues.chore(tx, { connectionId: job.connectionId, chore: 'runTables' });
    return ok(null);
  });
}

/** Why the figures are no longer those to approve, and what to do; null where they are. */
async function whyOutOfDate(tx: Queryable, job: Job, run: CalculationRun): Promise<string | null> {
  const { connectionId } = job;
  const newest = (await runHeads(tx, connectionId, [run.runId])).get(run.runId)?.newestVersion;
  if (newest !== run.version) return `Version ${newest} has replaced this one. Look at it and approve that.`;
  // Our own text, immutable since it was written.
  const input = JSON.parse(run.input) as CalculationInput;
  const propertyIds = input.properties.map(({ propertyId }) => propertyId);
  const [later] = await laterRunsOf({ database: tx, connectionId }, run, propertyIds);
  if (later) {
    const { name = 'a property' } =
      input.properties.find(({ propertyId }) => propertyId === later.propertyIds[0]) ?? {};
    return `A later calculation of the same month has newer figures of ${name}. Calculate this one again and approve that.`;
  }
  const [flag] = await openRestatements({ database: tx, connectionId }, { runIds: [run.runId] });
  if (flag) {
    const [first] = flag.changes;
    return `The month has changed since it was calculated: ${first?.sentence ?? formatCents(flag.differenceCents)}. Calculate it again and approve that, or carry the difference into a later month first.`;
  }
  if (!(await countsCarried({ database: tx, connectionId }, input)))
    return 'A difference of an earlier month was carried into this one after it was calculated. Calculate it again and approve that.';
  // What was entered since is known before the night has flagged it; what bank accounts hold is left to the night.
  const entered = { ...(await readEnteredNow({ database: tx, connectionId })), marks: null };
  const isNewestMonth = run.periodTo === (await newestPeriodEnd(tx, connectionId));
  const [correction] = corrections(input, entered, isNewestMonth);
  if (correction)
    return `What was entered has changed since it was calculated: ${correction.sentence}. Calculate it again and approve that.`;
  if (await knowsApprovals(tx, connectionId, run, input)) return null;
  return 'Draws from some of these properties were approved after this was calculated: both together could pay out more than there is. Calculate it again and approve that.';
}

/** Whether every approved draw of its properties was counted when the run's own draws were calculated. */
async function knowsApprovals(
  tx: Queryable,
  connectionId: string,
  run: CalculationRun,
  { approvedRunIds, properties }: CalculationInput,
): Promise<boolean> {
  if (drawsOf(run).length === 0) return true;
  const propertyIds = properties.map(({ propertyId }) => propertyId);
  const approved = await approvedRunsOf(tx, connectionId, propertyIds);
  return approved.every((runId) => runId === run.runId || approvedRunIds.includes(runId));
}

function drawsOf(run: CalculationRun): NewApprovedDraw[] {
  // Our own text, immutable since it was written.
  const { checks } = JSON.parse(run.result) as CalculationResult;
  const input = JSON.parse(run.input) as CalculationInput;
  // The lines of an owner's one check are that owner's draws, and what netting takes of them into other properties.
  return checks.flatMap(({ ownerId, lines }) =>
    lines.map(({ propertyId, type, amountCents }) => ({
      ...{ runId: run.runId, kind: type, propertyId, ownerId },
      ...{ periodFrom: run.periodFrom, periodTo: run.periodTo },
      amountCents: Math.abs(amountCents),
      countedTransactionIds: countedPayments(input, propertyId, type),
    })),
  );
}

/** Of an older run: whatever it counted within its period. */
function countedPayments(
  { properties, entries }: CalculationInput,
  propertyId: number,
  kind: NewApprovedDraw['kind'],
): number[] {
  const cash = properties.find((property) => property.propertyId === propertyId)?.cash;
  const ids = kind === 'OwnerDraw' ? cash?.countedDrawIds : cash?.countedContributionIds;
  if (ids) return [...ids];
  const counted = entries.filter((entry) => entry.propertyId === propertyId);
  return [...new Set(counted.map(({ transactionId }) => transactionId))].sort((a, b) => a - b);
}
