import { decideApproval, showApprovals } from '../../server/jobs/losses/lossApprovals.ts';
import type { Job } from '../../server/jobs/job.ts';
import { count, type Counts } from './counts.ts';

const MOST = 50;

/** A person says that whatever waits for an answer may go its way. */
export async function approveAll(job: Job, counts: Counts): Promise<void> {
  for (const { approvalId } of await showApprovals(job, 'open', MOST)) {
    const answer = await decideApproval(job, approvalId, 'approve', 'person');
    count(counts, 'approvals', answer);
  }
}
