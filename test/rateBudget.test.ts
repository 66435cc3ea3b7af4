import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { openDatabase, type Database } from '../server/db/database.ts';
import { budgetUse, createRateBudget, type Priority, type RateBudget } from '../server/rateBudget.ts';
import { freshDatabase, type FreshDatabase } from './support/database.ts';
import { startDatabaseProxy } from './support/databaseProxy.ts';
import { manualClock, type ManualClock } from './support/manualClock.ts';

let fresh: FreshDatabase;
const opened: { close(): unknown }[] = [];
const logged: string[] = [];
const log = {
  warn: (_fields: object, message: string) => void logged.push(message),
  info: (_fields: object, message: string) => void logged.push(message),
};

beforeAll(async () => {
  fresh = await freshDatabase();
});
afterEach(async () => {
  logged.length = 0;
  for (const one of opened.splice(0)) await one.close();
});
afterAll(() => fresh.drop());

let keys = 0;
const newKey = (): string => `test:${(keys += 1)}`;

function budgetOn(clock: ManualClock, database: Database = fresh.database): RateBudget {
  const budget = createRateBudget({ database, clock, log });
  opened.push(budget);
  return budget;
}

/** When each of the calls went, in milliseconds since the first, all asked for at once. */
async function timesOf(budgets: RateBudget[], clock: ManualClock, key: string, calls: number, perSecond = 5) {
  const running = clock.run();
  const times = await Promise.all(
    Array.from({ length: calls }, async (_, index) => {
      const leave = await budgets[index % budgets.length]?.acquire([budgetUse(key, perSecond)], 'normal');
      const at = clock.nowMs();
      leave?.();
      return at;
    }),
  );
  running.stop();
  times.sort((left, right) => left - right);
  return times.map((time) => Math.round(time - (times[0] ?? 0)));
}

/** The most calls in any window of that length, both ends included. */
function mostWithin(times: readonly number[], windowMs: number): number {
  return Math.max(
    ...times.map((from) => times.filter((time) => time >= from && time <= from + windowMs).length),
  );
}

describe('the pace', () => {
  test('two calls may leave together after a quiet moment, and six never fit in a second and its jitter', async () => {
    const clock = manualClock();
    const times = await timesOf([budgetOn(clock)], clock, newKey(), 11);
    expect(times).toEqual([0, 0, 424, 424, 848, 1060, 1272, 1484, 1696, 1908, 2120]);
    expect(mostWithin(times, 1_059)).toBe(5);
  });

  test('a long queue uses 94% of the limit', async () => {
    const clock = manualClock();
    const times = await timesOf([budgetOn(clock)], clock, newKey(), 101);
    expect(times.at(-1)).toBe(100 * 212);
  });

  test('a rate that keeps clear of the limit by itself needs no margin', () => {
    expect(budgetUse('k', 8, { jitterMs: 0 })).toEqual({ key: 'k', intervalMs: 125, spans: [2, 8] });
  });

  test('less than one call a second is possible', async () => {
    const clock = manualClock();
    expect(await timesOf([budgetOn(clock)], clock, newKey(), 3, 0.5)).toEqual([0, 2120, 4240]);
  });

  test('two processes on one database keep one limit together', async () => {
    const clock = manualClock();
    const other = openDatabase(fresh.url);
    opened.push(other);
    const key = newKey();
    const times = await timesOf([budgetOn(clock), budgetOn(clock, other)], clock, key, 60);
    // A slot is used at most 30 ms late, so the six calls of 1,060 ms stay apart by 1,030.
    expect(mostWithin(times, 1_029)).toBeLessThanOrEqual(5);
    expect(times.length).toBe(60);
  });

  test('a slot that a stalled process missed is given back: the next one is due at once', async () => {
    const clock = manualClock();
    const budget = budgetOn(clock);
    const use = budgetUse(newKey(), 5);
    const startMs = clock.nowMs();
    const times: number[] = [];
    const calls = Array.from({ length: 6 }, async () => {
      (await budget.acquire([use], 'normal'))();
      times.push(clock.nowMs() - startMs);
    });
    await untilTrue(() => times.length === 2 && clock.sleeping().length === 1);
    clock.advance(424 + 100);
    const running = clock.run();
    await Promise.all(calls);
    running.stop();
    expect(times).toEqual([0, 0, 524, 524, 948, 1060]);
  });

  test('other keys have their own pace', async () => {
    const clock = manualClock();
    const budget = budgetOn(clock);
    await timesOf([budget], clock, newKey(), 6);
    expect(await timesOf([budget], clock, newKey(), 2)).toEqual([0, 0]);
  });

  test('a call against two budgets waits for the slower one and counts against both', async () => {
    const clock = manualClock();
    const budget = budgetOn(clock);
    const [base, token] = [budgetUse(newKey(), 1), budgetUse(newKey(), 50)];
    const running = clock.run();
    const startMs = clock.nowMs();
    for (let call = 0; call < 3; call += 1) (await budget.acquire([base, token], 'normal'))();
    running.stop();
    expect(clock.nowMs() - startMs).toBe(2 * 1060);
    const [row] = await fresh.database.query<{ n: number }>(
      'select cardinality(recent) as n from rate_budgets where budget_key = $1',
      [token.key],
    );
    expect(row?.n).toBe(3);
  });

  test('a slot that a machine with a wrong clock reserved far ahead is not waited for', async () => {
    const clock = manualClock();
    const key = newKey();
    await fresh.database.execute('insert into rate_budgets (budget_key, recent) values ($1, $2)', [
      key,
      [new Date(clock.nowMs() + 3_600_000).toISOString()],
    ]);
    const startMs = clock.nowMs();
    (await budgetOn(clock).acquire([budgetUse(key, 5)], 'normal'))();
    expect(clock.nowMs()).toBe(startMs);
  });
});

