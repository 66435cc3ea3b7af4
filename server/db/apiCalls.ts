import type { PlainDate } from '../../shared/dates.ts';
import type { Queryable } from './database.ts';

/** Calls of one connection to one side on one UTC day. */
export type ApiCalls = {
  connectionId: string;
  side: 'buildium' | 'airtable';
  /** `records.list`, `leases.get`… */
  kind: string;
  day: PlainDate;
  calls: number;
  /** Those of them that brought no 2xx answer. */
  refused: number;
};

/** Adds to what is already counted; several processes may add to the same day. */
export async function addApiCalls(database: Queryable, counts: readonly ApiCalls[]): Promise<void> {
  if (counts.length === 0) return;
  await database.execute(
    `insert into api_calls as c (connection_id, side, kind, day, calls, refused)
     select * from unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::bigint[], $6::bigint[])
     order by 1, 2, 3, 4
     on conflict (connection_id, side, kind, day)
     do update set calls = c.calls + excluded.calls, refused = c.refused + excluded.refused`,
    [
      counts.map((count) => count.connectionId),
      counts.map((count) => count.side),
      counts.map((count) => count.kind),
      counts.map((count) => count.day),
      counts.map((count) => count.calls),
      counts.map((count) => count.refused),
    ],
  );
}

/** What a connection has called by kind from one day to another, both included. */
export async function readApiCalls(
  database: Queryable,
  connectionId: string,
  period: { from: PlainDate; to: PlainDate },
): Promise<Omit<ApiCalls, 'connectionId' | 'day'>[]> {
  return database.query<Omit<ApiCalls, 'connectionId' | 'day'>>(
    `select side, kind, sum(calls)::bigint as calls, sum(refused)::bigint as refused
     from api_calls where connection_id = $1 and day between $2 and $3
     group by side, kind order by side, kind`,
    [connectionId, period.from, period.to],
  );
}
