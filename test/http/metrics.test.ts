import { expect, test } from '@jest/globals';
import { createMetrics } from '../../server/http/metrics.ts';
import { watchFigures } from '../../server/jobs/watch/watchedFigures.ts';
import { freshDatabase } from '../support/database.ts';
import { manualClock } from '../support/manualClock.ts';

const linesOf = async (metrics: ReturnType<typeof createMetrics>): Promise<string[]> =>
  (await metrics.text()).body.split('\n');

test('calls out are counted by the class of their answer, 429 by itself', async () => {
  const metrics = createMetrics();
  for (const status of [200, 201, 404, 429, 503, null])
    metrics.callOut({ side: 'airtable', kind: 'records.update', status });
  const lines = await linesOf(metrics);
  for (const [status, count] of [
    ['2xx', 2],
    ['4xx', 1],
    ['429', 1],
    ['5xx', 1],
    ['none', 1],
  ] as const)
    expect(lines).toContain(
      `calls_out_total{side="airtable",kind="records.update",status="${status}"} ${count}`,
    );
});

test('delays are observed in seconds by resource', async () => {
  const metrics = createMetrics();
  metrics.delay('leases', 1_500);
  expect(await linesOf(metrics)).toContain('sync_delay_seconds_sum{resource="leases"} 1.5');
});

test('a figure that cannot be looked up is left out, and the others are still shown', async () => {
  const metrics = createMetrics();
  metrics.watch('dirty', () => Promise.reject(new Error('away')));
  metrics.watch('spoolBytes', () => 42);
  const lines = await linesOf(metrics);
  expect(lines).toContain('webhook_spool_bytes 42');
  expect(lines.filter((line) => line.startsWith('dirty_entities'))).toEqual([]);
});

test('however many read the figures at once or soon after, the database is asked for each of them once', async () => {
  const fresh = await freshDatabase();
  const clock = manualClock();
  let queries = 0;
  const database = {
    ...fresh.database,
    query: <Row extends object>(...given: Parameters<typeof fresh.database.query>) => {
      queries += 1;
      return fresh.database.query<Row>(...given);
    },
  };
  const metrics = createMetrics();
  watchFigures(metrics, { database, clock });
  await Promise.all(Array.from({ length: 10 }, () => metrics.text()));
  const once = queries;
  expect(once).toBeLessThanOrEqual(8);
  expect(await linesOf(metrics)).toContain('open_conflicts 0');
  expect(queries).toBe(once);
  clock.advance(5_000);
  await metrics.text();
  expect(queries).toBe(2 * once);
  await fresh.drop();
});
