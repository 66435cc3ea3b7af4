import type { PlainDate } from '../../shared/dates.ts';
import type { Queryable } from './database.ts';

/** `stage` of a change's way, an endpoint of the `api`, or a `job`. */
export type TimingKind = 'stage' | 'api' | 'job';

export type Timing = { kind: TimingKind; name: string; tookMs: number; failed?: boolean };

export type TimingBucket = {
  kind: TimingKind;
  name: string;
  day: PlainDate;
  bucketMs: number;
  times: number;
  failed: number;
};

/** Two significant digits: at most a tenth too much, and limits such as three seconds are ends of buckets. */
export function bucketOf(ms: number): number {
  if (ms <= 10) return Math.max(1, Math.ceil(ms));
  const step = 10 ** (Math.floor(Math.log10(ms)) - 1);
  return Math.ceil(ms / step) * step;
}

/** Adds to the histograms; several processes may add to the same day. */
export async function countTimings(
  db: Queryable,
  connectionId: string,
  day: PlainDate,
  timings: readonly Timing[],
): Promise<void> {
  const buckets = new Map<string, Omit<TimingBucket, 'day'>>();
  for (const { kind, name, tookMs, failed } of timings) {
    const bucketMs = bucketOf(tookMs);
    const key = `${kind} ${name} ${String(bucketMs).padStart(12, '0')}`;
    const bucket = buckets.get(key) ?? { kind, name, bucketMs, times: 0, failed: 0 };
    buckets.set(key, { ...bucket, times: bucket.times + 1, failed: bucket.failed + (failed ? 1 : 0) });
  }
  if (buckets.size === 0) return;
  // Always in the same order, so that two processes never wait for each other in a circle.
  const rows = [...buckets.keys()].sort().map((key) => buckets.get(key));
  await db.execute(
    `insert into timings (connection_id, kind, name, day, bucket_ms, times, failed)
     select $1, t."kind", t."name", $2, t."bucketMs", t."times", t."failed"
       from jsonb_to_recordset($3::jsonb) as t("kind" text, "name" text, "bucketMs" bigint, "times" bigint, "failed" bigint)
     on conflict on constraint timings_pkey do update set
       times = timings.times + excluded.times, failed = timings.failed + excluded.failed`,
    [connectionId, day, JSON.stringify(rows)],
  );
}

export async function timingsSince(
  db: Queryable,
  connectionId: string,
  day: PlainDate,
): Promise<TimingBucket[]> {
  return db.query<TimingBucket>(
    `select kind, name, day, bucket_ms as "bucketMs", times, failed from timings
      where connection_id = $1 and day >= $2 order by kind, name, day, bucket_ms`,
    [connectionId, day],
  );
}

export type HearingTimes = {
  count: number;
  p50Ms: number | null;
  p95Ms: number | null;
  p99Ms: number | null;
};

/** How long Buildium's events took to reach us: their own time against our receipt's. */
export async function hearingTimes(
  db: Queryable,
  connectionId: string,
  since: string,
): Promise<HearingTimes> {
  const [row] = await db.query<{ count: number; ms: number[] | null }>(
    `select count(*) as count,
       percentile_disc(array[0.5, 0.95, 0.99]) within group (
         order by greatest(0, round(extract(epoch from received_at - event_at) * 1000)::float8)) as ms
       from receipts where connection_id = $1 and received_at >= $2`,
    [connectionId, since],
  );
  const [p50Ms = null, p95Ms = null, p99Ms = null] = row?.ms ?? [];
  return { count: row?.count ?? 0, p50Ms, p95Ms, p99Ms };
}

export async function expireTimings(db: Queryable, connectionId: string, before: PlainDate): Promise<void> {
  await db.execute(`delete from timings where connection_id = $1 and day < $2`, [connectionId, before]);
}
