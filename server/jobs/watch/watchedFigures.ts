import type { Clock } from '../../clock.ts';
import type { Database } from '../../db/database.ts';
import { calculationTimesOfAll, stageTimesOfAll, type Percentiles } from '../../db/figuresOfAll.ts';
import { livesSince } from '../../db/heartbeats.ts';
import { alertCounts, worstFigures } from '../../db/kpis.ts';
import { countMarks } from '../../db/markReports.ts';
import { fullHour, uptimeOf } from './kpis.ts';

type Sample = { labels: Record<string, string>; value: number };

type Figure =
  | 'dirty'
  | 'parked'
  | 'accuracy'
  | 'openConflicts'
  | 'conflictAge'
  | 'alerts'
  | 'stages'
  | 'calculations'
  | 'uptime';

/** Whoever shows them; a record is by the figure's label. */
type Gauges = {
  watch(name: Figure, lookup: () => Promise<number | Record<string, number> | Sample[]>): void;
};

const DAY_MS = 86_400_000;
const QUANTILES = ['0.5', '0.95', '0.99'] as const;

/** The figures of all connections that stand in the database, looked up at each scrape; times are of the last day. */
export function watchFigures(
  metrics: Gauges,
  { database, clock }: { database: Database; clock: Clock },
): void {
  const agoMs = (ms: number): string => new Date(clock.nowMs() - ms).toISOString();
  const worst = () => worstFigures(database, agoMs(0));
  metrics.watch('dirty', async () => (await countMarks(database)).dirty);
  metrics.watch('parked', async () => (await countMarks(database)).parked);
  metrics.watch('accuracy', async () => (await worst()).accuracy ?? {});
  metrics.watch('openConflicts', async () => (await worst()).openConflicts);
  metrics.watch('conflictAge', async () => (await worst()).oldestConflictSeconds);
  metrics.watch('alerts', () => alertCounts(database));
  metrics.watch('stages', async () => {
    const since = agoMs(DAY_MS);
    const stages = await stageTimesOfAll(database, { instant: since, day: since.slice(0, 10) });
    return stages.flatMap(({ name, ms }) => samplesOf(ms, { stage: name }));
  });
  metrics.watch('calculations', async () => samplesOf(await calculationTimesOfAll(database, agoMs(DAY_MS))));
  metrics.watch('uptime', async () => {
    const since = fullHour(agoMs(DAY_MS));
    const lives = await livesSince(database, since, null);
    const shares = lives.flatMap((life) => uptimeOf(life, since, clock.nowMs()).share ?? []);
    return shares.length === 0 ? {} : Math.min(...shares);
  });
}

function samplesOf(ms: Percentiles['ms'], labels: Record<string, string> = {}): Sample[] {
  return QUANTILES.flatMap((quantile, index) => {
    const value = ms?.[index];
    return value === undefined ? [] : [{ labels: { ...labels, quantile }, value: value / 1000 }];
  });
}
