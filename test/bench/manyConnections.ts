import { differencesOf, refusedForRate, rowsOf } from './bothSides.ts';
import { rounded, type BenchOptions, type Measurement } from './measurement.ts';
import { openSetting, quiet } from './setting.ts';

const WITHIN_MS = 240_000;

/** Many connections of one server start their first syncs at the same moment, each with an account and a base of its own. */
export async function manyConnections(bench: BenchOptions): Promise<Measurement[]> {
  const connections = bench.quick ? 6 : 50;
  const seeds = Array.from({ length: connections }, (_, index) => ({
    properties: bench.quick ? 1 : 8,
    seed: index + 1,
    transactionsPerLease: 6,
  }));
  const setting = await openSetting(bench, { seeds });
  try {
    const { server } = setting;
    await server.call('forgetMemory', null);
    const startedAtMs = Date.now();
    await Promise.all(
      setting.connections.map(({ connectionId }) => server.call('startFirstSync', { connectionId })),
    );
    const runs = await Promise.all(
      setting.connections.map(({ connectionId }) =>
        server.call('runFinished', { connectionId, withinMs: WITHIN_MS, everyMs: 500 }),
      ),
    );
    const seconds = (Date.now() - startedAtMs) / 1_000;
    // What a refused request left behind is looked at a little later.
    await quiet(setting, 0);
    const finished = runs.filter(({ finishedAtMs }) => finishedAtMs !== null).length;
    const differences: string[] = [];
    let records = 0;
    for (const connection of setting.connections) {
      records += await rowsOf(setting, connection);
      differences.push(...(await differencesOf(setting, connection)));
    }
    const rateLimited = await refusedForRate(setting);
    const megabytes = rounded((await server.call('largestRssBytes', null)) / 1e6, 0);
    return [
      {
        name: `${connections} first syncs at once`,
        wanted: 'all pass, both sides equal',
        achieved: `${finished} passed in ${rounded(seconds, 0)} s, ${differences.length} differences, ${rateLimited} × 429`,
        isMet: finished === connections && differences.length === 0,
        details: {
          ...{ records, recordsASecond: rounded(records / seconds), megabytes },
          problems: runs.flatMap(({ problem }) => problem ?? []),
          differences: differences.slice(0, 20),
        },
      },
    ];
  } finally {
    await setting.close();
  }
}
