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
export async function newestRuns(
  db: Queryable,
  connectionId: string,
  ending: { from: string; to: string },
): Promise<CalculationRun[]> {
  return db.query<CalculationRun>(
    `select * from (
       select distinct on (basis, period_from, period_to, scope) ${COLUMNS} from calculation_runs
        where connection_id = $1 and period_to between $2 and $3
        order by basis, period_from, period_to, scope, version desc) as newest
      order by "periodFrom", "periodTo", basis, scope`,
    [connectionId, ending.from, ending.to],
  );
}
