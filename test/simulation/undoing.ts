import { listAudit } from '../../server/db/audit.ts';
import { undoneBy } from '../../server/db/undone.ts';
import { previewUndo, undoRun, type UndoPreview } from '../../server/jobs/audit/undoRun.ts';
import type { Job } from '../../server/jobs/job.ts';
import type { Random } from '../../server/sandbox/random.ts';
import type { Account, Decided } from './account.ts';
import { count, type Counts } from './counts.ts';

/** People undo what they have just seen happen. */
const LATEST = 40;
/** They look at a few runs until they find one that can be brought back. */
const LOOKED_AT = 4;
/** They click twice. */
const TWICE = 0.15;

/** A person looks at what a run would bring back, and has it brought back. */
export async function undoSomeRun(job: Job, account: Account, random: Random, counts: Counts): Promise<void> {
  const clicks = random.next() < TWICE ? 2 : 1;
  const runIds = await latestRuns(job, random.next() < 0.3 ? 'rowUpdated' : 'buildiumUpdated');
  for (let looked = 0; looked < LOOKED_AT && runIds.length > 0; looked += 1) {
    const [runId = ''] = runIds.splice(random.integer(0, runIds.length - 1), 1);
    // What is typed from here on may come before the decision is taken, and is not known to it.
    const at = account.moment();
    const preview = await previewUndo(job, runId);
    if (!preview.ok) return count(counts, 'undos', `preview: ${preview.error.kind}`);
    if (preview.value.steps.some(({ what }) => what === 'fields'))
      return bringBack(job, account, counts, { preview: preview.value, at, clicks });
    count(counts, 'undos', 'preview: nothing to bring back');
  }
}

async function latestRuns(job: Job, action: 'rowUpdated' | 'buildiumUpdated'): Promise<string[]> {
  const about = { resource: null, entityId: null, airtableRecordId: null, actor: null, beforeId: null };
  const latest = await listAudit(job.database, job.connectionId, { ...about, action, limit: LATEST });
  return [...new Set(latest.flatMap(({ runId }) => runId ?? []))];
}

async function bringBack(
  job: Job,
  account: Account,
  counts: Counts,
  { preview, at, clicks }: { preview: UndoPreview; at: number; clicks: number },
): Promise<void> {
  const { runId, previewId, steps } = preview;
  const accepted = steps.map(({ stepId }) => stepId);
  const decided = steps.flatMap(({ resource, entityId, fields }): Decided[] =>
    fields.map(({ key, then: value }) => ({
      ...{ conflictId: '', at, place: `${resource} ${entityId} ${key}`, value },
    })),
  );
  // Known beforehand: whoever dies while it is taken cannot tell that it was.
  account.decided.push(...decided);
  const apply = (): ReturnType<typeof undoRun> => undoRun(job, runId, { previewId, accepted, by: 'person' });
  const answers = await Promise.all(Array.from({ length: clicks }, apply));
  for (const answer of answers) count(counts, 'undos', answer.ok ? 'taken' : answer.error.kind);
  const taken = answers.flatMap((answer) => (answer.ok ? [answer.value.undoRunId] : []));
  const [undoRunId, another] = taken;
  if (undoRunId !== undefined && another !== undefined && !(await hasFailed(job, undoRunId)))
    throw new Error(`Run ${runId} was undone twice at once.`);
  if (undoRunId === undefined) account.decided = account.decided.filter((one) => !decided.includes(one));
  else await nameConflicts(job, undoRunId, decided);
}

/** What could not be brought back at the first click may be tried by the second. */
async function hasFailed(job: Job, undoRunId: string): Promise<boolean> {
  const under = await undoneBy(job.database, job.connectionId, undoRunId);
  return under.every(({ state }) => state === 'failed');
}

/** Each field is brought back by a decision, whose outcome is looked at in the end. */
async function nameConflicts(job: Job, undoRunId: string, decided: readonly Decided[]): Promise<void> {
  const rows = await job.database.query<{ conflictId: string; place: string }>(
    `select conflict_id as "conflictId", resource || ' ' || entity_id || ' ' || field_key as place
       from undone where connection_id = $1 and undo_run_id = $2 and conflict_id is not null`,
    [job.connectionId, undoRunId],
  );
  for (const { conflictId, place } of rows)
    for (const one of decided) if (one.place === place) one.conflictId = conflictId;
}
