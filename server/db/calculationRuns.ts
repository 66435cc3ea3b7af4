import type { Queryable } from './database.ts';

/** What is calculated: a later run of the same key is a new version of it. */
export type RunKey = {
  basis: 'cash' | 'accrual';
  periodFrom: string;
  periodTo: string;
  /** `all`, or the property ids in ascending order with commas. */
  scope: string;
};

export type CalculationRun = RunKey & {
  runId: string;
  version: number;
  inputHash: string;
  input: string;
  result: string;
  requestedBy: string;
  createdAt: string;
};

const COLUMNS = `run_id as "runId", basis, period_from as "periodFrom", period_to as "periodTo", scope, version,
  input_hash as "inputHash", input, result, requested_by as "requestedBy", created_at as "createdAt"`;

/**
 * Keeps a run, unless its newest version was calculated from the very same input: then that one is the answer. Runs of
 * the same key that end at once are kept one after the other.
 */
export async function keepRun(
  tx: Queryable,
  connectionId: string,
  run: Omit<CalculationRun, 'version'>,
): Promise<{ run: CalculationRun; isNew: boolean }> {
  const key = [run.basis, run.periodFrom, run.periodTo, run.scope].join(' ');
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('calculation ' || $1 || ' ' || $2, 0))`, [
    connectionId,
    key,
  ]);
  const newest = await newestRun(tx, connectionId, run);
  if (newest?.inputHash === run.inputHash) return { run: newest, isNew: false };
  const kept = { ...run, version: (newest?.version ?? 0) + 1 };
  await tx.execute(
    `insert into calculation_runs (connection_id, run_id, basis, period_from, period_to, scope, version, input_hash,
       input, result, requested_by, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      connectionId,
      kept.runId,
      kept.basis,
      kept.periodFrom,
      kept.periodTo,
      kept.scope,
      kept.version,
      kept.inputHash,
      kept.input,
      kept.result,
      kept.requestedBy,
      kept.createdAt,
    ],
  );
  return { run: kept, isNew: true };
}

export async function newestRun(
  db: Queryable,
  connectionId: string,
  key: RunKey,
): Promise<CalculationRun | null> {
  const [run] = await db.query<CalculationRun>(
    `select ${COLUMNS} from calculation_runs
      where connection_id = $1 and basis = $2 and period_from = $3 and period_to = $4 and scope = $5
      order by version desc limit 1`,
    [connectionId, key.basis, key.periodFrom, key.periodTo, key.scope],
  );
  return run ?? null;
}

/** The newest version of every run that ends in the given days, oldest period first. */
export async function newestRunIds(
  db: Queryable,
  connectionId: string,
  ending: { from: string; to: string },
): Promise<string[]> {
  const rows = await db.query<{ runId: string }>(
    `select "runId" from (
       select distinct on (basis, period_from, period_to, scope) run_id as "runId", basis, period_from, period_to, scope
         from calculation_runs where connection_id = $1 and period_to between $2 and $3
        order by basis, period_from, period_to, scope, version desc) as newest
      order by period_from, period_to, basis, scope`,
    [connectionId, ending.from, ending.to],
  );
  return rows.map(({ runId }) => runId);
}

/** Null before the first run. */
export async function newestPeriodEnd(db: Queryable, connectionId: string): Promise<string | null> {
  const [row] = await db.query<{ periodTo: string | null }>(
    `select max(period_to) as "periodTo" from calculation_runs where connection_id = $1`,
    [connectionId],
  );
  return row?.periodTo ?? null;
}

export async function runById(
  db: Queryable,
  connectionId: string,
  runId: string,
): Promise<CalculationRun | null> {
  const [run] = await db.query<CalculationRun>(
    `select ${COLUMNS} from calculation_runs where connection_id = $1 and run_id = $2`,
    [connectionId, runId],
  );
  return run ?? null;
}

export type RunHead = RunKey & {
  version: number;
  newestVersion: number;
  inputHash: string;
  createdAt: string;
};

/** What lists show of runs: without what they were made of. */
export async function runHeads(
  db: Queryable,
  connectionId: string,
  runIds: readonly string[],
): Promise<Map<string, RunHead>> {
  const rows = await db.query<RunHead & { runId: string }>(
    `select r.run_id as "runId", r.basis, r.period_from as "periodFrom", r.period_to as "periodTo", r.scope, r.version,
       r.input_hash as "inputHash", r.created_at as "createdAt",
       (select max(n.version) from calculation_runs n where n.connection_id = $1 and n.basis = r.basis
          and n.period_from = r.period_from and n.period_to = r.period_to and n.scope = r.scope) as "newestVersion"
       from calculation_runs r where r.connection_id = $1 and r.run_id = any($2::uuid[])`,
    [connectionId, runIds],
  );
  return new Map(rows.map(({ runId, ...head }) => [runId, head]));
}

/**
 * The newest versions of other runs of the same month and basis that were calculated after this one. One that was
 * calculated again from the same input is as new as that.
 */
export async function laterRuns(
  db: Queryable,
  connectionId: string,
  run: RunKey & { runId: string },
): Promise<{ runId: string; scope: string; version: number }[]> {
  return db.query<{ runId: string; scope: string; version: number }>(
    `with newest as (
       select distinct on (scope) run_id, scope, version, created_at from calculation_runs
        where connection_id = $1 and basis = $2 and period_from = $3 and period_to = $4
        order by scope, version desc),
     calculated as (
       select n.run_id, n.scope, n.version, coalesce(max(c.started_at), n.created_at) as at
         from newest n left join calculations c on c.connection_id = $1 and c.run_id = n.run_id
        group by n.run_id, n.scope, n.version, n.created_at)
     select later.run_id as "runId", later.scope, later.version
       from calculated later join calculated own on own.run_id = $5 and own.at < later.at
      where later.run_id <> $5 order by later.at, later.scope`,
    [connectionId, run.basis, run.periodFrom, run.periodTo, run.runId],
  );
}

/** Each month's properties with their draws, as the newest run of all properties has them. */
export async function newestDraws<Property>(
  db: Queryable,
  connectionId: string,
  ending: { from: string; to: string },
): Promise<{ periodFrom: string; properties: Property[] }[]> {
  const rows = await db.query<{ periodFrom: string; result: string }>(
    `select distinct on (period_from, period_to) period_from as "periodFrom", result from calculation_runs
      where connection_id = $1 and scope = 'all' and period_to between $2 and $3
        and period_from = date_trunc('month', period_to)
        and period_to = date_trunc('month', period_to) + interval '1 month' - interval '1 day'
      order by period_from, period_to, created_at desc, version desc`,
    [connectionId, ending.from, ending.to],
  );
  return rows.map(({ periodFrom, result }) => ({
    periodFrom,
    properties: (JSON.parse(result) as { properties: Property[] }).properties,
  }));
}
