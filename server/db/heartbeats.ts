import type { Queryable } from './database.ts';

/** Minutes in which a worker was alive, by hour. */
export type Heartbeats = { hour: string; minutes: number };

/** Writes down that this minute was lived through; any number of processes may say so. */
export async function beat(db: Queryable, connectionId: string, now: string): Promise<void> {
  await db.execute(
    `insert into heartbeats (connection_id, hour, minutes)
     values ($1, date_trunc('hour', $2::timestamptz, 'UTC'), 1::bigint << extract(minute from $2::timestamptz)::int)
     on conflict on constraint heartbeats_pkey do update set minutes = heartbeats.minutes | excluded.minutes
       where heartbeats.minutes | excluded.minutes <> heartbeats.minutes`,
    [connectionId, now],
  );
}

export async function heartbeatsSince(
  db: Queryable,
  connectionId: string,
  since: string,
): Promise<Heartbeats[]> {
  return db.query<Heartbeats>(
    `select hour, length(replace(minutes::bit(60)::text, '0', '')) as minutes from heartbeats
      where connection_id = $1 and hour >= $2 order by hour`,
    [connectionId, since],
  );
}

export async function expireHeartbeats(db: Queryable, connectionId: string, before: string): Promise<void> {
  await db.execute(`delete from heartbeats where connection_id = $1 and hour < $2`, [connectionId, before]);
}
