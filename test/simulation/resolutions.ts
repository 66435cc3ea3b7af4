import { resourceNamed } from '../../shared/resources/index.ts';
import { listConflicts } from '../../server/db/conflictLists.ts';
import { resolveConflict } from '../../server/jobs/conflicts/conflicts.ts';
import type { Job } from '../../server/jobs/job.ts';
import type { Account, Side } from './account.ts';
import { count, type Counts } from './counts.ts';
import { deleteColumnOf, type People } from './people.ts';
import { valueFor, writableFields } from './values.ts';

/** How often neither side is right. */
const TYPED = 0.4;

/** How often somebody deletes the column while somebody else settles what is in conflict there. */
const COLUMN_GONE = 0.08;

/** A person settles one of the open conflicts for one side, or with a value of their own. */
export async function settleSomeConflict(
  job: Job,
  account: Account,
  people: People,
  counts: Counts,
): Promise<void> {
  const { random, fresh } = people;
  // What is typed from here on may come before the decision is taken, and is not known to it.
  const at = account.moment();
  const filter = { state: 'open' as const, resource: null, afterId: null, limit: 20 };
  const open = await listConflicts(job.database, job.connectionId, filter);
  if (open.length === 0) return;
  const { conflictId, resource, entityId, fieldKey, buildiumDigest, airtableDigest } = random.pick(open);
  const version = { buildium: buildiumDigest, airtable: airtableDigest };
  const field = writableFields(resourceNamed(resource)).find(({ key }) => key === fieldKey);
  const value = field && random.next() < TYPED ? valueFor(random, field, fresh) : undefined;
  const isGone = random.next() < COLUMN_GONE && deleteColumnOf(people, account, resource, fieldKey) !== null;
  if (isGone) count(counts, 'columns', 'deleted while a conflict over it is settled');
  const side: Side = random.next() < 0.5 ? 'buildium' : 'airtable';
  const choice = value === undefined ? ({ side } as const) : { value };
  const answer = await resolveConflict(job, { conflictId, version, ...choice }, 'person');
  const what = value === undefined ? side : 'typed';
  count(counts, 'resolutions', `${what}: ${answer.ok ? 'taken' : answer.error.kind}`);
  if (answer.ok)
    account.decided.push({ conflictId, value, place: `${resource} ${entityId} ${fieldKey}`, at });
}
