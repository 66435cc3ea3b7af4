import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addDays, type Period } from '../../shared/dates.ts';
import type { LedgerEntry } from '../../server/accounting/ledger.ts';
import {
  combine,
  drillDown,
  managedPart,
  netOperatingIncome,
  noiEffectCents,
} from '../../server/accounting/noi.ts';
import { account, ACCOUNTS, CHART, chartWith, entry } from './chart.ts';
import { classifyChart } from '../../server/accounting/classify.ts';

const AUGUST: Period = { from: '2026-08-01', to: '2026-08-31' };

const days = fc.integer({ min: 0, max: 60 }).map((offset) => addDays('2026-07-15', offset));
const entries: fc.Arbitrary<LedgerEntry[]> = fc.array(
  fc.record({
    propertyId: fc.integer({ min: 1, max: 4 }),
    glAccountId: fc.constantFrom(...ACCOUNTS.map(({ glAccountId }) => glAccountId)),
    day: days,
    transactionId: fc.integer({ min: 1, max: 40 }),
    amountCents: fc.integer({ min: -5_000_000, max: 5_000_000 }),
  }),
  { maxLength: 60 },
);
const noi = (of: readonly LedgerEntry[], period: Period = AUGUST): number =>
  netOperatingIncome(of, period, CHART).noiCents;

describe('for whatever the books hold', () => {
  test('net operating income is additive over properties', () => {
    fc.assert(
      fc.property(entries, (all) => {
        const each = [1, 2, 3, 4].map((id) =>
          netOperatingIncome(
            all.filter(({ propertyId }) => propertyId === id),
            AUGUST,
            CHART,
          ),
        );
        expect(combine(each)).toEqual(netOperatingIncome(all, AUGUST, CHART));
      }),
    );
  });

  test('and over adjoining periods', () => {
    fc.assert(
      fc.property(entries, days, (all, cut) => {
        const whole = { from: '2026-07-15', to: '2026-09-14' };
        const first = { from: whole.from, to: cut };
        const second = { from: addDays(cut, 1), to: whole.to };
        expect(noi(all, first) + noi(all, second)).toBe(noi(all, whole));
      }),
    );
  });

  test('moving an entry to a non-operating account changes it by exactly what the entry did', () => {
    fc.assert(
      fc.property(entries, entries, fc.constantFrom(3, 8, 101, 104, 107), (before, after, from) => {
        const moved = entry(from, 12_345, '2026-08-15');
        // Interest income and depreciation: the same sides of the books, below the line.
        const target = CHART.get(from)?.type === 'Income' ? 114 : 106;
        const then = noi([...before, { ...moved, glAccountId: target }, ...after]);
        expect(noi([...before, moved, ...after]) - then).toBe(noiEffectCents(moved, CHART));
      }),
    );
  });

  test('the entries behind the figure add up to it, and those behind an account to its line', () => {
    fc.assert(
      fc.property(entries, (all) => {
        const statement = netOperatingIncome(all, AUGUST, CHART);
        const behind = drillDown(all, AUGUST, CHART);
        expect(behind.reduce((sum, one) => sum + noiEffectCents(one, CHART), 0)).toBe(statement.noiCents);
        for (const { glAccountId, amountCents } of statement.lines) {
          const ofAccount = drillDown(all, AUGUST, CHART, { glAccountId });
          expect(ofAccount.reduce((sum, one) => sum + one.amountCents, 0)).toBe(amountCents);
        }
      }),
    );
  });

  test('the order of the entries does not matter', () => {
    fc.assert(
      fc.property(entries, (all) => {
        expect(netOperatingIncome([...all].reverse(), AUGUST, CHART)).toEqual(
          netOperatingIncome(all, AUGUST, CHART),
        );
      }),
    );
  });
});

describe('signs', () => {
  test('contra income is negative already and is never flipped', () => {
    expect(noi([entry(3, 100_000), entry(107, -7_500), entry(108, -2_500)])).toBe(90_000);
  });

  test('a loss is negative', () => {
    expect(noi([entry(3, 10_000), entry(101, 25_000)])).toBe(-15_000);
  });

  test('a refunded expense raises it', () => {
    expect(noi([entry(101, 25_000), entry(101, -5_000)])).toBe(-20_000);
  });

  test('bad debt that a company keeps as an expense lowers income all the same', () => {
    const odd = account(900, 'Bad debt', 'Expense', 'OperatingExpenses');
    const chart = classifyChart(
      [...ACCOUNTS, odd],
      new Map([[900, { noiClass: 'operatingIncome', confirmedBy: 'Priya' }]]),
    );
    const statement = netOperatingIncome([entry(3, 100_000), entry(900, 4_000)], AUGUST, chart);
    expect(statement).toMatchObject({ incomeCents: 96_000, expenseCents: 0, noiCents: 96_000 });
  });
});

test('what is below the line is shown and not counted', () => {
  const statement = netOperatingIncome(
    [entry(3, 100_000), entry(105, 30_000), entry(110, 50_000), entry(11, -20_000), entry(5, 90_000)],
    AUGUST,
    CHART,
  );
  expect(statement.noiCents).toBe(100_000);
  expect(statement.lines.map((line) => [line.glAccountId, line.isCounted])).toEqual([
    [3, true],
    [5, false],
    [11, false],
    [105, false],
    [110, false],
  ]);
});

test('a person’s class decides over the proposed one', () => {
  const chart = chartWith(new Map([[105, { noiClass: 'operatingExpense', confirmedBy: 'Priya' }]]));
  expect(netOperatingIncome([entry(105, 30_000)], AUGUST, chart).noiCents).toBe(-30_000);
});

test('an account without a class stops the statement: leaving it out would be a wrong figure', () => {
  expect(() => noi([entry(999, 1)])).toThrow('GL account 999');
});

describe('a property managed for part of the period', () => {
  const ninth = { from: '2026-08-09', to: null };
  test.each([
    ['all of it', { from: null, to: null }, AUGUST],
    ['from the ninth', ninth, { from: '2026-08-09', to: '2026-08-31' }],
    ['to the twentieth', { from: null, to: '2026-08-20' }, { from: '2026-08-01', to: '2026-08-20' }],
    ['one day', { from: '2026-08-31', to: '2026-08-31' }, { from: '2026-08-31', to: '2026-08-31' }],
    ['not at all', { from: '2026-09-01', to: null }, null],
    ['no longer', { from: null, to: '2026-07-31' }, null],
  ])('%s', (_what, managed, part) => {
    expect(managedPart(AUGUST, managed)).toEqual(part);
  });

  test('counts only the entries dated inside, and prorates nothing', () => {
    const part = managedPart(AUGUST, ninth);
    expect(part && noi([entry(3, 310_000, '2026-08-01'), entry(3, 5_000, '2026-08-09')], part)).toBe(5_000);
  });
});
