import type { Queryable } from './database.ts';

/** How long one change took from one side to the other. */
export type Delay = { resource: string; delayMs: number };

export async function countDelays(
  db: Queryable,
  connectionId: string,
  day: string,
  delays: readonly Delay[],
): Promise<void> {
  const counts = new Map<string, { resource: string; bucketMs: number; changes: number }>();
  for (const { resource, delayMs } of delays) {
    const bucketMs = 2 ** Math.ceil(Math.log2(Math.max(1, delayMs)));
    const key = `${resource} ${bucketMs}`;
    const count = counts.get(key) ?? { resource, bucketMs, changes: 0 };
    counts.set(key, { ...count, changes: count.changes + 1 });
  }
  if (counts.size === 0) return;
  const rows = [...counts.values()].sort(
    (a, b) => (a.resource < b.resource ? -1 : 1) || a.bucketMs - b.bucketMs,
  );
  await db.execute(
    `insert into delays (connection_id, resource, day, bucket_ms, changes)
     select $1, d."resource", $2, d."bucketMs", d."changes"
       from jsonb_to_recordset($3::jsonb) as d("resource" text, "bucketMs" bigint, "changes" bigint)
     on conflict on constraint delays_pkey do update set changes = delays.changes + excluded.changes`,
    [connectionId, day, JSON.stringify(rows)],
  );
}

export type DelayBucket = { resource: string; day: string; bucketMs: number; changes: number };

export async function delaysSince(db: Queryable, connectionId: string, day: string): Promise<DelayBucket[]> {
  return db.query<DelayBucket>(
    `select resource, day, bucket_ms as "bucketMs", changes from delays
      where connection_id = $1 and day >= $2 order by resource, day, bucket_ms`,
    [connectionId, day],
  );
}

/** The value below which the share of the changes lies; null when there were none. */
export function percentile(
  buckets: readonly Pick<DelayBucket, 'bucketMs' | 'changes'>[],
  share: number,
): number | null {
  const total = buckets.reduce((sum, bucket) => sum + bucket.changes, 0);
  if (total === 0) return null;
  let seen = 0;
  for (const bucket of [...buckets].sort((a, b) => a.bucketMs - b.bucketMs)) {
    seen += bucket.changes;
    if (seen >= total * share) return bucket.bucketMs;
  }
  return null;
}
