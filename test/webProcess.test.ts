import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startEngine, type Engine } from './support/engine.ts';
import { journeyClock, type JourneyClock } from './support/journeyClock.ts';
import { eventually } from './support/journeyEventually.ts';

/** A process with WORKER=web has no worker whose rounds would do it. */
let engine: Engine;
let clock: JourneyClock;
beforeAll(async () => {
  clock = journeyClock(Date.parse('2026-11-16T14:00:00Z'));
  engine = await startEngine({ clock });
}, 60_000);
afterAll(() => engine.close());

test('the calls of a process without a worker count for everybody half a minute later', async () => {
  const written = async (): Promise<number> => {
    const [row] = await engine.database.query<{ calls: number }>(
      `select coalesce(sum(calls), 0)::int as calls from api_calls where connection_id = $1 and kind = 'meta.whoami'`,
      [engine.job.connectionId],
    );
    return row?.calls ?? 0;
  };
  const before = await written();
  expect((await engine.job.airtable.whoami({ priority: 'normal' })).ok).toBe(true);
  clock.advanceMs(30_000);
  await eventually(async () => expect(await written()).toBe(before + 1));
});
