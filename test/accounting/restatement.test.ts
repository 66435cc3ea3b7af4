import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { LedgerEntry } from '../../server/accounting/ledger.ts';
import { netOperatingIncome, PLAIN_NOI } from '../../server/accounting/noi.ts';
import type { Segment } from '../../server/accounting/ownership.ts';
import {
  altersFigures,
  describeEntry,
  describeRestatement,
  restatements,
  type Books,
} from '../../server/accounting/restatement.ts';
import { ACCOUNTS, CHART, chartWith } from './chart.ts';

const of = (entries: readonly LedgerEntry[], chart = CHART): Books => ({
  entries,
  chart,
  options: PLAIN_NOI,
});
const rent: LedgerEntry = {
  propertyId: 1,
  glAccountId: 3,
  day: '2026-08-01',
  transactionId: 10,
  amountCents: 100_000,
};
const bill: LedgerEntry = { ...rent, glAccountId: 101, transactionId: 123, amountCents: 40_000 };

describe('what happened to a closed month', () => {
  test.each<[string, LedgerEntry[], object]>([
    ['nothing', [rent, bill], []],
    [
      'a bill was raised by 250',
      [rent, { ...bill, amountCents: 65_000 }],
      [{ transactionId: 123, kind: 'edited', noiCents: -25_000 }],
    ],
    [
      'a bill was deleted, or moved to another month',
      [rent],
      [{ transactionId: 123, kind: 'deleted', noiCents: 40_000 }],
    ],
    [
      'a payment came late',
      [rent, bill, { ...rent, transactionId: 11 }],
      [{ transactionId: 11, kind: 'added', noiCents: 100_000 }],
    ],
    [
      'a day within the month changed',
      [{ ...rent, day: '2026-08-02' }, bill],
      [{ transactionId: 10, kind: 'edited', noiCents: 0 }],
    ],
    [
      'an entry went to another account',
      [rent, { ...bill, glAccountId: 105 }],
      [{ transactionId: 123, kind: 'edited', noiCents: 40_000 }],
    ],
    ['the order of the entries', [bill, rent], []],
  ])('%s', (_what, now, expected) => {
    expect(restatements(of([rent, bill]), of(now))).toMatchObject(expected);
  });

  const segment = (from: string, to: string): Segment => ({ period: { from, to }, shares: [] });
  const whole = [segment('2026-08-01', '2026-08-31')];
  const halves = [segment('2026-08-01', '2026-08-15'), segment('2026-08-16', '2026-08-31')];
  const check = { ...rent, glAccountId: 113, transactionId: 12, amountCents: -50_000 };
  test.each<[string, boolean, LedgerEntry[], Segment[]]>([
    ['a check to the owner, dated within it', false, [rent, bill, check], whole],
    ['another day under the same percentages', false, [{ ...rent, day: '2026-08-02' }, bill], halves],
    ['another day under other percentages', true, [{ ...rent, day: '2026-08-20' }, bill], halves],
    ['a bill that was raised', true, [rent, { ...bill, amountCents: 65_000 }], whole],
    ['a bill that was raised, where the shares did not add up', true, [rent], []],
  ])('%s: is there something to decide? %s', (_what, expected, entries, segments) => {
    const [run, now] = [of([rent, bill]), of(entries)];
    const found = restatements(run, now);
    expect(found).toHaveLength(1);
    expect(found.map((change) => altersFigures(change, run, now, segments))).toEqual([expected]);
  });

  test('an account that was put into another class', () => {
    const reclassed = chartWith(new Map([[101, { noiClass: 'capital', confirmedBy: 'Priya' }]]));
    expect(restatements(of([rent, bill]), of([rent, bill], reclassed))).toMatchObject([
      { transactionId: 123, kind: 'reclassed', noiCents: 40_000 },
    ]);
  });

  test('the differences add up to what the net operating income changed by', () => {
    const entries = fc.array(
      fc.record({
        propertyId: fc.constantFrom(1, 2),
        glAccountId: fc.constantFrom(...ACCOUNTS.map(({ glAccountId }) => glAccountId)),
        day: fc.constantFrom('2026-08-01', '2026-08-31'),
        transactionId: fc.integer({ min: 1, max: 10 }),
        amountCents: fc.integer({ min: -100_000, max: 100_000 }),
      }),
    );
    const period = { from: '2026-08-01', to: '2026-08-31' };
    fc.assert(
      fc.property(entries, entries, (before, after) => {
        const noi = (all: LedgerEntry[]): number => netOperatingIncome(all, period, CHART).noiCents;
        const total = restatements(of(before), of(after)).reduce((sum, { noiCents }) => sum + noiCents, 0);
        expect(total).toBe(noi(after) - noi(before));
      }),
    );
  });
});

test('it is said in a sentence', () => {
  const [edited] = restatements(of([bill]), of([{ ...bill, amountCents: 65_000 }]));
  if (!edited) throw new Error('The edit was not found');
  const known = { type: 'Bill', changedOn: '2026-09-09', isMoved: false, was: null };
  expect(describeRestatement(edited, '2026-08-01', known)).toBe(
    'August −$250.00: bill 123 edited on 2026-09-09',
  );
  // A payment whose charge is gone is another one in the books, though nobody touched it.
  const moved = { type: 'ReversePayment', changedOn: '2026-08-03', isMoved: true, was: null };
  expect(describeRestatement({ ...edited, noiCents: 0 }, '2026-08-01', moved)).toBe(
    'August $0.00: reverse payment 123 moved by a change of another transaction',
  );
});

test('a deleted transaction is named by what it was', () => {
  const [deleted] = restatements(of([{ ...bill, glAccountId: 1 }, bill]), of([]));
  if (!deleted) throw new Error('The deletion was not found');
  const was = describeEntry(deleted, CHART);
  expect(was).toBe(`2026-08-01, ${CHART.get(101)?.name} $400.00`);
  const known = { type: null, changedOn: null, isMoved: false, was };
  expect(describeRestatement(deleted, '2026-08-01', known)).toBe(
    `August +$400.00: transaction 123 (${was}) deleted`,
  );
});
