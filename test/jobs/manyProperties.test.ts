import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { addMonths, firstDayOfMonth } from '../../shared/dates.ts';
import { todayIn } from '../../server/jobs/calendar.ts';
import { startMoney, type Money } from '../support/money.ts';

const PROPERTIES = 500;

let money: Money;
beforeAll(async () => {
  money = await startMoney({ seed: { properties: PROPERTIES, seed: 11, transactionsPerLease: 6 } });
}, 60_000);
afterAll(() => money.close());

test(`${PROPERTIES} properties tie out to 0.00 on both bases, every account of every one`, async () => {
  const job = await money.job();
  const month = addMonths(firstDayOfMonth(todayIn(job)), -1).slice(0, 7);
  for (const basis of ['cash', 'accrual'] as const) {
    const { calculationId, state, totals, findings } = await money.calculate({ month, basis });
    expect([state, totals?.properties, totals?.heldProperties]).toEqual(['finished', PROPERTIES, 0]);
    expect(findings.filter(({ severity }) => severity === 'block')).toEqual([]);
    const tieOut = await money.ask('readTieOut', { params: { calculationId } });
    expect(tieOut).toMatchObject({ isTied: true, differenceCents: 0, differences: [] });
    expect(tieOut.compared).toBeGreaterThan(PROPERTIES);
    expect(totals?.noiCents).not.toBe(0);
  }
}, 120_000);
