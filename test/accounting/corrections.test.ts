import { describe, expect, test } from '@jest/globals';
import { calculate, isSameMonth, type CalculationInput } from '../../server/accounting/calculation.ts';
import { NO_COMMITMENTS } from '../../server/accounting/commitments.ts';
import { corrections, type Entered } from '../../server/accounting/corrections.ts';
import { NO_CASH } from '../../server/accounting/safeCash.ts';
import { entry } from './chart.ts';
import { input, month, property } from './inputs.ts';

const [BANK, ESCROW] = [113, 213];
const cash = { ...NO_CASH, operatingCashCents: 100_000 };
const half = (ownerId: number, millionths = 500_000) => ({ ownerId, millionths, from: null, to: null });

const rent = entry(3, 5_000, '2026-08-31');
const run: CalculationInput = input({
  properties: [
    property(1, {
      name: 'Harbor View',
      agreed: { from: null, to: null },
      ownership: [half(50), half(51)],
      cash: {
        ...{ hasOperatingAccount: true, atPeriodEnd: cash, now: cash },
        commitments: NO_COMMITMENTS,
        banks: { ownGlAccountId: BANK, atPeriodEnd: [{ glAccountId: BANK, amountCents: 100_000 }] },
      },
    }),
    property(2, { name: 'Maple', agreed: { from: null, to: null } }),
  ],
  entries: [...month(1, 100_000, 20_000), ...month(2, 50_000, 0), rent, { ...rent, glAccountId: BANK }],
});

const SAME: Entered = {
  ownership: new Map([[1, [half(50), half(51)]]]),
  managed: new Map(),
  allocations: [],
  drawRules: [],
  marks: { operating: [], escrow: [] },
};

describe('what was entered otherwise since the run is named, property by property', () => {
  test.each<[string, Partial<Entered>, string[]]>([
    ['nothing', {}, []],
    [
      'the percentages',
      { ownership: new Map([[1, [half(50, 900_000), half(51, 100_000)]]]) },
      ['August: the shares of Harbor View have changed'],
    ],
    [
      'percentages of another time alone',
      { ownership: new Map([[1, [half(50), half(51), { ...half(52), from: '2026-09-01', to: null }]]]) },
      [],
    ],
    [
      'the owners by whom nothing is said',
      { ownership: new Map([...SAME.ownership, [2, [half(50, 1_000_000)]]]) },
      [],
    ],
    [
      'the managed days',
      { managed: new Map([[1, { from: null, to: '2026-08-30' }]]) },
      ['August −$50.00: the managed days of Harbor View have changed'],
    ],
    [
      'whose a transaction is',
      { allocations: [{ transactionId: rent.transactionId, ownerId: 51 }] },
      ['August: what is allocated to one owner of Harbor View has changed'],
    ],
    [
      'a rule for all, which only one property’s draws go by',
      { drawRules: [{ ownerId: null, propertyId: null, kind: 'percent', millionths: 500_000 }] },
      ['August: the distribution rules for Harbor View have changed'],
    ],
    [
      'what its bank account holds',
      { marks: { operating: [], escrow: [BANK] } },
      ['August: what the bank accounts of Harbor View hold has changed'],
    ],
    ['what another bank account holds', { marks: { operating: [], escrow: [ESCROW] } }, []],
  ])('%s', (_what, change, said) => {
    expect(corrections(run, { ...SAME, ...change }, true).map(({ sentence }) => sentence)).toEqual(said);
  });

  test('but rules and bank accounts, which have no days, only until a later month was calculated', () => {
    const change: Partial<Entered> = {
      ownership: new Map([[1, [half(50, 900_000), half(51, 100_000)]]]),
      drawRules: [{ ownerId: null, propertyId: null, kind: 'percent', millionths: 500_000 }],
      marks: { operating: [], escrow: [BANK] },
    };
    const kindsOf = (isNewestMonth: boolean): string[] =>
      corrections(run, { ...SAME, ...change }, isNewestMonth).map(({ kind }) => kind);
    expect(kindsOf(true)).toEqual(['shares', 'distributionRules', 'bankAccounts']);
    expect(kindsOf(false)).toEqual(['shares']);
  });

  test('with the difference in net operating income', () => {
    const managed = new Map([[1, { from: null, to: '2026-08-30' }]]);
    expect(corrections(run, { ...SAME, managed }, true)).toMatchObject([{ propertyId: 1, noiCents: -5_000 }]);
    const after = { ...run.properties[0]!, managed: { from: null, to: '2026-08-30' } };
    const again = calculate({ ...run, properties: [after, run.properties[1]!] });
    expect(again.portfolio.noiCents - calculate(run).portfolio.noiCents).toBe(-5_000);
  });
});

test('a month is the same whatever today’s cash is, and another one when what was held at its end is', () => {
  const withCash = (change: Partial<NonNullable<(typeof run.properties)[0]['cash']>>): CalculationInput => ({
    ...run,
    properties: run.properties.map((one) => (one.cash ? { ...one, cash: { ...one.cash, ...change } } : one)),
  });
  expect(isSameMonth(run, withCash({ now: { ...cash, operatingCashCents: 1 } }))).toBe(true);
  expect(isSameMonth(run, withCash({ atPeriodEnd: { ...cash, reserveCents: 1 } }))).toBe(false);
});
