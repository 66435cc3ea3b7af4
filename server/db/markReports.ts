import type { Queryable } from './database.ts';

export type MarkSummary = {
  resource: string;
  dirty: number;
  waiting: number;
  parked: number;
  /** Of those that could be looked at. */
  oldestSince: string | null;
};

/** @param awaitsUndo what is said of an entity whose row may come back: it waits, as one does whose parent has no row. */
export async function summarizeMarks(
  db: Queryable,
  connectionId: string,
  awaitsUndo: string,
): Promise<MarkSummary[]> {
  return db.query<MarkSummary>(
    `select resource, count(*) filter (where not parked) as dirty, count(*) filter (where waits and not parked) as waiting,
       count(*) filter (where parked) as parked,
       min(since) filter (where not parked and not waits) as "oldestSince"
       from (select resource, since, parked_at is not null as parked,
         waiting_for_id is not null or problem is not distinct from $2 as waits
         from marks where connection_id = $1) as m group by resource`,
    [connectionId, awaitsUndo],
  );
}

/** Over all connections, for the metrics. */
export async function countMarks(
  db: Queryable,
): Promise<{ dirty: Record<string, number>; parked: Record<string, number> }> {
  const rows = await db.query<{ resource: string; dirty: number; parked: number }>(
    `select resource, count(*) filter (where parked_at is null) as dirty,
       count(*) filter (where parked_at is not null) as parked from marks group by resource`,
  );
  return {
    dirty: Object.fromEntries(rows.map((row) => [row.resource, row.dirty])),
    parked: Object.fromEntries(rows.map((row) => [row.resource, row.parked])),
  };
}
