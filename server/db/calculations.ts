import type { Queryable } from './database.ts';

export type CalculationKind = 'asked' | 'monthEnd' | 'afterClose' | 'override' | 'restatement';
export type CalculationState = 'queued' | 'running' | 'finished' | 'blocked' | 'failed' | 'notNeeded';

export type CalculationRow = {
  calculationId: string;
  kind: CalculationKind;
  state: CalculationState;
  periodFrom: string;
  periodTo: string;
  request: unknown;
  requestedBy: string;
  requestedAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  progress: { step: string; done: number; of: number } | null;
  report: unknown;
  problem: string | null;
  runId: string | null;
  /** When the run's results are to be written into Airtable next; null when they stand there. */
  tablesDueAt: string | null;
  tablesProblem: string | null;
};

export type NewCalculation = Pick<
  CalculationRow,
  'calculationId' | 'kind' | 'state' | 'periodFrom' | 'periodTo' | 'request' | 'requestedBy' | 'requestedAt'
> & {
  /** Named once: a second calculation of the same key is not written down. */
  scheduleKey: string | null;
};

const COLUMNS = `calculation_id as "calculationId", kind, state, period_from as "periodFrom", period_to as "periodTo",
  request, requested_by as "requestedBy", requested_at as "requestedAt", started_at as "startedAt",
  finished_at as "finishedAt", progress, report, problem, run_id as "runId", tables_due_at as "tablesDueAt",
  tables_problem as "tablesProblem"`;

/** @returns false when the schedule has asked for it before. */
export async function insertCalculation(
  db: Queryable,
  connectionId: string,
  row: NewCalculation,
): Promise<boolean> {
  const inserted = await db.execute(
    `insert into calculations (connection_id, calculation_id, kind, state, period_from, period_to, request,
       requested_by, requested_at, schedule_key)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     on conflict on constraint calculations_schedule_key do nothing`,
    [
      connectionId,
      row.calculationId,
      row.kind,
      row.state,
      row.periodFrom,
      row.periodTo,
      JSON.stringify(row.request),
      row.requestedBy,
      row.requestedAt,
      row.scheduleKey,
    ],
  );
  return inserted === 1;
}

/**
 * Takes the oldest calculation that waits, or whose process has not been heard of since its claim ran out. One of a
 * period that another process is at waits for that one: what it finds is part of what is asked.
 */
