import type { Queryable } from './database.ts';

export type RunKind = 'firstSync' | 'syncNow' | 'pairing' | 'redrive' | 'undo';
export type RunProgress = Record<string, { read: number; total: number | null; done: boolean }>;
export type RunRow = {
  runId: string;
  kind: RunKind;
  state: 'running' | 'finished' | 'failed';
  requestedBy: string;
  startedAt: string;
  finishedAt: string | null;
  progress: RunProgress;
  problem: string | null;
};

const COLUMNS = `run_id as "runId", kind, state, requested_by as "requestedBy", started_at as "startedAt",
  finished_at as "finishedAt", progress, problem`;

export async function insertRun(db: Queryable, connectionId: string, run: RunRow): Promise<void> {
  await db.execute(
    `insert into runs (connection_id, run_id, kind, state, requested_by, started_at, finished_at, progress, problem)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      connectionId,
      run.runId,
      run.kind,
      run.state,
      run.requestedBy,
      run.startedAt,
      run.finishedAt,
      JSON.stringify(run.progress),
      run.problem,
    ],
  );
}

export async function updateRun(
  db: Queryable,
  connectionId: string,
  run: Pick<RunRow, 'runId' | 'state' | 'finishedAt' | 'progress' | 'problem'>,
): Promise<void> {
  await db.execute(
    `update runs set state = $3, finished_at = $4, progress = $5, problem = $6 where connection_id = $1 and run_id = $2`,
    [connectionId, run.runId, run.state, run.finishedAt, JSON.stringify(run.progress), run.problem],
  );
}

export async function runById(db: Queryable, connectionId: string, runId: string): Promise<RunRow | null> {
  const [row] = await db.query<RunRow>(
    `select ${COLUMNS} from runs where connection_id = $1 and run_id = $2`,
    [connectionId, runId],
  );
  return row ?? null;
}

/** Newest first, to be shown: what is decided asks for the runs that it is about, however many came after them. */
export async function listRuns(db: Queryable, connectionId: string, limit: number): Promise<RunRow[]> {
  return db.query<RunRow>(
    `select ${COLUMNS} from runs where connection_id = $1 order by started_at desc limit $2`,
    [connectionId, limit],
  );
}

/** All that are not at their end, oldest first. */
export async function runningRuns(db: Queryable, connectionId: string): Promise<RunRow[]> {
  return db.query<RunRow>(
    `select ${COLUMNS} from runs where connection_id = $1 and state = 'running' order by started_at, run_id`,
    [connectionId],
  );
}

export async function newestOfKind(
  db: Queryable,
  connectionId: string,
  kind: RunKind,
): Promise<RunRow | null> {
  const [row] = await db.query<RunRow>(
    `select ${COLUMNS} from runs where connection_id = $1 and kind = $2 order by started_at desc limit 1`,
    [connectionId, kind],
  );
  return row ?? null;
}

export async function isFirstSyncRunning(db: Queryable, connectionId: string): Promise<boolean> {
  return (await runningRuns(db, connectionId)).some(({ kind }) => kind === 'firstSync');
}

/** When a run of the kind came to its end for the first time. */
export async function firstFinishedAt(
  db: Queryable,
  connectionId: string,
  kind: RunKind,
): Promise<string | null> {
  const [row] = await db.query<{ at: string | null }>(
    `select min(finished_at) as at from runs where connection_id = $1 and kind = $2 and state = 'finished'`,
    [connectionId, kind],
  );
  return row?.at ?? null;
}
