import type { Queryable } from './database.ts';

export type ConflictAges = { open: number; oldestOpenedAt: string | null; medianOpenedAt: string | null };

export async function conflictAges(db: Queryable, connectionId: string): Promise<ConflictAges> {
  const [row] = await db.query<ConflictAges>(
    `select count(*) as open, min(opened_at) as "oldestOpenedAt",
       percentile_disc(0.5) within group (order by opened_at) as "medianOpenedAt"
       from conflicts where connection_id = $1 and state in ('open', 'resolving')`,
    [connectionId],
  );
  return row ?? { open: 0, oldestOpenedAt: null, medianOpenedAt: null };
}

export type ConflictWeek = { from: string; opened: number; ended: number; medianToEndMs: number | null };

/** By the week in which a conflict opened or ended; weeks begin on Mondays where the books are kept. */
export async function conflictWeeks(
  db: Queryable,
  connectionId: string,
  { since, timeZone }: { since: string; timeZone: string },
): Promise<ConflictWeek[]> {
  return db.query<ConflictWeek>(
    `with happened as (
       select date_trunc('week', opened_at at time zone $3)::date as week, 1 as opened, 0 as ended, null::float8 as ms
         from conflicts where connection_id = $1 and opened_at >= $2
       union all
       select date_trunc('week', ended_at at time zone $3)::date, 0, 1, extract(epoch from ended_at - opened_at) * 1000
         from conflicts where connection_id = $1 and ended_at >= $2)
     select week as "from", sum(opened)::int as opened, sum(ended)::int as ended,
       round(percentile_disc(0.5) within group (order by ms))::float8 as "medianToEndMs"
       from happened group by week order by week`,
    [connectionId, since, timeZone],
  );
}

/** Over all connections, for the metrics: the worst of each, since labels must stay few. */
export async function worstFigures(
  db: Queryable,
  now: string,
): Promise<{ accuracy: number | null; oldestConflictSeconds: number; openConflicts: number }> {
  const [conflicts] = await db.query<{ open: number; seconds: number | null }>(
    `select count(*) as open, extract(epoch from $1::timestamptz - min(opened_at))::float8 as seconds
       from conflicts where state in ('open', 'resolving')`,
    [now],
  );
  const [accuracy] = await db.query<{ accuracy: number | null }>(
    `select min(case when records = 0 then 1 else matching::float8 / records end) as accuracy from (
       select distinct on (connection_id) records, matching from reconciliations where state = 'finished'
        order by connection_id, finished_at desc) as latest`,
  );
  return {
    accuracy: accuracy?.accuracy ?? null,
    oldestConflictSeconds: Math.max(0, conflicts?.seconds ?? 0),
    openConflicts: conflicts?.open ?? 0,
  };
}

/** Open alerts of all connections, by kind. */
export async function alertCounts(db: Queryable): Promise<Record<string, number>> {
  const rows = await db.query<{ kind: string; open: number }>(
    `select kind, count(*) as open from notices where closed_at is null and kind like 'alert%' group by kind`,
  );
  return Object.fromEntries(rows.map(({ kind, open }) => [kind, open]));
}

export type RunTimes = {
  count: number;
  failed: number;
  p50Ms: number | null;
  p95Ms: number | null;
  p99Ms: number | null;
};

/** How long calculations of the month's money ran, from their first step to their end. */
export async function calculationTimes(
  db: Queryable,
  connectionId: string,
  since: string,
): Promise<RunTimes> {
  const [row] = await db.query<{ count: number; failed: number; ms: number[] | null }>(
    `select count(*) as count, count(*) filter (where state = 'failed') as failed,
       percentile_disc(array[0.5, 0.95, 0.99]) within group (
         order by greatest(0, round(extract(epoch from finished_at - started_at) * 1000)::float8)) as ms
       from calculations where connection_id = $1 and finished_at >= $2 and started_at is not null`,
    [connectionId, since],
  );
  const [p50Ms = null, p95Ms = null, p99Ms = null] = row?.ms ?? [];
  return { count: row?.count ?? 0, failed: row?.failed ?? 0, p50Ms, p95Ms, p99Ms };
}
