import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  yearEndAccounts,
  splitAtFiscalYears,
  tieOut,
  type AccountAmounts,
  type TieOutPart,
} from '../../server/accounting/tieOut.ts';
import { account, ACCOUNTS } from './chart.ts';

const RENT = 3;
const DEPOSITS = 5;
const RETAINED = 9;
const RESETS = yearEndAccounts([
  ...ACCOUNTS,
  account(RETAINED, 'Retained Earnings', 'Equity', 'Equity', 'Retained Earnings'),
]);

const amount = (glAccountId: number, amountCents: number, propertyId = 1): AccountAmounts => ({
  propertyId,
  glAccountId,
  amountCents,
});
const part = (given: Partial<TieOutPart>): TieOutPart => ({
  period: { from: '2026-08-01', to: '2026-08-31' },
  startsFiscalYear: false,
  opening: [],
  closing: [],
  generalLedger: [],
  stored: [],
  ...given,
});

describe('a stretch ties out', () => {
  test('when balances, general ledger and stored entries all say the same', () => {
    const tied = part({
      opening: [amount(RENT, 70_000)],
      closing: [amount(RENT, 100_000)],
      generalLedger: [amount(RENT, 30_000)],
      stored: [amount(RENT, 10_000), amount(RENT, 20_000)],
    });
    expect(tieOut([tied], RESETS)).toEqual({ isTied: true, compared: 1, differences: [] });
  });

  test.each([
    ['an entry is missing from the store', { stored: [amount(RENT, 29_999)] }, -1],
    ['an entry was deleted in Buildium', { closing: [amount(RENT, 70_000)], generalLedger: [] }, 30_000],
    ['the balances moved', { closing: [amount(RENT, 100_001)] }, -1],
    ['only the general ledger stands apart', { generalLedger: [amount(RENT, 1)] }, 0],
    ['another property has it', { stored: [amount(RENT, 30_000, 2)] }, -30_000],
  ])('not when %s: the difference is shown to the cent', (_what, change, differenceCents) => {
    const apart = part({
      opening: [amount(RENT, 70_000)],
      closing: [amount(RENT, 100_000)],
      generalLedger: [amount(RENT, 30_000)],
      stored: [amount(RENT, 30_000)],
      ...change,
    });
    const { isTied, differences } = tieOut([apart], RESETS);
    expect(isTied).toBe(false);
    expect(differences[0]).toMatchObject({ propertyId: 1, glAccountId: RENT, differenceCents });
  });

  test('for whatever was posted, and for nothing else', () => {
    const amounts = fc.array(
      fc.record({
        propertyId: fc.integer({ min: 1, max: 3 }),
        glAccountId: fc.constantFrom(RENT, DEPOSITS, 101),
        amountCents: fc.integer({ min: -1_000_000, max: 1_000_000 }),
      }),
    );
    fc.assert(
      fc.property(amounts, amounts, fc.integer({ min: 1, max: 100 }), (before, moved, stray) => {
        const books = { opening: before, closing: [...before, ...moved], generalLedger: moved };
        expect(tieOut([part({ ...books, stored: moved })], RESETS).isTied).toBe(true);
        const stored = [...moved, amount(RENT, stray)];
        expect(tieOut([part({ ...books, stored })], RESETS).differences).toMatchObject([
          { glAccountId: RENT, differenceCents: stray },
        ]);
      }),
    );
  });
});

