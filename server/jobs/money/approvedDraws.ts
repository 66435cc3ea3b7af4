import type { ApprovedDrawView } from '../../../shared/moneySchemas.ts';
import { formatCents } from '../../../shared/money.ts';
import { ok } from '../../../shared/result.ts';
import { stillOwed, type ApprovedDraw } from '../../accounting/commitments.ts';
import { addWithdrawn, listApprovedDraws, lockApprovals, type ApprovedDrawRow } from '../../db/approvals.ts';
import { appendAudit } from '../../db/audit.ts';
import { makeTablesDue } from '../../db/calculationTables.ts';
import type { Queryable } from '../../db/database.ts';
import { listOwnerDraws } from '../../db/ownerDrawPayments.ts';
import { auditOf, finishedRun, refuse, type Decided } from './decisions.ts';
import { nowOf, type Job } from '../job.ts';

/** What a draw still promises at most: without what was withdrawn of it. */
export function approvedDraw({ periodFrom, periodTo, ...draw }: ApprovedDrawRow): ApprovedDraw & {
  propertyId: number;
  runId: string;
  kind: ApprovedDrawRow['kind'];
} {
  const amountCents = draw.amountCents - draw.withdrawnCents;
  return { ...draw, amountCents, period: { from: periodFrom, to: periodTo } };
}

/** The draws and contributions that were approved with a calculation, with what of them is paid, withdrawn and still promised. */
export async function approvedDraws(job: Job, calculationId: string): Decided<ApprovedDrawView[]> {
  const found = await finishedRun(job, calculationId);
  if (!found.ok) return found;
  return ok(await drawsOfRun(job.database, job, found.value.run.runId));
}

/** Takes back what is left of an approved draw: it binds no money of later calculations any more. */
export async function withdrawDraw(
  job: Job,
  calculationId: string,
  decision: { by: string; propertyId: number; ownerId: number; reason: string },
): Decided<ApprovedDrawView[]> {
  const found = await finishedRun(job, calculationId);
  if (!found.ok) return found;
  const { run } = found.value;
  const { by, propertyId, ownerId, reason } = decision;
  return job.database.transaction(async (tx): Decided<ApprovedDrawView[]> => {
    await lockApprovals(tx, job.connectionId);
    const draws = await drawsOfRun(tx, job, run.runId);
    const draw = draws.find((one) => one.propertyId === propertyId && one.ownerId === ownerId);
    if (!draw)
      return refuse(
        'unknown',
        `No draw of owner ${ownerId} from property ${propertyId} was approved with this calculation. GET /api/v1/calculations/${calculationId}/draws lists those there are.`,
      );
    if (draw.openCents === 0)
      return refuse(
        'decidedBefore',
        `Nothing is left to withdraw: of ${formatCents(draw.approvedCents)}, ${formatCents(draw.paidCents)} are paid and ${formatCents(draw.withdrawnCents)} were withdrawn before.`,
      );
    const now = nowOf(job);
    await addWithdrawn(tx, job.connectionId, {
      ...{ runId: run.runId, propertyId, ownerId },
      withdrawnCents: draw.openCents,
    });
    const what = draw.kind === 'OwnerDraw' ? 'draw' : 'contribution';
    const place = `${draw.kind === 'OwnerDraw' ? 'from' : 'to'} property ${propertyId}`;
    const why = `${formatCents(draw.openCents)} of the ${what} of owner ${ownerId} ${place} for ${run.periodFrom} to ${run.periodTo} withdrawn: ${reason}`;
    await appendAudit(tx, job.connectionId, [auditOf(job, by, 'drawWithdrawn', run, why)], now);
    await makeTablesDue(tx, job.connectionId, run.runId, now);
    await job.queues.chore(tx, { connectionId: job.connectionId, chore: 'runTables' });
    return ok(await drawsOfRun(tx, job, run.runId));
  });
}

const KINDS = ['OwnerDraw', 'OwnerContribution'] as const;

async function drawsOfRun(
  db: Queryable,
  { connectionId }: Pick<Job, 'connectionId'>,
  runId: string,
): Promise<ApprovedDrawView[]> {
  const rows = await listApprovedDraws(db, connectionId);
  const propertyIds = new Set(rows.filter((row) => row.runId === runId).map((row) => row.propertyId));
  const payments = (await listOwnerDraws(db, connectionId)).filter((one) => propertyIds.has(one.propertyId));
  return [...propertyIds].flatMap((propertyId) => {
    // All months of the property: a payment goes to the oldest of them first.
    const own = rows
      .filter((row) => row.propertyId === propertyId)
      .map((row) => ({ row, draw: approvedDraw(row) }));
    const owed = new Map(
      KINDS.flatMap((kind) => [
        ...stillOwed(
          own.filter(({ row }) => row.kind === kind).map(({ draw }) => draw),
          payments.filter((one) => one.propertyId === propertyId && one.kind === kind),
        ),
      ]),
    );
    return own
      .filter(({ row }) => row.runId === runId)
      .map(({ row: { kind, ownerId, amountCents, withdrawnCents }, draw }): ApprovedDrawView => {
        const openCents = owed.get(draw) ?? 0;
        return {
          ...{ kind, propertyId, ownerId, approvedCents: amountCents, withdrawnCents, openCents },
          paidCents: draw.amountCents - openCents,
        };
      });
  });
}
