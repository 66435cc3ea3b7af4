import { expect, test } from '@jest/globals';
import { calculate, type CalculationInput } from '../../server/accounting/calculation.ts';
import { cashStatement } from '../../server/accounting/cashStatement.ts';
import type { LedgerEntry } from '../../server/accounting/ledger.ts';
import { CHART } from './chart.ts';

const BANK = 113;

/** Entries of transactions: each a list of accounts with their amounts, in Buildium's signs. */
function booked(...transactions: (readonly [glAccountId: number, amountCents: number])[][]): LedgerEntry[] {
  return transactions.flatMap((lines, index) =>
    lines.map(([glAccountId, amountCents]) => ({
      ...{ propertyId: 1, day: '2026-08-15', transactionId: index + 1, glAccountId, amountCents },
    })),
  );
}

function cashOf(entries: readonly LedgerEntry[], openingCents: number) {
  const input: CalculationInput = {
    ...{ basis: 'cash', period: { from: '2026-08-01', to: '2026-08-31' }, rules: {}, override: null },
    ...{ options: { capitalAboveTheLine: false }, drawRules: [], approvedRunIds: [], allocations: [] },
    ...{ accounts: [...CHART.values()], entries },
    properties: [
      {
        ...{ propertyId: 1, name: 'Maple', managed: { from: null, to: null }, buildiumOwnerIds: [50] },
        ...{ ownership: [], leasesWithoutRent: [], negativeBalances: [], tieOutDifferences: [] },
        ...{ adjustments: [], cash: null },
      },
    ],
  };
  const [property] = calculate(input).properties;
  if (!property) throw new Error('The property was held');
  const opening = [{ propertyId: 1, glAccountId: BANK, amountCents: openingCents }];
  return cashStatement(property, input, opening, CHART);
}

const rent = [
  [3, 200_000],
  [BANK, 200_000],
] as const;
const draw = [
  [11, -50_000],
  [BANK, -50_000],
] as const;
const depreciation = [
  [106, 45_455],
  [117, -45_455],
] as const;

test('cash goes from its beginning to its end by what moved it, and depreciation did not', () => {
  const cash = cashOf(booked([...rent], [...draw], [...depreciation]), 10_000);
  expect(cash).toEqual({
    openingCents: 10_000,
    changes: [
      { name: 'Net operating income', amountCents: 200_000 },
      { name: 'Owner Draw', amountCents: -50_000 },
    ],
    closingCents: 160_000,
  });
});

test('what moved net operating income without cash is shown by its other side', () => {
  const prepaidUsed = [
    [3, 30_000],
    [18, -30_000],
  ] as const;
  const { changes, closingCents } = cashOf(booked([...prepaidUsed]), 10_000);
  expect(changes).toEqual([
    { name: 'Net operating income', amountCents: 30_000 },
    { name: 'Prepayments', amountCents: -30_000 },
  ]);
  expect(closingCents).toBe(10_000);
});