describe('the start of a fiscal year', () => {
  const year = {
    period: { from: '2026-01-01', to: '2026-01-31' },
    startsFiscalYear: true,
    opening: [amount(RENT, 900_000), amount(101, 200_000), amount(DEPOSITS, 50_000)],
    generalLedger: [amount(RENT, 80_000), amount(101, 10_000), amount(DEPOSITS, 5_000)],
    stored: [amount(RENT, 80_000), amount(101, 10_000), amount(DEPOSITS, 5_000)],
  };
  const closed = [amount(RENT, 80_000), amount(101, 10_000), amount(DEPOSITS, 55_000)];
  const carried = [amount(RENT, 980_000), amount(101, 210_000), amount(DEPOSITS, 55_000)];

  test.each([
    ['begins income and expense at zero', closed],
    ['carries them on', carried],
  ])('ties out where Buildium %s', (_what, closing) => {
    expect(tieOut([part({ ...year, closing })], RESETS).isTied).toBe(true);
  });

  // What was earned until the year's end: 900,000 less 200,000, beside 1,000,000 of the years before.
  const intoEquity = {
    opening: [...year.opening, amount(RETAINED, 1_000_000), amount(RENT, 40_000, 2)],
    closing: [...closed, amount(RETAINED, 1_700_000), amount(RETAINED, 40_000, 2)],
  };

  test('ties out where Buildium closes them into Retained Earnings, property by property', () => {
    expect(tieOut([part({ ...year, ...intoEquity })], RESETS)).toMatchObject({ isTied: true });
    const noSuchAccount = { ...RESETS, retainedEarnings: null };
    expect(tieOut([part({ ...year, ...intoEquity })], noSuchAccount).isTied).toBe(false);
    expect(tieOut([part({ ...year, ...intoEquity, startsFiscalYear: false })], RESETS).isTied).toBe(false);
  });

  test.each([
    ['an account of the month', RENT, { stored: year.stored.map(less100) }, -100],
    [
      'what was closed into Retained Earnings',
      RETAINED,
      { closing: intoEquity.closing.map((one) => (one.glAccountId === RETAINED ? less100(one) : one)) },
      100,
    ],
  ])('and a difference on %s is found there too', (_what, glAccountId, change, differenceCents) => {
    const { differences } = tieOut([part({ ...year, ...intoEquity, ...change })], RESETS);
    expect(differences[0]).toMatchObject({ propertyId: 1, glAccountId, differenceCents });
  });

  function less100(one: AccountAmounts): AccountAmounts {
    return one.propertyId === 1 && [RENT, RETAINED].includes(one.glAccountId)
      ? { ...one, amountCents: one.amountCents - 100 }
      : one;
  }

  test('one account that differs does not choose how the others are read', () => {
    const closing = closed.map((one) => (one.glAccountId === RENT ? amount(RENT, 80_100) : one));
    expect(tieOut([part({ ...year, closing })], RESETS).differences).toMatchObject([
      { glAccountId: RENT, differenceCents: -100 },
    ]);
  });

  test('elsewhere a balance that fell to zero is a difference', () => {
    expect(tieOut([part({ ...year, startsFiscalYear: false, closing: closed })], RESETS).isTied).toBe(false);
  });
});

describe('a period is cut where fiscal years end', () => {
  test.each([
    ['2026-08-01', '2026-08-31', 12, 31, [['2026-08-01', '2026-08-31', false]]],
    ['2026-01-01', '2026-01-31', 12, 31, [['2026-01-01', '2026-01-31', true]]],
    [
      '2025-12-01',
      '2026-02-28',
      12,
      31,
      [
        ['2025-12-01', '2025-12-31', false],
        ['2026-01-01', '2026-02-28', true],
      ],
    ],
    [
      '2026-06-15',
      '2026-07-14',
      6,
      30,
      [
        ['2026-06-15', '2026-06-30', false],
        ['2026-07-01', '2026-07-14', true],
      ],
    ],
    [
      '2028-02-01',
      '2028-03-31',
      2,
      29,
      [
        ['2028-02-01', '2028-02-29', false],
        ['2028-03-01', '2028-03-31', true],
      ],
    ],
    ['2026-02-28', '2026-02-28', 2, 29, [['2026-02-28', '2026-02-28', false]]],
  ])('%s to %s with a year that ends on month %p day %p', (from, to, month, day, expected) => {
    const parts = splitAtFiscalYears({ from, to }, { month, day });
    expect(parts.map(({ period, startsFiscalYear }) => [period.from, period.to, startsFiscalYear])).toEqual(
      expected,
    );
  });
});
