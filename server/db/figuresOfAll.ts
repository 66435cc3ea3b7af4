import type { Queryable } from './database.ts';

/** One line of the metrics; over all connections, since labels must stay few. */
export type Percentiles = { name: string; ms: [p50: number, p95: number, p99: number] | null };

const SHARES = 'array[0.5, 0.95, 0.99]';

/** How long changes took since then: each stage of their way, Buildium's events on their way to us first. */
export async function stageTimesOfAll(
  db: Queryable,
  since: { instant: string; day: string },
): Promise<Percentiles[]> {
  return db.query<Percentiles>(
    `with counted as (
       select name, bucket_ms, sum(sum(times)) over (partition by name order by bucket_ms) as upto
         from timings where kind = 'stage' and day >= $2 group by name, bucket_ms)
     select 'heard' as name, percentile_disc(${SHARES}) within group (
       order by greatest(0, round(extract(epoch from r.received_at - r.event_at) * 1000)::float8)) as ms
       from connections c join receipts r on r.connection_id = c.connection_id and r.received_at >= $1
     union all
     select name, array(select (select min(b.bucket_ms)::float8 from counted b
                                 where b.name = s.name and b.upto >= share * s.times) from unnest(${SHARES}) as share)
       from (select name, max(upto) as times from counted group by name) as s`,
    [since.instant, since.day],
  );
}

/** How long calculations of the month's money ran. */
export async function calculationTimesOfAll(db: Queryable, since: string): Promise<Percentiles['ms']> {
  const [row] = await db.query<{ ms: Percentiles['ms'] }>(
    `select percentile_disc(${SHARES}) within group (
       order by greatest(0, extract(epoch from finished_at - started_at) * 1000)::float8) as ms
       from calculations where finished_at >= $1 and started_at is not null`,
    [since],
  );
  return row?.ms ?? null;
}
