import { callsOf, refusedForRate } from './bothSides.ts';
import { syncWhole } from './firstSync.ts';
import { rounded, type BenchOptions, type Measurement } from './measurement.ts';
import { eventually, onlyConnection, openSetting, quiet, type Setting } from './setting.ts';

/** Of what a budget of eight requests a second allows, a GET and a PUT for each edit. */
const WANTED = 1.25;
const WANTED_CALLS = 1.12;
const BUILDIUM_PER_SECOND = 8;

/** A row is looked at once it has been still for so long. */
const STILL_MS = 10_000;

/**
 * A column of many rows pasted into Airtable at once: until every value is in Buildium, against what Buildium's limit
 * allows; and what it costs of Airtable's monthly calls.
 */
export async function edits(bench: BenchOptions): Promise<Measurement[]> {
  const rows = bench.quick ? 40 : 1_000;
  const setting = await openSetting(bench, { seeds: [{ properties: rows / 2, transactionsPerLease: 1 }] });
  try {
    await syncWhole(setting);
    await quiet(setting);
    const before = await callsOf(setting);
    const { seconds, isComplete, pasted } = await pasteAndWait(setting, rows);
    await quiet(setting);
    const after = await callsOf(setting);
    const floorSeconds = (pasted * 2) / BUILDIUM_PER_SECOND;
    const ratio = seconds / floorSeconds;
    const rateLimited = await refusedForRate(setting);
    const calls = madeBetween(before.airtable, after.airtable);
    const written = Object.values(calls.writes).reduce((sum, count) => sum + count, 0);
    const allowed = calls.pages + Math.ceil(pasted / 100) + calls.statusRows / 10;
    const callRatio = (calls.pages + calls.reads + written) / allowed;
    return [
      {
        name: `${pasted.toLocaleString('en')} Airtable edits pasted at once, all in Buildium`,
        wanted: `≤ ${WANTED} × what ${BUILDIUM_PER_SECOND} requests a second allow, no 429`,
        achieved: `${rounded(ratio, 2)} × (${rounded(seconds)} s; the budget allows ${floorSeconds} s), ${rateLimited} × 429`,
        isMet: isComplete && pasted === rows && ratio <= WANTED && rateLimited === 0,
        details: { ratio: rounded(ratio, 3), buildium: madeBetween(before.buildium, after.buildium).all },
      },
      {
        name: 'Airtable calls for these edits',
        wanted: `≤ ${WANTED_CALLS} × (payload pages + rows ÷ 100 + changed status rows ÷ 10)`,
        achieved: `${rounded(callRatio, 2)} × (${calls.pages + calls.reads + written} calls)`,
        isMet: callRatio <= WANTED_CALLS,
        details: { airtable: calls.all },
      },
    ];
  } finally {
    await setting.close();
  }
}

async function pasteAndWait(
  setting: Setting,
  rows: number,
): Promise<{ seconds: number; isComplete: boolean; pasted: number }> {
  const { airtable, buildium } = setting;
  const { index, baseId } = onlyConnection(setting);
  const value = 'Pasted by the bench';
  const pasted = await airtable.call('paste', { baseId, resource: 'units', key: 'description', value, rows });
  const stillAtMs = Date.now() + STILL_MS;
  const isComplete = await eventually(
    async () => (await buildium.call('unitsDescribed', { index, as: value })) >= pasted,
    { withinMs: 600_000, everyMs: 100 },
  );
  return { seconds: (Date.now() - stillAtMs) / 1_000, isComplete, pasted };
}

type Made = {
  all: Record<string, number>;
  pages: number;
  reads: number;
  writes: Record<string, number>;
  /** Rows whose status was written; a row that stays "Synced" is not. */
  statusRows: number;
};

function madeBetween(before: Record<string, number>, after: Record<string, number>): Made {
  const made = Object.entries(after).map(([kind, count]) => [kind, count - (before[kind] ?? 0)] as const);
  const all = Object.fromEntries(made.filter(([, count]) => count > 0));
  const writes = Object.fromEntries(
    Object.entries(all).filter(([kind]) => /^(update|upsert|create)/.test(kind)),
  );
  return {
    all,
    pages: all['webhookPayloads'] ?? 0,
    reads: all['listRecords'] ?? 0,
    writes,
    statusRows: 0,
  };
}
