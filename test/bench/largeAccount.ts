import { differencesOf, refusedForRate, rowsOf } from './bothSides.ts';
import { rounded, type BenchOptions, type Measurement } from './measurement.ts';
import { onlyConnection, openSetting, quiet } from './setting.ts';

const MOST_MEGABYTES = 300;
const SPEED = 10;

/** At this speed a delay counts ten times as much for the limits: one of the five requests a second is left as margin. */
const REQUESTS_PER_SECOND = 4;
const WITHIN_MS = 600_000;

/** Four months of a large account's books: about 50,000 records. */
const ACCOUNT = { properties: 1_000, transactionsAMonth: 10_000, months: 4 };
const SMALL_ACCOUNT = { properties: 20, transactionsAMonth: 300, months: 3 };

/** What the server's process holds in memory at most while a large account is synced for the first time. */
export async function largeAccount(bench: BenchOptions): Promise<Measurement[]> {
  const { properties, transactionsAMonth, months } = bench.quick ? SMALL_ACCOUNT : ACCOUNT;
  const setting = await openSetting(bench, {
    seeds: [{ properties, transactionsPerLease: months * 2 }],
    transactionsAMonth,
    speed: SPEED,
    airtableRequestsPerSecond: REQUESTS_PER_SECOND,
  });
  try {
    const connection = onlyConnection(setting);
    const { connectionId } = connection;
    await setting.server.call('forgetMemory', null);
    const { startedAtMs } = await setting.server.call('startFirstSync', { connectionId });
    const { finishedAtMs, problem } = await setting.server.call('runFinished', {
      connectionId,
      withinMs: WITHIN_MS,
      everyMs: 100,
    });
    // What a refused request left behind is looked at a little later.
    await quiet(setting, 0);
    const megabytes = rounded((await setting.server.call('largestRssBytes', null)) / 1e6, 0);
    const seconds = ((finishedAtMs ?? Date.now()) - startedAtMs) / 1_000;
    const records = await rowsOf(setting, connection);
    const differences = await differencesOf(setting, connection);
    const rateLimited = await refusedForRate(setting);
    const isWhole = finishedAtMs !== null && differences.length === 0;
    return [
      {
        name: `${properties.toLocaleString('en')} properties, ${transactionsAMonth.toLocaleString('en')} transactions a month`,
        wanted: 'first sync passes, both sides equal',
        achieved: `${records.toLocaleString('en')} records in ${rounded(seconds, 0)} s at ${SPEED} times the speed, ${differences.length} differences`,
        isMet: isWhole,
        details: {
          ...{ records, seconds: rounded(seconds), months, rateLimited, problem, differences },
          recordsASecondOfOurTime: rounded(records / seconds, 0),
        },
      },
      {
        name: `Server memory during that first sync`,
        wanted: `< ${MOST_MEGABYTES} MB`,
        achieved: `${megabytes} MB at most`,
        isMet: megabytes < MOST_MEGABYTES && isWhole,
        details: { what: 'resident memory of the server process, seen every 100 ms', records },
      },
    ];
  } finally {
    await setting.close();
  }
}
