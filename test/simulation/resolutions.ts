import { listConflicts } from '../../server/db/conflictLists.ts';
import { resolveConflict } from '../../server/jobs/conflicts/conflicts.ts';
import type { Job } from '../../server/jobs/job.ts';
import type { Random } from '../../server/sandbox/random.ts';
import { count, type Counts } from './counts.ts';

/** A person settles one of the open conflicts for one side. */
export async function settleSomeConflict(job: Job, random: Random, counts: Counts): Promise<void> {
  const filter = { state: 'open' as const, resource: null, afterId: null, limit: 20 };
  const open = await listConflicts(job.database, job.connectionId, filter);
  if (open.length === 0) return;
  const { conflictId, buildiumDigest, airtableDigest } = random.pick(open);
  const side = random.next() < 0.5 ? 'buildium' : 'airtable';
  const version = { buildium: buildiumDigest, airtable: airtableDigest };
  const answer = await resolveConflict(job, { conflictId, side, version }, 'person');
  count(counts, 'resolutions', `${side}: ${answer.ok ? 'taken' : answer.error.kind}`);
}
