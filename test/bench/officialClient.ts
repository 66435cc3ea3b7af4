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
  const seconds = await oneAtATime(setting, records, (count) => Promise.resolve(`Record ${count}`));
  return { records, seconds, recordsPerSecond: records / seconds };
}

/** The same for events: the transaction is read in Buildium, then its record is created. */
export async function eventByEvent(
  setting: Setting,
  events: number,
): Promise<{ events: number; seconds: number; eventsPerSecond: number }> {
  const { url, clientId, clientSecret } = await setting.simulators.call('account', { index: 0 });
  const ids = (await setting.simulators.call('transactions', { index: 0 })).slice(-events);
  const headers = { 'x-buildium-client-id': clientId, 'x-buildium-client-secret': clientSecret };
  const seconds = await oneAtATime(setting, ids.length, async (count) => {
    const answer = await fetch(`${url}/v1/generalledger/transactions/${ids[count]}`, { headers });
    if (!answer.ok) throw new Error(`Buildium answered ${answer.status} to the baseline`);
    return JSON.stringify(await answer.json()).slice(0, 1_000);
  });
  return { events: ids.length, seconds, eventsPerSecond: ids.length / seconds };
}

/** Seconds are of the services' time. */
async function oneAtATime(
  setting: Setting,
  records: number,
  nameOf: (count: number) => Promise<string>,
): Promise<number> {
  const { url, token, baseId } = await setting.simulators.call('newBase', null);
  const client = new Airtable({ apiKey: token, endpointUrl: url, noRetryIfRateLimited: true });
  const table = client.base(baseId)('Table 1');
  const everyMs = EVERY_MS / setting.time.speed;
  const startedAtMs = performance.now();
  let nextAtMs = startedAtMs;
  for (let count = 0; count < records; count += 1) {
    const Name = await nameOf(count);
    const turnMs = nextAtMs - performance.now();
    if (turnMs > 0) await delay(turnMs);
    nextAtMs = performance.now() + everyMs;
    await table.create({ Name });
  }
  return ((performance.now() - startedAtMs) * setting.time.speed) / 1_000;
}
