import type { ApiResponse } from '../shared/api.ts';
import { addDays } from '../shared/dates.ts';

type Bucket = ApiResponse<'listDelays'>['buckets'][number];

export type DayDelays = { day: string; changes: number; p50Ms: number | null; p95Ms: number | null };

/** The histograms of all resources together, a day each, oldest first; days without changes too. */
export function dailyDelays(buckets: readonly Bucket[], today: string, days: number): DayDelays[] {
  return Array.from({ length: days }, (_day, index) => {
    const day = addDays(today, index + 1 - days);
    const mine = buckets.filter((bucket) => bucket.day === day).sort((a, b) => a.upToMs - b.upToMs);
    const changes = mine.reduce((sum, bucket) => sum + bucket.changes, 0);
    return { day, changes, p50Ms: percentile(mine, changes, 0.5), p95Ms: percentile(mine, changes, 0.95) };
  });
}

/** The upper end of the bucket in which that share of the changes is reached: never better than it was. */
function percentile(sorted: readonly Bucket[], changes: number, share: number): number | null {
  let seen = 0;
  for (const { upToMs, changes: more } of sorted) {
    seen += more;
    if (seen >= changes * share) return upToMs;
  }
  return null;
}