describe('who goes first', () => {
  async function orderOf(asked: readonly Priority[]): Promise<Priority[]> {
    const clock = manualClock();
    const budget = budgetOn(clock);
    const use = budgetUse(newKey(), 5);
    const order: Priority[] = [];
    const calls = asked.map(async (priority) => {
      const leave = await budget.acquire([use], priority);
      order.push(priority);
      leave();
    });
    const running = clock.run();
    await Promise.all(calls);
    running.stop();
    return order;
  }

  test('a person, then money, then the rest, then sweeps, however they queued', async () => {
    expect(await orderOf(['sweep', 'normal', 'money', 'person', 'sweep', 'person'])).toEqual([
      'person',
      'person',
      'money',
      'normal',
      'sweep',
      'sweep',
    ]);
  });

  test('a person takes the slot that was reserved while only sweeps were waiting', async () => {
    const clock = manualClock();
    const budget = budgetOn(clock);
    const use = budgetUse(newKey(), 5);
    const order: string[] = [];
    const call = async (name: string, priority: Priority): Promise<void> => {
      const leave = await budget.acquire([use], priority);
      order.push(name);
      leave();
    };
    const sweeps = Array.from({ length: 4 }, (_, index) => call(`sweep ${index}`, 'sweep'));
    await untilTrue(() => order.length === 2 && clock.sleeping().length === 1);
    const person = call('person', 'person');
    const running = clock.run();
    await Promise.all([...sweeps, person]);
    running.stop();
    expect(order).toEqual(['sweep 0', 'sweep 1', 'person', 'sweep 2', 'sweep 3']);
  });

  test('who gives up leaves the line, and the others go on', async () => {
    const clock = manualClock();
    const budget = budgetOn(clock);
    const use = budgetUse(newKey(), 5);
    const hasty = new AbortController();
    const given = expect(budget.acquire([use], 'person', hasty.signal)).rejects.toThrow('given up');
    const patient = budget.acquire([use], 'normal');
    hasty.abort();
    await given;
    (await patient)();
    expect(budget.waiting()).toEqual([]);
  });
});

describe('calls under way', () => {
  test('no more than allowed are under way at once, and one that ends lets the next go', async () => {
    const clock = manualClock();
    const budget = budgetOn(clock);
    const use = budgetUse(newKey(), 1_000, { maxInFlight: 2 });
    const running = clock.run();
    const first = await budget.acquire([use], 'normal');
    await budget.acquire([use], 'normal');
    let isThirdGone = false;
    const third = budget.acquire([use], 'normal').then(() => (isThirdGone = true));
    await untilTrue(() => budget.waiting()[0]?.waiting.normal === 1);
    expect(isThirdGone).toBe(false);
    first();
    first();
    await third;
    const fourth = new AbortController();
    const refused = expect(budget.acquire([use], 'normal', fourth.signal)).rejects.toThrow('given up');
    fourth.abort();
    await refused;
    running.stop();
  });
});

