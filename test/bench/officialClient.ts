import Airtable from 'airtable';
import { setTimeout as delay } from 'node:timers/promises';
import type { Setting } from './setting.ts';

/** A little below five a second: the client would sit out 30 seconds of silence for every call too many. */
const EVERY_MS = 205;

/**
 * What people use today: the official client, one record a request, each after the one before.
 * Paced to the limit by hand, which is kinder than leaving it to the client's own repetition.
 */
export async function recordByRecord(
  setting: Setting,
  records: number,
): Promise<{ records: number; seconds: number; recordsPerSecond: number }> {
  const { url, token, baseId } = await setting.simulators.call('newBase', null);
  const table = new Airtable({ apiKey: token, endpointUrl: url, noRetryIfRateLimited: true }).base(baseId)('Table 1');
  const everyMs = EVERY_MS / setting.time.speed;
  const startedAtMs = performance.now();
  for (let count = 0; count < records; count += 1) {
    const turnMs = startedAtMs + count * everyMs - performance.now();
    if (turnMs > 0) await delay(turnMs);
    await table.create({ Name: `Record ${count}` });
  }
  const seconds = ((performance.now() - startedAtMs) * setting.time.speed) / 1_000;
  return { records, seconds, recordsPerSecond: records / seconds };
}
