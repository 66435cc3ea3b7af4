import type { Queryable } from './database.ts';

export type MarkSummary = {
  resource: string;
  dirty: number;
  waiting: number;
  parked: number;
  oldestSince: string | null;
};

export async function summarizeMarks(db: Queryable, connectionId: string): Promise<MarkSummary[]> {
  return db.query<MarkSummary>(
    `select resource, count(*) filter (where parked_at is null) as dirty,
       count(*) filter (where waiting_for_id is not null) as waiting,
       count(*) filter (where parked_at is not null) as parked,
       min(since) filter (where parked_at is null) as "oldestSince"
       from marks where connection_id = $1 group by resource`,
    [connectionId],
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
