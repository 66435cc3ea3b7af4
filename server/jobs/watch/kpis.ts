import { addDays, type PlainDate } from '../../../shared/dates.ts';
import { STAGES, type Kpis } from '../../../shared/api/kpis.ts';
import { openAlerts } from '../../db/alerts.ts';
import { backlogSince, countDue } from '../../db/backlogSamples.ts';
import { percentile } from '../../db/delays.ts';
import { livesSince, type Life } from '../../db/heartbeats.ts';
import { calculationTimes, conflictAges, conflictWeeks } from '../../db/kpis.ts';
import { finishedSince } from '../../db/reconciliations.ts';
import { hearingTimes, timingsSince, type TimingBucket } from '../../db/timings.ts';
import { todayIn } from '../calendar.ts';
import { accuracyOf } from '../reconcile/certificate.ts';
import type { Job } from '../job.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** The figures of the last days, as they stand in the database. */
export async function readKpis(
  job: Pick<Job, 'connectionId' | 'timeZone' | 'database' | 'clock'>,
  days: number,
): Promise<Kpis> {
  const { database, connectionId, clock, timeZone } = job;
  const nowMs = clock.nowMs();
  const at = new Date(nowMs).toISOString();
  const since = new Date(nowMs - days * DAY_MS).toISOString();
  const firstDay = addDays(todayIn(job), 1 - days);
  const [timings, heard, finished, ages, weeks, [life], dirty, samples, alerts, noi] = await Promise.all([
    timingsSince(database, connectionId, firstDay),
    hearingTimes(database, connectionId, since),
    finishedSince(database, connectionId, since),
    conflictAges(database, connectionId),
    conflictWeeks(database, connectionId, { since, timeZone }),
    livesSince(database, fullHour(since), { connectionId }),
    countDue(database, connectionId, at),
    backlogSince(database, connectionId, new Date(nowMs - DAY_MS).toISOString()),
    openAlerts(database, connectionId),
    calculationTimes(database, connectionId, since),
  ]);
  const stages = timings.filter(({ kind }) => kind === 'stage');
  const api = timings.filter(({ kind }) => kind === 'api');
  const whole = stages.filter(({ name }) => name === 'whole');
  const history = finished.map(({ reconciliationId, finishedAt, records, matching }) => ({
    ...{ reconciliationId, records, matching, at: finishedAt ?? at },
    accuracy: accuracyOf({ records, matching }),
  }));
  const age = (openedAt: string | null): number | null =>
    openedAt === null ? null : Math.max(0, nowMs - Date.parse(openedAt));
  return {
    at,
    days,
    delays: {
      stages: STAGES.map((stage) => ({
        stage,
        ...(stage === 'heard' ? heard : timesOf(stages.filter(({ name }) => name === stage))),
      })),
      byDay: byDay(whole).map(({ day, buckets }) => ({ day, ...timesOf(buckets) })),
    },
    accuracy: { latest: history.at(-1)?.accuracy ?? null, at: history.at(-1)?.at ?? null, history },
    conflicts: {
      open: ages.open,
      oldestAgeMs: age(ages.oldestOpenedAt),
      medianAgeMs: age(ages.medianOpenedAt),
      weeks,
    },
    uptime: life ? uptimeOf(life, fullHour(since), nowMs) : { share: null, byDay: [] },
    api: {
      ...timesOf(api),
      failed: failedOf(api),
      byDay: byDay(api).map(({ day, buckets }) => {
        const { count, p95Ms } = timesOf(buckets);
        return { day, count, p95Ms, failed: failedOf(buckets) };
      }),
      endpoints: byName(api).map(({ name, buckets }) => ({
        name,
        failed: failedOf(buckets),
        ...timesOf(buckets),
      })),
    },
    jobs: [
      ...(noi.count > 0 ? [{ job: 'calculation', ...noi }] : []),
      ...byName(timings.filter(({ kind }) => kind === 'job')).map(({ name, buckets }) => ({
        ...{ job: name, failed: failedOf(buckets) },
        ...timesOf(buckets),
      })),
    ],
    backlog: { dirty, samples },
    alerts,
  };
}

type Times = { count: number; p50Ms: number | null; p95Ms: number | null; p99Ms: number | null };

export function timesOf(buckets: readonly TimingBucket[]): Times {
  const counted = buckets.map(({ bucketMs, times }) => ({ bucketMs, changes: times }));
  return {
    count: counted.reduce((sum, { changes }) => sum + changes, 0),
    p50Ms: percentile(counted, 0.5),
    p95Ms: percentile(counted, 0.95),
    p99Ms: percentile(counted, 0.99),
  };
}

export function failedOf(buckets: readonly TimingBucket[]): number {
  return buckets.reduce((sum, { failed }) => sum + failed, 0);
}

function byDay(buckets: readonly TimingBucket[]): { day: PlainDate; buckets: TimingBucket[] }[] {
  return [...Map.groupBy(buckets, ({ day }) => day)]
    .map(([day, some]) => ({ day, buckets: some }))
    .sort((a, b) => (a.day < b.day ? -1 : 1));
}

function byName(buckets: readonly TimingBucket[]): { name: string; buckets: TimingBucket[] }[] {
  return [...Map.groupBy(buckets, ({ name }) => name)]
    .map(([name, some]) => ({ name, buckets: some }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The next full hour: signs of life are counted by the hour. */
export function fullHour(instant: string): string {
  return new Date(Math.ceil(Date.parse(instant) / HOUR_MS) * HOUR_MS).toISOString();
}

/** Of a young connection counted from its first sign of life, so that it is not called down. */
export function uptimeOf({ isOlder, beats }: Life, since: string, nowMs: number): Kpis['uptime'] {
  const [first] = beats;
  if (!first && !isOlder) return { share: null, byDay: [] };
  const firstHourMs = first ? Date.parse(first.hour) + HOUR_MS : nowMs;
  const bornMs = Math.min(nowMs, firstHourMs) - (first?.minutes ?? 0) * MINUTE_MS;
  const fromMs = isOlder ? Date.parse(since) : Math.max(Date.parse(since), bornMs);
  const days = Map.groupBy(beats, ({ hour }) => hour.slice(0, 10));
  const byDayShares: Kpis['uptime']['byDay'] = [];
  let lived = 0;
  let all = 0;
  for (let dayMs = Math.floor(fromMs / DAY_MS) * DAY_MS; dayMs < nowMs; dayMs += DAY_MS) {
    const day = new Date(dayMs).toISOString().slice(0, 10);
    const spanMs = Math.min(nowMs, dayMs + DAY_MS) - Math.max(fromMs, dayMs);
    const minutes = Math.max(1, Math.floor(spanMs / MINUTE_MS));
    const own = (days.get(day) ?? []).reduce((sum, beat) => sum + beat.minutes, 0);
    byDayShares.push({ day, share: Math.min(1, own / minutes) });
    lived += Math.min(own, minutes);
    all += minutes;
  }
  return { share: all === 0 ? null : lived / all, byDay: byDayShares };
}
