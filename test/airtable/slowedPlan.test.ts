import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { freshDatabase, type FreshDatabase } from '../support/database.ts';
import { simulatedAirtable } from '../support/simulatedAirtable.ts';

const HOUR_MS = 3_600_000;

/** Longer than any pause: a call is repeated until it comes through. */
const PATIENT = { deadlineMs: 24 * HOUR_MS };

let fresh: FreshDatabase;
const opened: { close(): unknown }[] = [];
beforeAll(async () => {
  fresh = await freshDatabase();
});
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});
afterAll(() => fresh.drop());

test('a Team workspace over its calls of the month is asked at the pace that it allows: two penalties to learn it, one an hour to try', async () => {
  const simulated = await simulatedAirtable(fresh.database);
  const { client, clock, control, simulator } = simulated;
  const running = clock.run({ atMostMs: 40_000 });
  opened.push(simulated, { close: () => running.stop() });
  const ask = async (calls: number): Promise<number> => {
    const startMs = clock.nowMs();
    for (let call = 0; call < calls; call += 1)
      expect(await client.webhooks.list(PATIENT)).toMatchObject({ ok: true });
    return clock.nowMs() - startMs;
  };
  const penalties = (): number => simulator.world.calls.byStatus.get(429) ?? 0;
  await control('quota', { monthlyCallLimit: 1, whenExceeded: 'slow' });
  await ask(100);
  expect(penalties()).toBe(2);
  clock.advance(HOUR_MS);
  await ask(20);
  expect(penalties()).toBe(3);

  await control('quota', { monthlyCallLimit: null });
  clock.advance(HOUR_MS);
  expect(await ask(26)).toBeLessThan(26 * 250);
  expect(penalties()).toBe(3);
});
