import { expect, test } from '@jest/globals';
import { calculate } from '../../server/accounting/calculation.ts';
import type { CheckRule } from '../../server/accounting/checks.ts';
import { ownerStatement } from '../../server/accounting/statement.ts';
import { CHART } from './chart.ts';
import { input, month, property } from './inputs.ts';

const difference = {
  ...{ propertyId: 1, glAccountId: 3, period: { from: '2026-08-01', to: '2026-08-31' } },
  ...{ balancesCents: 100_000, generalLedgerCents: 100_000, storedCents: 99_500, differenceCents: -500 },
};

function exceptionsOf(rule: CheckRule, isTied: boolean): string[] {
  const given = input({
    rules: { tieOut: rule },
    properties: [
      property(1, {
        leasesWithoutRent: [{ leaseId: 77, unitNumber: '3B' }],
        tieOutDifferences: isTied ? [] : [difference],
      }),
      property(2, { buildiumOwnerIds: [51], tieOutDifferences: [{ ...difference, propertyId: 2 }] }),
    ],
    entries: month(1, 100_000, 0),
  });
  return ownerStatement(50, given, calculate(given), [], CHART).exceptions;
}

test('a statement whose figures do not tie out says so, where the rules let them stand', () => {
  expect(exceptionsOf('warn', false)).toEqual([
    expect.stringMatching(/^Rent Income does not tie out .* difference -\$5\.00/),
  ]);
});

test('it says nothing of other owners’ properties, and nothing of what stops no figure', () => {
  expect(exceptionsOf('warn', true)).toEqual([]);
  expect(exceptionsOf('block', true)).toEqual([]);
});
