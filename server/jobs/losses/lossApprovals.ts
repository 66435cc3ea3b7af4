import { resourceNamed } from '../../../shared/resources/index.ts';
import { appendAudit } from '../../db/audit.ts';
import type { Queryable } from '../../db/database.ts';
import {
  approvalById,
  closeApproval,
  decideLosses,
  listApprovals,
  lossesOfApproval,
  openApproval,
  saveLosses,
  type ApprovalRow,
  type HeldLoss,
} from '../../db/losses.ts';
import { markDirty, type Mark } from '../../db/marks.ts';
import { closeBreakerNotice } from './lossVerdicts.ts';
import { nowOf, type Job } from '../job.ts';
import { columnOf, questionOf, type Question } from './lossWords.ts';

const EXAMPLES = 10;

export type ShownApproval = ApprovalRow &
  Question & {
    field: { key: string; column: string } | null;
    examples: Pick<HeldLoss, 'entityId' | 'airtableRecordId'>[];
  };

export async function showApprovals(
  job: Pick<Job, 'database' | 'connectionId'>,
  state: ApprovalRow['state'] | null,
  limit: number,
): Promise<ShownApproval[]> {
  const rows = await listApprovals(job.database, job.connectionId, state, limit);
  return Promise.all(rows.map((row) => show(job, row)));
}

export async function showApproval(
  job: Pick<Job, 'database' | 'connectionId'>,
  approvalId: string,
): Promise<ShownApproval | null> {
  const row = await approvalById(job.database, job.connectionId, approvalId);
  return row ? show(job, row) : null;
}

async function show(job: Pick<Job, 'database' | 'connectionId'>, row: ApprovalRow): Promise<ShownApproval> {
  const examples = await lossesOfApproval(job.database, job.connectionId, row.approvalId, EXAMPLES);
  const { fieldKey } = row;
  const field =
    fieldKey === '' ? null : { key: fieldKey, column: columnOf(resourceNamed(row.resource), fieldKey) };
  return { ...row, ...questionOf(row), field, examples };
}

/**
 * Takes a person's decision: everything that waited for it is looked at again, and goes the way that was said.
 * @returns `decided` when somebody has decided before.
 */
export async function decideApproval(
  job: Job,
  approvalId: string,
  decision: 'approve' | 'ignore',
  by: string,
): Promise<'taken' | 'decided' | 'unknown'> {
  const state = decision === 'approve' ? 'approved' : 'ignored';
  const now = nowOf(job);
  return job.database.transaction(async (tx) => {
    const approval = await approvalById(tx, job.connectionId, approvalId);
    if (!approval) return 'unknown';
    if (!(await closeApproval(tx, job.connectionId, approvalId, { state, by, now }))) return 'decided';
    await decideLosses(tx, job.connectionId, approvalId, state, now);
    const losses = await lossesOfApproval(tx, job.connectionId, approvalId, null);
    await lookAgain(tx, job, approval.resource, losses, `${state} by a person`, by);
    await closeBreakerNotice(tx, job, approval.resource);
    await appendAudit(tx, job.connectionId, [auditOf(job, approval, state, by)], now);
    return 'taken';
  });
}

/** A person has said beforehand that these may be gone; what was asked about them is answered with it. */
export async function approveGone(
  job: Job,
  resource: string,
  entityIds: readonly string[],
  by: string,
): Promise<void> {
  const group = { resource, kind: 'goneFromBuildium', fieldKey: '' } as const;
  const open = await openApproval(job.database, job.connectionId, group);
  if (open) await decideApproval(job, open.approvalId, 'approve', by);
  const approved = { state: 'approved', approvalId: null, now: nowOf(job) } as const;
  await saveLosses(job.database, job.connectionId, group, entityIds, approved);
}

async function lookAgain(
  tx: Queryable,
  job: Job,
  resourceName: string,
  losses: readonly HeldLoss[],
  reason: string,
  by: string,
): Promise<void> {
  const resource = resourceNamed(resourceName);
  const root = resource.partOf ?? resource.name;
  const marks = losses.map(
    ({ entityId, parentId }): Mark => ({
      resource: root,
      entityId: resource.partOf ? (parentId ?? entityId) : entityId,
      reason,
      onBehalfOf: by,
      priority: 'normal',
      happenedAt: nowOf(job),
    }),
  );
  await markDirty(tx, job.connectionId, marks, nowOf(job));
  if (marks.length > 0) await job.queues.wake(tx, job.connectionId, root);
}

function auditOf(
  job: Job,
  approval: ApprovalRow,
  state: 'approved' | 'ignored',
  by: string,
): Parameters<typeof appendAudit>[2][number] {
  const { question, ifApproved, ifIgnored } = questionOf(approval);
  return {
    auditId: job.newId(),
    actor: by,
    action: 'approvalDecided',
    resource: approval.resource,
    entityId: null,
    airtableRecordId: null,
    changes: {},
    changesSealed: null,
    why: `${question} ${state === 'approved' ? `Approved: ${ifApproved}` : `Left as it is: ${ifIgnored}`}`,
    runId: null,
  };
}
