import type { AnyResource } from '../../shared/resources/define.ts';
import { dueWork, redriveParked } from '../db/marks.ts';
import { insertRun, listRuns, updateRun, type RunKind, type RunProgress, type RunRow } from '../db/runs.ts';
import { drain } from './drain.ts';
import { nowOf, type Job } from './job.ts';
import { enabledResources } from './schema.ts';
import { sweep } from './sweep.ts';

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
  const runs = (await listRuns(job.database, job.connectionId, 20))
    .filter((run) => run.state === 'running')
    .reverse();
  for (const run of runs) await advance(job, run);
}

async function advance(job: Job, run: RunRow): Promise<void> {
  const progress: RunProgress = { ...run.progress };
  for (const resource of rootsOf(job, Object.keys(progress))) {
    const mine = progress[resource.name];
    if (!mine || mine.done) continue;
    const outcome = await sweep(job, {
      resource,
      kind: run.kind === 'firstSync' ? 'full' : 'changes',
      // What was swept since the run began, by another process or before a restart, need not be read again.
      dueBefore: run.startedAt,
      reason: run.kind === 'firstSync' ? 'first sync' : 'sync now',
      onProgress: async (read, total) => {
        progress[resource.name] = { read, total, done: false };
        await save(job, run, progress, null);
      },
    });
    if (outcome.kind === 'failed' || outcome.kind === 'interrupted') {
      const failure = outcome.failure ?? outcome.stopped?.failure;
      await save(job, run, progress, failure?.message ?? null);
      return;
    }
    const read = outcome.kind === 'swept' ? outcome.read : mine.read;
    progress[resource.name] = { read, total: Math.max(read, mine.total ?? 0), done: true };
    await drain(job, resource.name);
    await save(job, run, progress, null);
  }
  await updateRun(job.database, job.connectionId, {
    runId: run.runId,
    state: 'finished',
    finishedAt: nowOf(job),
    progress,
    problem: null,
  });
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
