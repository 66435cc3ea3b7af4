import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { addMonths, firstDayOfMonth } from '../../shared/dates.ts';
import type { Database } from '../../server/db/database.ts';
import { advanceCalculations } from '../../server/jobs/money/calculations.ts';
import { todayIn } from '../../server/jobs/calendar.ts';
import type { Job } from '../../server/jobs/job.ts';
import { startMoney, type Money } from '../support/money.ts';

let money: Money;
let job: Job;
let month: string;

beforeAll(async () => {
  money = await startMoney();
  job = await money.job();
  month = addMonths(firstDayOfMonth(todayIn(job)), -1).slice(0, 7);
});
afterAll(() => money.close());

class Killed extends Error {}

/** The process goes at its n-th step: before or after it, and nothing of it runs any more. */
function dying(at: number, moment: 'before' | 'after'): { job: Job; steps(): number } {
  let steps = 0;
  let isDead = false;
  const step = async <T>(work: () => Promise<T>): Promise<T> => {
    if (isDead) throw new Killed();
    steps += 1;
    const isLast = steps === at;
    if (isLast && moment === 'before') isDead = true;
    if (isDead) throw new Killed();
    const done = await work();
    if (!isLast) return done;
    isDead = true;
    throw new Killed();
  };
  const { buildium, database } = job;
  const killable: Database = {
    ...database,
    query: (sql, params) => step(() => database.query(sql, params)),
    execute: (sql, params) => step(() => database.execute(sql, params)),
    // Killed inside, a transaction is rolled back by the database itself.
    transaction: (work) => step(() => database.transaction(work)),
  };
  return {
    job: {
      ...job,
      owner: `process ${at} ${moment}`,
      database: killable,
      buildium: {
        ...buildium,
        get: (...call) => step(() => buildium.get(...call)),
        list: (...call) => step(() => buildium.list(...call)),
      },
    },
    steps: () => steps,
  };
}

test('a process killed at any step leaves one result, which the next one brings to its end', async () => {
  const steps = await stepsOfOne();
  expect(steps).toBeGreaterThan(20);
  // The steps around the keeping are all tried; of the many readings before them, some.
  const tried = [...Array(steps).keys()].map((at) => at + 1).filter((at) => at % 12 === 1 || at > steps - 6);
  for (const [index, at] of tried.entries()) {
    const moment = index % 2 === 0 ? 'before' : 'after';
    // Something new in the books, so that this run is another one than the last.
    await charged(at);
    const before = await versions();
    const asked = await money.ask('calculateNoi', { body: { month, basis: 'accrual' } });
    // Killed after its very last step it has done all there was to do, and nobody is told.
    await advanceCalculations(dying(at, moment).job).catch((error: unknown) => {
      if (!(error instanceof Killed)) throw error;
    });
    const later = { ...job, clock: { ...job.clock, nowMs: () => job.clock.nowMs() + 10 * 60_000 } };
    await advanceCalculations(later);
    const done = await money.ask('readCalculation', { params: asked });
    expect([moment, at, done.state, await versions()]).toEqual([moment, at, 'finished', before + 1]);
  }
}, 60_000);

async function stepsOfOne(): Promise<number> {
  const whole = dying(Infinity, 'before');
  await money.ask('calculateNoi', { body: { month, basis: 'accrual' } });
  await advanceCalculations(whole.job);
  return whole.steps();
}

async function versions(): Promise<number> {
  const [row] = await money.database.query<{ runs: number }>(
    `select count(*)::int as runs from calculation_runs where basis = 'accrual'`,
  );
  return row?.runs ?? 0;
}

async function charged(amount: number): Promise<void> {
  const [leaseId = 0] = [...money.network.buildium.world.records.leases.keys()];
  await money.inBuildium('postCharge', { leaseId, amount, date: `${month}-15` });
}
