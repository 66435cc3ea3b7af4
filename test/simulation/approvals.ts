import { decideApproval, showApprovals } from '../../server/jobs/losses/lossApprovals.ts';
import type { Job } from '../../server/jobs/job.ts';
import type { Random } from '../../server/sandbox/random.ts';
import { count, type Counts } from './counts.ts';

const MOST = 50;

/** How often a person says that it is to stay as it is. */
const IGNORED = 0.3;

/** A person answers whatever is asked: mostly that it may go its way. */
export async function approveAll(job: Job, random: Random, counts: Counts): Promise<void> {
  for (const { approvalId } of await showApprovals(job, 'open', MOST)) {
    const decision = random.next() < IGNORED ? 'ignore' : 'approve';
    const answer = await decideApproval(job, approvalId, decision, 'person');
    count(counts, 'approvals', `${decision}: ${answer}`);
  }
}
