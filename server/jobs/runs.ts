import type { AnyResource } from '../../shared/resources/define.ts';
import { dueWork, endStillness, redriveParked } from '../db/dueMarks.ts';
import {
  firstFinishedAt,
  insertRun,
  runningRuns,
  updateRun,
  type RunKind,
  type RunProgress,
  type RunRow,
} from '../db/runs.ts';
import { listSweeps, type SweepKind } from '../db/sweeps.ts';
import { drain } from './drain.ts';
import { hearAirtable } from './hearAirtable.ts';
import { nowOf, type Job } from './job.ts';
import { isOfList } from './listFailures.ts';
import { readScope } from './look.ts';
import { readAhead, type ReadAhead } from './readAhead.ts';
import { enabledResources } from './schemaColumns.ts';
import { ensureMapped } from './schema.ts';
import { sweep } from './sweep.ts';
import { advanceUndo } from './audit/undoRun.ts';

/** Resources that have lists of their own, in the order in which rows can be linked. */
function rootsOf(job: Job, wanted: readonly string[] | undefined): AnyResource[] {
  return enabledResources(job).filter(
    (resource) => resource.read !== null && (wanted === undefined || wanted.includes(resource.name)),
  );
}

/** Writes a run down and queues it; it goes on where it was after a restart. */
export async function startRun(
  job: Job,
  kind: RunKind,
  by: string,
  resources?: readonly string[],
): Promise<{ runId: string }> {
  const runId = job.newId();
  const progress: RunProgress = {};
  for (const resource of rootsOf(job, resources))
    progress[resource.name] = { read: 0, total: null, done: false };
  await job.database.transaction(async (tx) => {
    await insertRun(tx, job.connectionId, {
      runId,
      kind,
      state: 'running',
      requestedBy: by,
      startedAt: nowOf(job),
      finishedAt: null,
      progress,
      problem: null,
    });
    await job.queues.chore(tx, { connectionId: job.connectionId, chore: 'runs' });
  });
  return { runId };
}

/** Carries on every run that is not finished, oldest first. */
export async function advanceRuns(job: Job): Promise<void> {
  for (const run of await runningRuns(job.database, job.connectionId)) await advance(job, run);
}

async function advance(job: Job, run: RunRow): Promise<void> {
  if (run.kind === 'undo') return advanceUndo(job, run);
  const progress: RunProgress = { ...run.progress };
  const mapped = await ensureMapped(job);
  if (!mapped.ok) return save(job, run, progress, mapped.error.message);
  const left = rootsOf(job, Object.keys(progress)).filter(({ name }) => progress[name]?.done === false);
  const scope = readScope(job, { full: true, nightly: false });
  // Whoever asks for a sync has just typed, as often as not.
  if (run.kind === 'syncNow') await hearAirtable(job);
  const ahead = run.kind === 'firstSync' ? readAhead(job, left, scope) : null;
  const refused = new Map<string, string>();
  if (ahead) logProgress(job, `it begins, with ${left.length} lists to read`);
  try {
    for (const resource of left) {
      const step = await advanceResource(job, run, progress, resource, ahead);
      if (step.kind === 'left') return;
      if (step.kind === 'refused') refused.set(resource.label.many, step.reason);
    }
  } finally {
    ahead?.stop();
  }
  const problem = refused.size === 0 ? null : refusedInWords(refused);
  // Of a key that may read nothing at all nothing has come over yet.
  if (problem !== null && !Object.values(progress).some(({ done }) => done))
    return save(job, run, progress, problem);
  await updateRun(job.database, job.connectionId, {
    runId: run.runId,
    state: 'finished',
    finishedAt: nowOf(job),
    progress,
    problem,
  });
  if (ahead) logProgress(job, problem === null ? 'it is through' : `it is through, but for this: ${problem}`);
}

/** What a run could not read, and what becomes of it. */
function refusedInWords(refused: ReadonlyMap<string, string>): string {
  const [first] = refused.values();
  const names = [...refused.keys()].join(', ');
  return `Buildium did not let us read: ${names}. ${first ?? ''} What is not read is asked for again by itself; everything else is done.`;
}

