import { expect, test } from '@jest/globals';
import { createMetrics } from '../../server/http/metrics.ts';

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
