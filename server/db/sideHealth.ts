import type { Queryable } from './database.ts';

/** Why a side answers nothing useful now. */
export type SideHealth = {
  side: 'airtable' | 'buildium';
  kind: string;
  message: string;
  since: string;
  retryAt: string | null;
};

export async function reportSideDown(
  db: Queryable,
  connectionId: string,
  health: Omit<SideHealth, 'since'>,
  now: string,
): Promise<void> {
  await db.execute(
    `insert into side_health (connection_id, side, kind, message, since, retry_at) values ($1, $2, $3, $4, $6, $5)
     on conflict on constraint side_health_pkey do update set kind = excluded.kind, message = excluded.message,
       retry_at = excluded.retry_at, since = case when side_health.kind = excluded.kind then side_health.since else excluded.since end`,
    [connectionId, health.side, health.kind, health.message, health.retryAt, now],
  );
}

/** @param exceptKind a trouble that the answer says nothing about: a full base still answers reads. */
export async function reportSideUp(
  db: Queryable,
  connectionId: string,
  side: 'airtable' | 'buildium',
  exceptKind: string | null = null,
): Promise<void> {
  await db.execute(
    `delete from side_health where connection_id = $1 and side = $2 and kind is distinct from $3`,
    [connectionId, side, exceptKind],
  );
}

export async function sidesDown(db: Queryable, connectionId: string): Promise<SideHealth[]> {
  return db.query<SideHealth>(
    `select side, kind, message, since, retry_at as "retryAt" from side_health where connection_id = $1`,
    [connectionId],
  );
}
