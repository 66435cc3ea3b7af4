import type { Queryable } from './database.ts';

/** Has a run's results written into Airtable once more: something that stands in the tables has changed. */
export async function makeTablesDue(
  tx: Queryable,
  connectionId: string,
  runId: string,
  now: string,
): Promise<void> {
  await tx.execute(
    `update calculations set tables_due_at = $3 where connection_id = $1 and calculation_id = (
       select calculation_id from calculations where connection_id = $1 and run_id = $2
        order by requested_at desc limit 1)`,
    [connectionId, runId, now],
  );
}

export type DueTables = { calculationId: string; runId: string; dueAt: string };

/** Takes the oldest run whose results are to be written; nobody else has it until then. */
export async function claimTables(
  db: Queryable,
  connectionId: string,
  claim: { now: string; until: string },
): Promise<DueTables | null> {
  const [row] = await db.query<DueTables>(
    `update calculations set tables_due_at = $3
      where connection_id = $1 and calculation_id = (
        select calculation_id from calculations
         where connection_id = $1 and tables_due_at <= $2 and run_id is not null
         order by tables_due_at, calculation_id limit 1 for update skip locked)
     returning calculation_id as "calculationId", run_id as "runId", tables_due_at as "dueAt"`,
    [connectionId, claim.now, claim.until],
  );
  return row ?? null;
}

/** Ends, prolongs or puts off a claim; one that was made due anew meanwhile stays due. */
export async function settleTables(
  db: Queryable,
  connectionId: string,
  { calculationId, dueAt }: DueTables,
  next: { dueAt: string | null; problem: string | null },
): Promise<void> {
  await db.execute(
    `update calculations set tables_due_at = $4, tables_problem = $5
      where connection_id = $1 and calculation_id = $2 and tables_due_at = $3`,
    [connectionId, calculationId, dueAt, next.dueAt, next.problem],
  );
}

export async function hasDueTables(db: Queryable, connectionId: string, now: string): Promise<boolean> {
  const [row] = await db.query<{ due: boolean }>(
    `select exists (select 1 from calculations where connection_id = $1 and tables_due_at <= $2) as due`,
    [connectionId, now],
  );
  return row?.due ?? false;
}
