import { callsOf, differencesOf, refusedForRate, rowsOf } from './bothSides.ts';
import { rounded, type BenchOptions, type Measurement } from './measurement.ts';
import { recordByRecord } from './officialClient.ts';
import { onlyConnection, openSetting, type Setting } from './setting.ts';

/** Airtable takes five requests a second for a base, and ten records a request. */
export const CEILING_RECORDS_PER_SECOND = 50;

/** A property of the seed brings about this many records: units, leases, tenants, bills, transactions. */
const RECORDS_A_PROPERTY = 30.5;

const WANTED = 0.9;

/** The last request of each of a dozen tables is rarely full, which a small sync cannot make up for. */
const WANTED_OF_QUICK = 0.75;

const WITHIN_MS = 420_000;

/**
 * The first sync of a base at real speed, from the click to the end of the run, against what Airtable's limit allows.
 * A record is a row in Airtable at the end, so that nothing counts twice. The baseline runs beside it, on a base of
 * its own.
 */
export async function firstSync(bench: BenchOptions): Promise<Measurement[]> {
  const aim = bench.quick ? 600 : 10_000;
  const wanted = bench.quick ? WANTED_OF_QUICK : WANTED;
  const seed = { properties: Math.ceil(aim / RECORDS_A_PROPERTY), transactionsPerLease: 6 };
  const setting = await openSetting(bench, { seeds: [seed] });
  try {
    let isOver = false;
    const [synced, baseline] = await Promise.all([
      syncWhole(setting).finally(() => (isOver = true)),
      recordByRecord(setting, Math.round(aim / 10), () => isOver),
    ]);
    const calls = await callsOf(setting);
    const differences = await differencesOf(setting, onlyConnection(setting));
    const { records, seconds, ratio, rateLimited, problem } = synced;
    const isWhole = problem === null && differences.length === 0;
    return [
      {
        name: `First sync of ${records.toLocaleString('en')} records`,
        wanted: `≥ ${percent(wanted)} of 50 records a second, no 429`,
        achieved: `${percent(ratio)} (${rounded(seconds)} s), ${rateLimited} × 429`,
        isMet: ratio >= wanted && rateLimited === 0 && isWhole,
        details: {
          ...{ records, seconds: rounded(seconds), ratio, rateLimited, problem, differences },
          calls: { ...calls, airtable: withoutBaseline(calls.airtable) },
          baseline: {
            what: 'the official client, one record a request, one after the other, at the same pace; a tenth of the records, or what it wrote until the sync was through',
            ...baseline,
            timesFaster: rounded(records / seconds / baseline.recordsPerSecond),
          },
        },
      },
    ];
  } finally {
    await setting.close();
  }
}

export type Synced = {
  records: number;
  seconds: number;
  ratio: number;
  rateLimited: number;
  problem: string | null;
};

/** Runs the first sync of the only connection to its end. */
export async function syncWhole(setting: Setting): Promise<Synced> {
  const connection = onlyConnection(setting);
  const { connectionId } = connection;
  const { startedAtMs } = await setting.server.call('startFirstSync', { connectionId });
  const { finishedAtMs, problem } = await setting.server.call('runFinished', {
    connectionId,
    withinMs: WITHIN_MS,
    everyMs: 50,
  });
  const seconds = ((finishedAtMs ?? Date.now()) - startedAtMs) / 1_000;
  const records = await rowsOf(setting, connection);
  const rateLimited = await refusedForRate(setting);
  const ratio = rounded(records / seconds / CEILING_RECORDS_PER_SECOND, 4);
  return { records, seconds, ratio, rateLimited, problem };
}

/** The sync creates rows by upsert only, so that plain creates are the baseline's. */
function withoutBaseline({
  createRecords: _,
  ...ours
}: Readonly<Record<string, number>>): Record<string, number> {
  return ours;
}

function percent(share: number): string {
  return `${rounded(share * 100)}%`;
}
