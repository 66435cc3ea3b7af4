import Airtable from 'airtable';
import { setTimeout as delay } from 'node:timers/promises';
import type { Setting } from './setting.ts';

/**
 * Our own pace. The client itself knows none: left alone it would be refused after a second, and every refusal
 * costs 30 seconds of silence.
 */
const EVERY_MS = 212;
const SILENCE_MS = 30_000;

type Baseline = { records: number; seconds: number; refused: number };

/**
 * What people use today: the official client, one record a request, each after the one before.
 * @param records at most; fewer when it is over before.
 */
export async function recordByRecord(
  setting: Setting,
  records: number,
  isOver: () => boolean,
): Promise<Baseline & { recordsPerSecond: number }> {
  const done = await oneAtATime(setting, records, (count) => Promise.resolve(`Record ${count}`), isOver);
  return { ...done, recordsPerSecond: Number((done.records / done.seconds).toFixed(2)) };
}

/** The same for events: the transaction is read in Buildium, then its record is created. */
export async function eventByEvent(
  setting: Setting,
  events: number,
): Promise<Baseline & { eventsPerSecond: number }> {
  const { url, clientId, clientSecret } = await setting.buildium.call('account', { index: 0 });
  const ids = (await setting.buildium.call('transactions', { index: 0 })).slice(-events);
  const headers = { 'x-buildium-client-id': clientId, 'x-buildium-client-secret': clientSecret };
  const done = await oneAtATime(setting, ids.length, async (count) => {
    const answer = await fetch(`${url}/v1/generalledger/transactions/${ids[count]}`, { headers });
    if (!answer.ok) throw new Error(`Buildium answered ${answer.status} to the baseline`);
    return JSON.stringify(await answer.json()).slice(0, 1_000);
  });
  return { ...done, eventsPerSecond: Number((done.records / done.seconds).toFixed(2)) };
}

async function oneAtATime(
  setting: Setting,
  records: number,
  nameOf: (count: number) => Promise<string>,
  isOver: () => boolean = () => false,
): Promise<Baseline> {
  const { url, token, baseId } = await setting.airtable.call('addPlainBase', null);
  const client = new Airtable({ apiKey: token, endpointUrl: url, noRetryIfRateLimited: true });
  const table = client.base(baseId)('Table 1');
  const startedAtMs = performance.now();
  let nextAtMs = startedAtMs;
  let [count, refused] = [0, 0];
  while (count < records && !isOver()) {
    const Name = await nameOf(count);
    const turnMs = nextAtMs - performance.now();
    if (turnMs > 0) await delay(turnMs);
    nextAtMs = performance.now() + EVERY_MS;
    try {
      await table.create({ Name });
      count += 1;
    } catch (error) {
      if ((error as { statusCode?: number }).statusCode !== 429) throw error;
      refused += 1;
      await delay(SILENCE_MS);
    }
  }
  const seconds = Number(((performance.now() - startedAtMs) / 1_000).toFixed(1));
  return { records: count, seconds, refused };
}
