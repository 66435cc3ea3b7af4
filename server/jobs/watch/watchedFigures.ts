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

/** However many ask, and however often: the database is asked for a figure once in so long. */
const KEPT_MS = 5_000;

/** The figures of all connections that stand in the database; times are of the last day. */
export function watchFigures(
  metrics: Gauges,
  { database, clock }: { database: Database; clock: Clock },
): void {
  const agoMs = (ms: number): string => new Date(clock.nowMs() - ms).toISOString();
  const kept = <Found>(lookup: () => Promise<Found>) => keptFor(KEPT_MS, clock, lookup);
  const worst = kept(() => worstFigures(database, agoMs(0)));
  const marks = kept(() => countMarks(database));
  metrics.watch('dirty', async () => (await marks()).dirty);
  metrics.watch('parked', async () => (await marks()).parked);
  metrics.watch('accuracy', async () => (await worst()).accuracy ?? {});
  metrics.watch('openConflicts', async () => (await worst()).openConflicts);
  metrics.watch('conflictAge', async () => (await worst()).oldestConflictSeconds);
  metrics.watch(
    'alerts',
    kept(() => alertCounts(database)),
  );
  metrics.watch(
    'stages',
    kept(async () => {
      const since = agoMs(DAY_MS);
      const stages = await stageTimesOfAll(database, { instant: since, day: since.slice(0, 10) });
      return stages.flatMap(({ name, ms }) => samplesOf(ms, { stage: name }));
    }),
  );
  metrics.watch(
    'calculations',
    kept(async () => samplesOf(await calculationTimesOfAll(database, agoMs(DAY_MS)))),
  );
  metrics.watch(
    'uptime',
    kept(async () => {
      const since = fullHour(agoMs(DAY_MS));
      const lives = await livesSince(database, since, null);
      const shares = lives.flatMap((life) => uptimeOf(life, since, clock.nowMs()).share ?? []);
      return shares.length === 0 ? {} : Math.min(...shares);
    }),
  );
}

/** One lookup for all who ask meanwhile and for a moment after; a failed one is not kept. */
function keptFor<Found>(ms: number, clock: Clock, lookup: () => Promise<Found>): () => Promise<Found> {
  let last: { found: Promise<Found>; untilMs: number } | null = null;
  return () => {
    if (last && clock.nowMs() < last.untilMs) return last.found;
    const one = { found: lookup(), untilMs: Infinity };
    last = one;
    one.found.then(
      () => (one.untilMs = clock.nowMs() + ms),
      () => (one.untilMs = 0),
    );
    return one.found;
  };
}

function samplesOf(ms: Percentiles['ms'], labels: Record<string, string> = {}): Sample[] {
  return QUANTILES.flatMap((quantile, index) => {
    const value = ms?.[index];
    return value === undefined ? [] : [{ labels: { ...labels, quantile }, value: value / 1000 }];
  });
}
