import { lossesOfApproval } from '../../server/db/losses.ts';
import type { Job } from '../../server/jobs/job.ts';
import { decideApproval, showApprovals, type ShownApproval } from '../../server/jobs/losses/lossApprovals.ts';
import type { Random } from '../../server/sandbox/random.ts';
import type { Account } from './account.ts';
import { count, type Counts } from './counts.ts';

const MOST = 50;

/** How often a person says that it is to stay as it is. */
const IGNORED = 0.3;

/** A person answers whatever is asked: mostly that it may go its way. */
export async function answerAll(job: Job, account: Account, random: Random, counts: Counts): Promise<void> {
  for (const approval of await showApprovals(job, 'open', MOST)) {
    const decision = random.next() < IGNORED ? 'ignore' : 'approve';
    // Once it is decided what was lost may be back in a moment, and what goes away meanwhile is asked about as well.
    if (decision === 'ignore') await noteUnwanted(job, account, approval);
    const answer = await decideApproval(job, approval.approvalId, decision, 'person');
    count(counts, 'approvals', `${decision}: ${answer}`);
    if (decision === 'ignore') await noteUnwanted(job, account, approval);
  }
}

/** What somebody has cleared and somebody else does not want gone is put back; a row that is to stay deleted is detached. */
async function noteUnwanted(
  job: Job,
  account: Account,
  { approvalId, resource, fieldKey, kind }: ShownApproval,
): Promise<void> {
  if (kind !== 'blankInAirtable' && kind !== 'rowDeleted') return;
  for (const { entityId } of await lossesOfApproval(job.database, job.connectionId, approvalId, null)) {
    if (kind === 'rowDeleted') account.detachAsked.add(`${resource} ${entityId}`);
    else account.unwantedBlanks.add(`${resource} ${entityId} ${fieldKey}`);
  }
}
