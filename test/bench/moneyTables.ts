import { addMonths, firstDayOfMonth, lastDayOfMonth } from '../../shared/dates.ts';
import { syncWhole } from './firstSync.ts';
import { rounded, type BenchOptions, type Measurement } from './measurement.ts';
import { onlyConnection, openSetting } from './setting.ts';

/** Airtable takes five requests a second for a base, with ten rows or one file each. */
const REQUESTS_PER_SECOND = 5;
const ROWS_A_REQUEST = 10;

const WANTED = 0.9;

/** A request or two that is not full weighs more where there are few. */
const WANTED_OF_QUICK = 0.75;

/**
 * A month's results in Airtable: net operating income, draws, rent roll, balance sheets and each owner's statement as
 * a file, at real speed, against what Airtable's limit allows; and again, when there is nothing to change.
 */
export async function moneyTables(bench: BenchOptions): Promise<Measurement[]> {
  const properties = bench.quick ? 15 : 120;
  const wanted = bench.quick ? WANTED_OF_QUICK : WANTED;
  const setting = await openSetting(bench, { seeds: [{ properties, transactionsPerLease: 2 }] });
  try {
    const synced = await syncWhole(setting);
    bench.say(`  ${synced.records} records synced`);
    const { connectionId } = onlyConnection(setting);
    const from = addMonths(
      firstDayOfMonth(new Date(setting.time.startedAtMs).toISOString().slice(0, 10)),
      -1,
    );
    const period = { from, to: lastDayOfMonth(from) };
    const first = await setting.server.call('writeMonth', { connectionId, period });
    const again = await setting.server.call('writeMonth', { connectionId, period });
    const rows = Object.values(first.written).reduce((sum, count) => sum + count, 0);
    const needed = Object.values(first.written).reduce(
      (sum, count) => sum + Math.ceil(count / ROWS_A_REQUEST),
      first.uploaded,
    );
    const seconds = first.airtableMs / 1_000;
    const ratio = rounded(needed / REQUESTS_PER_SECOND / seconds, 4);
    const { rateLimited } = first;
    const isWhole = first.problems.length === 0 && rateLimited === 0;
    return [
      {
        name: `A month of ${properties} properties in Airtable: ${rows} rows, ${first.uploaded} statements`,
        wanted: `≥ ${wanted * 100}% of 5 requests a second, no 429`,
        achieved: `${rounded(ratio * 100)}% (${rounded(seconds)} s), ${rateLimited} × 429`,
        isMet: ratio >= wanted && isWhole,
        details: { ...first, needed },
      },
      {
        name: 'The same month again',
        wanted: 'no write',
        achieved: `${again.writes} writes, ${again.requests} requests`,
        isMet: again.writes === 0,
        details: again,
      },
    ];
  } finally {
    await setting.close();
  }
}
