import { expect, test } from '@jest/globals';
import { calculate, type CalculationInput } from '../../server/accounting/calculation.ts';
import { NO_COMMITMENTS } from '../../server/accounting/commitments.ts';
import { resultsCsv } from '../../server/accounting/resultsCsv.ts';
import { NO_CASH } from '../../server/accounting/safeCash.ts';
import { input, month, property } from './inputs.ts';

/** Lines of the given parts, without period and basis. */
function linesOf(given: CalculationInput, ...parts: string[]): string[] {
  const lines = resultsCsv(given, calculate(given)).split('\r\n');
  const wanted = lines.filter((line) => parts.some((part) => line.includes(`,${part},`)));
  return wanted.map((line) => line.replace(/^[^,]*,cash,/, ''));
}

const cashOf = (operatingCashCents: number) => {
  const parts = { ...NO_CASH, operatingCashCents };
  return {
    ...{ hasOperatingAccount: true, atPeriodEnd: parts, now: parts },
    commitments: NO_COMMITMENTS,
  };
};

test('names what is in no total, with the reason', () => {
  const given = input({
    properties: [
      property(1),
      property(2, { name: 'Maple', buildiumOwnerIds: [50, 51] }),
      property(3, { name: 'Cedar', managed: { from: '2026-09-01', to: null } }),
    ],
    entries: [...month(1, 100_000, 0), ...month(2, 50_000, 0)],
  });
  expect(linesOf(given, 'Held', 'Not managed', 'Portfolio')).toEqual([
    "2,Maple,,Held,,Maple has 2 owners in Buildium and no row in the table Ownership. Enter each owner's percent there.,",
    '3,Cedar,,Not managed,,Without a managed day in the period,',
    ',,,Portfolio,,Net operating income,1000.00',
  ]);
});

test('names the checks in spite of which figures stand', () => {
  const override = { by: 'Priya', reason: 'a sale is being recorded', checks: ['shares'] as const };
  const given = input({ properties: [property(1, { name: 'Maple', buildiumOwnerIds: [] })], override });
  expect(linesOf(given, 'In spite of a check')).toEqual([
    '1,Maple,,In spite of a check,,Maple has no owner in Buildium and no row in the table Ownership. Add its owner in Buildium.,',
  ]);
});

test('goes from draws to the one check: what one property takes for another, and what stays short', () => {
  const given = input({
    properties: [
      property(1, { cash: cashOf(30_000) }),
      property(2, { name: 'Maple', cash: cashOf(-50_000) }),
    ],
    drawRules: [{ ownerId: null, propertyId: null, kind: 'netting' }],
  });
  expect(linesOf(given, 'Draw', 'Netting', 'Uncovered', 'Check')).toEqual([
    '1,Property 1,50,Draw,,Draw,300.00',
    '2,Maple,50,Draw,,Draw,0.00',
    '2,Maple,50,Netting,,"Taken for this property, which is below zero",-300.00',
    ',,50,Uncovered,,Properties below zero are short of,200.00',
    ',,50,Check,,All properties,0.00',
  ]);
});
