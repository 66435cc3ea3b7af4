import { createLedgerOfCalls } from './calls.ts';
import { recordByRecord } from './officialClient.ts';
import { rounded, type BenchOptions, type Measurement } from './measurement.ts';
import { onlyConnection, openSetting, type Setting } from './setting.ts';

/** Airtable takes five requests a second for a base, and ten records a request. */
export const CEILING_RECORDS_PER_SECOND = 50;

/** A property of the seed brings about this many records: units, leases, tenants, bills, transactions. */
const RECORDS_A_PROPERTY = 29;

/** How much faster than real the services' time passes, for both sides of every ratio alike. */
const SPEED = 4;

const WANTED = 0.9;

type Synced = {
  records: number;
  seconds: number;
  ratio: number;
  rateLimited: number;
  problem: string | null;
};

/**
 * The first sync of a base, from the click to the last row, against what Airtable's limit allows.
 * A record is a row in Airtable at the end, so that nothing counts twice.
 */
export async function firstSync(bench: BenchOptions): Promise<Measurement[]> {
  const wantedRecords = bench.quick ? 2_000 : 10_000;
  const checkRecords = bench.quick ? 500 : 2_000;
  const trusted = await ratioAt(bench, 1, checkRecords);
  bench.say(`first sync of ${trusted.records} at real speed: ${percent(trusted.ratio)} of the ceiling`);
  const same = await ratioAt(bench, SPEED, checkRecords);
  bench.say(`the same at ${SPEED} times the speed: ${percent(same.ratio)}`);
  const setting = await openSetting(bench, { seeds: [seedOf(wantedRecords)], speed: SPEED });
  try {
    const synced = await syncWhole(setting);
    const calls = await createLedgerOfCalls(setting);
    const differences = await setting.simulators.call('differences', { index: 0 });
    bench.say(`first sync of ${synced.records}: ${percent(synced.ratio)} of the ceiling; now the baseline`);
    const baseline = await recordByRecord(setting, Math.round(synced.records / 10));
    const isMet = synced.ratio >= WANTED && synced.rateLimited === 0 && differences.length === 0;
    return [
      {
        name: `First sync of ${synced.records.toLocaleString('en')} records`,
        wanted: `≥ ${percent(WANTED)} of 50 records a second, no 429`,
        achieved: `${percent(synced.ratio)} (${synced.records} in ${rounded(synced.seconds)} s), ${synced.rateLimited} × 429`,
        isMet: isMet && synced.problem === null,
        details: {
          ...synced,
          speed: SPEED,
          calls,
          differences,
          speedCheck: {
            records: same.records,
            ratioAtRealSpeed: trusted.ratio,
            ratioAtThisSpeed: same.ratio,
          },
          baseline: {
            what: 'the official client, one record a request, one after the other, never above 5 a second; on a tenth',
            ...baseline,
            timesFaster: rounded(synced.records / synced.seconds / baseline.recordsPerSecond),
          },
        },
      },
    ];
  } finally {
    await setting.close();
  }
}

async function ratioAt(bench: BenchOptions, speed: number, records: number): Promise<Synced> {
  const setting = await openSetting(bench, { seeds: [seedOf(records)], speed });
  try {
    return await syncWhole(setting);
  } finally {
    await setting.close();
  }
}

function seedOf(records: number): { properties: number; transactionsPerLease: number } {
  return { properties: Math.round(records / RECORDS_A_PROPERTY), transactionsPerLease: 6 };
}

/** Runs the first sync of the only connection. Seconds are of the services' time. */
export async function syncWhole(setting: Setting): Promise<Synced> {
  const { connectionId, index } = onlyConnection(setting);
  const { startedAtMs } = await setting.server.call('startFirstSync', { connectionId });
  const withinMs = 600_000 / setting.time.speed;
  const { finishedAtMs, problem } = await setting.server.call('runFinished', { connectionId, withinMs });
  const seconds = (((finishedAtMs ?? Date.now()) - startedAtMs) * setting.time.speed) / 1_000;
  const records = await rowsOf(setting, index);
  const { rateLimited } = await setting.simulators.call('airtableCalls', null);
  const ratio = records / seconds / CEILING_RECORDS_PER_SECOND;
  return { records, seconds, ratio: rounded(ratio, 4), rateLimited, problem };
}

export async function rowsOf(setting: Setting, index: number): Promise<number> {
  const rows = await setting.simulators.call('rows', { index });
  return Object.values(rows).reduce((sum, count) => sum + count, 0);
}

export function percent(share: number): string {
  return `${rounded(share * 100)}%`;
}
