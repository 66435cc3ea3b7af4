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

/** The last minute in which a worker was alive; null when none ever was. */
export async function lastBeatAt(db: Queryable, connectionId: string): Promise<string | null> {
  const [row] = await db.query<{ at: string }>(
    `select hour + make_interval(mins => length(ltrim(minutes::bit(60)::text, '0')) - 1) as at
       from heartbeats where connection_id = $1 and minutes <> 0 order by hour desc limit 1`,
    [connectionId],
  );
  return row?.at ?? null;
}

/** `isOlder`: it was seen in the week before, so that silence since then is a time in which it was down. */
export type Life = { isOlder: boolean; beats: Heartbeats[] };

/** A connection's signs of life since a full hour, or each connection's. */
export async function livesSince(
  db: Queryable,
  hour: string,
  only: { connectionId: string } | null,
): Promise<Life[]> {
  return db.query<Life>(
    `select bool_or(hour < $1::timestamptz) as "isOlder", coalesce(jsonb_agg(jsonb_build_object(
         'hour', to_char(hour at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
         'minutes', length(replace(minutes::bit(60)::text, '0', ''))) order by hour)
         filter (where hour >= $1::timestamptz), '[]') as beats
       from heartbeats
      where hour >= $1::timestamptz - interval '7 days' and ($2::text is null or connection_id = $2)
      group by connection_id`,
    [hour, only?.connectionId ?? null],
  );
}

export async function expireHeartbeats(db: Queryable, connectionId: string, before: string): Promise<void> {
  await db.execute(`delete from heartbeats where connection_id = $1 and hour < $2`, [connectionId, before]);
}
