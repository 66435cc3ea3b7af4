import type { Queryable } from './database.ts';

/** How many entities could be looked at, at a moment. */
export type BacklogSample = { at: string; dirty: number };

/** Due marks that nothing holds: what a worker could take now. */
export async function countDue(db: Queryable, connectionId: string, now: string): Promise<number> {
  const [row] = await db.query<{ dirty: number }>(
    `select count(*) as dirty from marks where connection_id = $1 and parked_at is null and not_before <= $2`,
    [connectionId, now],
  );
  return row?.dirty ?? 0;
}

/** @returns whether the moment had no sample yet. */
export async function saveBacklogSample(
  db: Queryable,
  connectionId: string,
  sample: BacklogSample,
): Promise<boolean> {
  const saved = await db.execute(
    `insert into backlog_samples (connection_id, at, dirty) values ($1, $2, $3)
     on conflict on constraint backlog_samples_pkey do nothing`,
    [connectionId, sample.at, sample.dirty],
  );
  return saved === 1;
}

export async function lastBacklogSampleAt(db: Queryable, connectionId: string): Promise<string | null> {
  const [row] = await db.query<{ at: string | null }>(
    `select max(at) as at from backlog_samples where connection_id = $1`,
    [connectionId],
  );
  return row?.at ?? null;
}

/** Oldest first. */
export async function backlogSince(
  db: Queryable,
  connectionId: string,
  since: string,
): Promise<BacklogSample[]> {
  return db.query<BacklogSample>(
    `select at, dirty from backlog_samples where connection_id = $1 and at >= $2 order by at`,
    [connectionId, since],
  );
}

export async function expireBacklog(db: Queryable, connectionId: string, before: string): Promise<void> {
  await db.execute(`delete from backlog_samples where connection_id = $1 and at < $2`, [
    connectionId,
    before,
  ]);
}