describe('a blocked budget', () => {
  test('lets nobody go before the end, in any process', async () => {
    const clock = manualClock();
    const key = newKey();
    const startMs = clock.nowMs();
    const other = openDatabase(fresh.url);
    opened.push(other);
    await budgetOn(clock).block(key, startMs + 30_000, 'rateLimited');
    const times = [];
    const running = clock.run();
    for (const budget of [budgetOn(clock, other), budgetOn(clock)]) {
      (await budget.acquire([budgetUse(key, 5)], 'person'))();
      times.push(clock.nowMs() - startMs);
    }
    running.stop();
    expect(times).toEqual([30_000, 30_000]);
  });

  test('that is stopped again soon after goes slower for an hour, in any process; stops of one moment are one', async () => {
    const clock = manualClock();
    const other = openDatabase(fresh.url);
    opened.push(other);
    const use = budgetUse(newKey(), 5, { slowedPerSecond: 2 });
    const [budget, elsewhere] = [budgetOn(clock), budgetOn(clock, other)];
    const stop = () => budget.block(use.key, clock.nowMs() + 30_000, 'rateLimited', true);
    const running = clock.run();
    const took = async (): Promise<number> => {
      (await budget.acquire([use], 'normal'))();
      const startMs = clock.nowMs();
      for (let call = 0; call < 6; call += 1) (await elsewhere.acquire([use], 'normal'))();
      return clock.nowMs() - startMs;
    };
    await took();
    await stop();
    await stop();
    expect(await took()).toBe(1_272);
    await stop();
    expect(await took()).toBe(3 * 1_060);
    clock.advance(3_600_000);
    expect(await took()).toBe(1_272);
    running.stop();
  });

  test('holds back a call whose slot was reserved before the block', async () => {
    const clock = manualClock();
    const budget = budgetOn(clock);
    const use = budgetUse(newKey(), 5);
    const startMs = clock.nowMs();
    for (let call = 0; call < 2; call += 1) (await budget.acquire([use], 'normal'))();
    const third = budget.acquire([use], 'normal');
    await untilTrue(() => clock.sleeping().length === 1);
    await budget.block(use.key, startMs + 30_000, 'rateLimited');
    const running = clock.run();
    (await third)();
    running.stop();
    expect(clock.nowMs() - startMs).toBe(30_000);
  });

  test('is told with its end and reason to every process, until it is over', async () => {
    const clock = manualClock();
    const key = newKey();
    const untilMs = clock.nowMs() + 3_600_000;
    const [one, two] = [budgetOn(clock), budgetOn(clock)];
    expect(await two.blocked(key)).toBeNull();
    await one.block(key, untilMs, 'quotaExhausted');
    clock.advance(5_000);
    expect(await one.blocked(key)).toEqual({ untilMs, reason: 'quotaExhausted' });
    expect(await two.blocked(key)).toEqual({ untilMs, reason: 'quotaExhausted' });
    clock.advance(3_600_000);
    expect(await one.blocked(key)).toBeNull();
    expect(await two.blocked(key)).toBeNull();
  });

  test('is never shortened by a later and shorter block', async () => {
    const clock = manualClock();
    const key = newKey();
    const untilMs = clock.nowMs() + 30_000;
    await budgetOn(clock).block(key, untilMs, 'rateLimited');
    await budgetOn(clock).block(key, untilMs - 10_000, 'other');
    expect(await budgetOn(clock).blocked(key)).toEqual({ untilMs, reason: 'rateLimited' });
  });
});

describe('Postgres goes away', () => {
  test('calls go on at half the rate, keep known blocks, say so once, and share again afterwards', async () => {
    const clock = manualClock();
    const proxy = await startDatabaseProxy(fresh.url);
    opened.push(proxy);
    const database = openDatabase(proxy.url);
    opened.push(database);
    const budget = budgetOn(clock, database);
    const key = newKey();
    (await budget.acquire([budgetUse(key, 5)], 'normal'))();
    clock.advance(10_000);

    await proxy.cut();
    const times = await timesOf([budget], clock, key, 11);
    expect(times).toEqual([0, 0, 424, 424, 848, 1060, 1272, 1484, 1696, 1908, 2120].map((time) => time * 2));
    const blockedUntilMs = clock.nowMs() + 4_000;
    await budget.block(key, blockedUntilMs, 'rateLimited');
    const running = clock.run();
    (await budget.acquire([budgetUse(key, 5)], 'normal'))();
    running.stop();
    expect(clock.nowMs()).toBe(blockedUntilMs);
    expect(logged.filter((line) => line.includes('half the rate'))).toHaveLength(1);

    await proxy.mend();
    clock.advance(60_000);
    const shared = await timesOf([budget], clock, key, 6);
    expect(shared.at(-1)).toBe(1060);
    expect(logged.at(-1)).toContain('shared through Postgres again');
  });

  test('an error that is not about reaching it is not hidden', async () => {
    const clock = manualClock();
    await fresh.database.execute('alter table rate_budgets rename to elsewhere');
    try {
      const refused = budgetOn(clock).acquire([budgetUse(newKey(), 5)], 'normal');
      await expect(refused).rejects.toThrow('rate_budgets');
    } finally {
      await fresh.database.execute('alter table elsewhere rename to rate_budgets');
    }
  });
});

test('a closed budget rejects everyone who waits and who comes', async () => {
  const clock = manualClock();
  const budget = budgetOn(clock);
  const use = budgetUse(newKey(), 5);
  for (let call = 0; call < 2; call += 1) (await budget.acquire([use], 'normal'))();
  const waiting = expect(budget.acquire([use], 'normal')).rejects.toThrow('stopping');
  await untilTrue(() => clock.sleeping().length === 1);
  budget.close();
  await waiting;
  await expect(budget.acquire([use], 'normal')).rejects.toThrow('stopping');
  expect(clock.sleeping()).toEqual([]);
});

async function untilTrue(fact: () => boolean): Promise<void> {
  while (!fact()) await new Promise((resolve) => setImmediate(resolve));
}