export async function claimCalculation(
  tx: Queryable,
  connectionId: string,
  claim: { owner: string; now: string; until: string },
): Promise<CalculationRow | null> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('calculations ' || $1, 0))`, [connectionId]);
  const [row] = await tx.query<CalculationRow>(
    `update calculations set state = 'running', claim_owner = $2, claim_until = $4, started_at = coalesce(started_at, $3)
      where connection_id = $1 and calculation_id = (
        select calculation_id from calculations c
         where connection_id = $1 and (state = 'queued' or (state = 'running' and claim_until <= $3))
           and not exists (select 1 from calculations o where o.connection_id = $1 and o.state = 'running'
             and o.claim_until > $3 and o.period_from = c.period_from and o.period_to = c.period_to)
         order by requested_at, calculation_id limit 1)
     returning ${COLUMNS}`,
    [connectionId, claim.owner, claim.now, claim.until],
  );
  return row ?? null;
}

/** Says how far it is and keeps the claim. @returns false when another process has taken it over. */
export async function noteProgress(
  db: Queryable,
  connectionId: string,
  note: { calculationId: string; owner: string; until: string; progress: CalculationRow['progress'] },
): Promise<boolean> {
  const kept = await db.execute(
    `update calculations set progress = $5, claim_until = $4
      where connection_id = $1 and calculation_id = $2 and claim_owner = $3 and state = 'running'`,
    [connectionId, note.calculationId, note.owner, note.until, JSON.stringify(note.progress)],
  );
  return kept === 1;
}

/** Keeps the claim. @returns false when another process has taken it over. */
export async function extendCalculation(
  db: Queryable,
  connectionId: string,
  claim: { calculationId: string; owner: string; until: string },
): Promise<boolean> {
  const kept = await db.execute(
    `update calculations set claim_until = $4
      where connection_id = $1 and calculation_id = $2 and claim_owner = $3 and state = 'running'`,
    [connectionId, claim.calculationId, claim.owner, claim.until],
  );
  return kept === 1;
}

/** Ties the calculation to the run that it led to. @returns false when another process has taken it over. */
export async function attachRun(
  tx: Queryable,
  connectionId: string,
  attached: { calculationId: string; owner: string; runId: string; report: unknown; now: string },
): Promise<boolean> {
  const kept = await tx.execute(
    `update calculations set run_id = $4, report = $5, tables_due_at = $6
      where connection_id = $1 and calculation_id = $2 and claim_owner = $3 and state = 'running'`,
    [
      connectionId,
      attached.calculationId,
      attached.owner,
      attached.runId,
      JSON.stringify(attached.report),
      attached.now,
    ],
  );
  return kept === 1;
}

export type CalculationEnd = {
  calculationId: string;
  owner: string;
  state: Exclude<CalculationState, 'queued' | 'running'>;
  finishedAt: string;
  report: unknown;
  problem: string | null;
  runId: string | null;
  dry: { input: string; result: string } | null;
};

/** @returns false when another process has taken it over: what this one found is not to be kept. */
export async function finishCalculation(
  tx: Queryable,
  connectionId: string,
  end: CalculationEnd,
): Promise<boolean> {
  const ended = await tx.execute(
    `update calculations set state = $4, finished_at = $5, report = $6, problem = $7, run_id = $8, dry_input = $9,
       dry_result = $10, progress = null, claim_owner = null, claim_until = null
      where connection_id = $1 and calculation_id = $2 and claim_owner = $3 and state = 'running'`,
    [
      connectionId,
      end.calculationId,
      end.owner,
      end.state,
      end.finishedAt,
      JSON.stringify(end.report),
      end.problem,
      end.runId,
      end.dry?.input ?? null,
      end.dry?.result ?? null,
    ],
  );
  return ended === 1;
}

/** Puts it back in the queue: the side did not answer, or the server stops. */
export async function returnCalculation(
  db: Queryable,
  connectionId: string,
  row: { calculationId: string; owner: string; problem: string | null; notBefore: string },
): Promise<void> {
  await db.execute(
    `update calculations set claim_owner = null, claim_until = $5, problem = $4
      where connection_id = $1 and calculation_id = $2 and claim_owner = $3 and state = 'running'`,
    [connectionId, row.calculationId, row.owner, row.problem, row.notBefore],
  );
}

export async function calculationById(
  db: Queryable,
  connectionId: string,
  calculationId: string,
): Promise<CalculationRow | null> {
  const [row] = await db.query<CalculationRow>(
    `select ${COLUMNS} from calculations where connection_id = $1 and calculation_id = $2`,
    [connectionId, calculationId],
  );
  return row ?? null;
}

/** Newest first. */
export async function listCalculations(
  db: Queryable,
  connectionId: string,
  filter: { endingFrom: string | null; endingTo: string | null; limit: number },
): Promise<CalculationRow[]> {
  return db.query<CalculationRow>(
    `select ${COLUMNS} from calculations
      where connection_id = $1 and ($2::date is null or period_to between $2 and $3)
      order by requested_at desc, calculation_id desc limit $4`,
    [connectionId, filter.endingFrom, filter.endingTo, filter.limit],
  );
}

/** Which of the given keys the schedule has asked for. */
export async function knownScheduleKeys(
  db: Queryable,
  connectionId: string,
  keys: readonly string[],
): Promise<Set<string>> {
  const rows = await db.query<{ key: string }>(
    `select schedule_key as key from calculations where connection_id = $1 and schedule_key = any($2)`,
    [connectionId, keys],
  );
  return new Set(rows.map(({ key }) => key));
}

/** Whether something waits for a process to calculate it. */
export async function hasOpenCalculation(db: Queryable, connectionId: string, now: string): Promise<boolean> {
  const [row] = await db.query<{ open: boolean }>(
    `select exists (select 1 from calculations where connection_id = $1
       and (state = 'queued' or (state = 'running' and claim_until <= $2))) as open`,
    [connectionId, now],
  );
  return row?.open ?? false;
}

/** The calculation that led to each run, the latest where there were several. */
export async function calculationsOfRuns(
  db: Queryable,
  connectionId: string,
  runIds: readonly string[],
): Promise<Map<string, string>> {
  const rows = await db.query<{ runId: string; calculationId: string }>(
    `select distinct on (run_id) run_id as "runId", calculation_id as "calculationId" from calculations
      where connection_id = $1 and run_id = any($2::uuid[]) order by run_id, requested_at desc`,
    [connectionId, runIds],
  );
  return new Map(rows.map(({ runId, calculationId }) => [runId, calculationId]));
}

export async function dryRunOf(
  db: Queryable,
  connectionId: string,
  calculationId: string,
): Promise<{ input: string; result: string } | null> {
  const [row] = await db.query<{ input: string | null; result: string | null }>(
    `select dry_input as input, dry_result as result from calculations
      where connection_id = $1 and calculation_id = $2`,
    [connectionId, calculationId],
  );
  return row?.input && row.result ? { input: row.input, result: row.result } : null;
}

/** The figures of old dry runs are nobody's any more; that they were asked for stays. */
export async function expireDryRuns(db: Queryable, connectionId: string, before: string): Promise<void> {
  await db.execute(
    `update calculations set dry_input = null, dry_result = null
      where connection_id = $1 and dry_input is not null and finished_at < $2`,
    [connectionId, before],
  );
}