/** `left`: the run is carried on later, or by somebody else. */
type Step = { kind: 'through' } | { kind: 'left' } | { kind: 'refused'; reason: string };

async function advanceResource(
  job: Job,
  run: RunRow,
  progress: RunProgress,
  resource: AnyResource,
  ahead: ReadAhead | null,
): Promise<Step> {
  const kind = run.kind === 'firstSync' ? 'full' : 'changes';
  const outcome = await sweep(job, {
    resource,
    kind,
    // What was swept since the run began, by another process or before a restart, need not be read again.
    dueBefore: run.startedAt,
    runId: run.runId,
    reason: run.kind === 'firstSync' ? 'first sync' : 'sync now',
    ...(ahead ? { pages: ahead.pages(resource) } : {}),
    onProgress: async (read, total) => {
      progress[resource.name] = { read, total, done: false };
      await save(job, run, progress, null);
    },
  });
  // What Buildium says of one list keeps none of the others back.
  if (outcome.kind === 'failed' && outcome.failure && isOfList(outcome.failure))
    return { kind: 'refused', reason: outcome.failure.message };
  if (outcome.kind === 'failed' || outcome.kind === 'interrupted') {
    const failure = outcome.failure ?? outcome.stopped?.failure;
    await save(job, run, progress, failure?.message ?? null);
    return { kind: 'left' };
  }
  if (outcome.kind === 'notDue') {
    // Another worker is in the middle of this very sweep, and carries the run on after it.
    if (!(await isSweptSince(job, resource, kind, run.startedAt))) return { kind: 'left' };
    ahead?.skip(resource);
  }
  const before = progress[resource.name];
  const read = outcome.kind === 'swept' ? outcome.read : (before?.read ?? 0);
  progress[resource.name] = { read, total: Math.max(read, before?.total ?? 0), done: true };
  if (run.kind === 'syncNow') await endStillness(job.database, job.connectionId, resource.name, nowOf(job));
  await drain(job, resource.name, run.runId);
  await save(job, run, progress, null);
  if (ahead) {
    const parts = Object.values(progress);
    const done = parts.filter((part) => part.done).length;
    logProgress(job, `${resource.label.many} are done, ${read} read (${done} of ${parts.length})`);
  }
  return { kind: 'through' };
}

/** The first sync takes minutes, in which whoever has started the server looks at its log. */
function logProgress({ log, connectionId }: Job, words: string): void {
  log.info({ connectionId }, `First sync: ${words}.`);
}

async function isSweptSince(
  job: Job,
  resource: AnyResource,
  kind: SweepKind,
  since: string,
): Promise<boolean> {
  const sweeps = await listSweeps(job.database, job.connectionId);
  const finishedAt = sweeps.find((row) => row.resource === resource.name && row.kind === kind)?.finishedAt;
  return finishedAt !== null && finishedAt !== undefined && finishedAt > since;
}

async function save(job: Job, run: RunRow, progress: RunProgress, problem: string | null): Promise<void> {
  await updateRun(job.database, job.connectionId, {
    runId: run.runId,
    state: 'running',
    finishedAt: null,
    progress,
    problem,
  });
}

/** Whether everything was read and written once: only then do rows stand in the base. */
export async function hasSynced(job: Pick<Job, 'database' | 'connectionId'>): Promise<boolean> {
  return (await firstFinishedAt(job.database, job.connectionId, 'firstSync')) !== null;
}

/** Parked entities get another try, ahead of everything else. */
export async function redrive(
  job: Job,
  which: { resource: string | null; entityId: string | null },
): Promise<number> {
  const redriven = await redriveParked(job.database, job.connectionId, which, nowOf(job));
  for (const resource of new Set(redriven.map((row) => row.resource))) {
    await job.queues.wake(job.database, job.connectionId, resource);
  }
  return redriven.length;
}

/** Wakes everything that has due marks, whatever the queue holds. */
export async function wakeDue(job: Pick<Job, 'database' | 'queues' | 'clock'>): Promise<number> {
  const due = await dueWork(job.database, nowOf(job));
  for (const { connectionId, resource } of due) await job.queues.wake(job.database, connectionId, resource);
  return due.length;
}
