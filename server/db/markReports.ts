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

export type HeldMark = {
  resource: string;
  entityId: string;
  since: string;
  attempts: number;
  problem: string | null;
  parkedAt: string | null;
  waitingForResource: string | null;
  waitingForId: string | null;
  notBefore: string;
};

/** What cannot go on by itself, with its reason: parked marks and those that wait for a parent. */
export async function heldMarks(db: Queryable, connectionId: string, limit: number): Promise<HeldMark[]> {
  return db.query<HeldMark>(
    `select resource, entity_id as "entityId", since, attempts, problem, parked_at as "parkedAt",
       waiting_for_resource as "waitingForResource", waiting_for_id as "waitingForId", not_before as "notBefore"
       from marks where connection_id = $1 and (parked_at is not null or waiting_for_id is not null or problem is not null)
      order by parked_at nulls last, since, entity_id limit $2`,
    [connectionId, limit],
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
