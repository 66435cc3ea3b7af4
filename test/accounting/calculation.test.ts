import { describe, expect, test } from '@jest/globals';
import { calculate, type CalculationInput, type PropertyInput } from '../../server/accounting/calculation.ts';
import { CHART, entry } from './chart.ts';
import { input, month, property } from './inputs.ts';

const halves = (first: number, second: number): PropertyInput['ownership'] => [
  { ownerId: first, millionths: 500_000, from: null, to: null },
  { ownerId: second, millionths: 500_000, from: null, to: null },
];

test('properties, owners and portfolio add up', () => {
  const result = calculate(
    input({
      properties: [property(1, { ownership: halves(50, 51) }), property(2)],
      entries: [...month(1, 100_001, 20_000), ...month(2, 50_000, 60_000)],
    }),
  );
  expect(result.properties.map(({ statement }) => statement.noiCents)).toEqual([80_001, -10_000]);
  expect(result.portfolio.noiCents).toBe(70_001);
  expect(result.owners).toEqual([
    { ownerId: 50, amountCents: 40_001 - 10_000 },
    { ownerId: 51, amountCents: 40_000 },
  ]);
  expect(result.findings).toEqual([]);
});

test('a property whose shares do not add up is held with its reason, the others are calculated', () => {
  const result = calculate(
    input({
      properties: [property(1, { buildiumOwnerIds: [50, 51] }), property(2)],
      entries: [...month(1, 100_000, 0), ...month(2, 50_000, 0)],
    }),
  );
  expect(result.heldPropertyIds).toEqual([1]);
  expect(result.portfolio.noiCents).toBe(50_000);
  expect(result.findings).toMatchObject([{ check: 'shares', propertyId: 1, severity: 'block' }]);
});

test('a property without a managed day is held where its draws were to make up for an earlier month', () => {
  const gone = property(1, {
    managed: { from: '2026-09-01', to: null },
    adjustments: [{ amountCents: -25_000, sentence: 'July −$250.00: bill 123 edited' }],
  });
  const held = calculate(input({ properties: [gone] }));
  expect(held).toMatchObject({ notManaged: [], heldPropertyIds: [1] });
  expect(held.findings).toMatchObject([{ check: 'managedDays', propertyId: 1, severity: 'block' }]);
  expect(held.findings[0]?.message).toMatch(
    /^Property 1 has no managed day from 2026-08-01 .*\(July −\$250\.00: bill 123 edited\)\. Correct Managed/,
  );
  const override = { by: 'Priya', reason: 'Settled with the owners', checks: ['managedDays'] as const };
  expect(calculate(input({ properties: [gone], override }))).toMatchObject({
    notManaged: [1],
    heldPropertyIds: [],
  });
});

test('a property without a managed day is listed, and in no total', () => {
  const result = calculate(
    input({
      properties: [property(1, { managed: { from: '2026-09-01', to: null } })],
      entries: month(1, 1, 0),
    }),
  );
  expect(result).toMatchObject({ notManaged: [1], properties: [], heldPropertyIds: [] });
});

describe('the checks', () => {
  const half = [entry(3, 100_000)];
  const difference = {
    propertyId: 1,
    glAccountId: 3,
    period: { from: '2026-08-01', to: '2026-08-31' },
    balancesCents: 100_000,
    generalLedgerCents: 100_000,
    storedCents: 99_900,
    differenceCents: -100,
  };
  test.each<[string, Partial<CalculationInput>, string, string, string]>([
    ['one side of an entry is missing', { entries: half }, 'unbalanced', 'block', '-$1,000.00'],
    ['an account that the key does not see', { entries: [entry(999, 5)] }, 'unclassified', 'block', '999'],
    [
      'a difference to the balances',
      { properties: [property(1, { tieOutDifferences: [difference] })] },
      'tieOut',
      'block',
      '-$1.00',
    ],
    [
      'a lease without rent',
      { properties: [property(1, { leasesWithoutRent: [{ leaseId: 77, unitNumber: '3B' }] })] },
      'missingRent',
      'warn',
      'The lease of unit 3B, Property 1, is active and was charged no rent',
    ],
    [
      'a bank account below zero',
      { properties: [property(1, { negativeBalances: [{ glAccountId: 113, amountCents: -5 }] })] },
      'negativeBalance',
      'warn',
      '-$0.05',
    ],
    [
      'a debt below zero, which is no cash',
      {
        properties: [property(1, { negativeBalances: [{ glAccountId: 18, amountCents: -50_000 }] })],
        entries: [entry(18, 0)],
      },
      'negativeBalance',
      'warn',
      'Prepayments stands at -$500.00 at the end of the period. A debt below zero is no cash',
    ],
    [
      'a class that nobody confirmed',
      { accounts: [...CHART.values()], entries: month(1, 100, 0) },
      'unconfirmedClass',
      'warn',
      'Rent Income (operating income)',
    ],
  ])('%s', (_what, change, check, severity, says) => {
    const { findings } = calculate(input(change));
    expect(findings).toMatchObject([{ check, severity }]);
    expect(findings[0]?.message).toContain(says);
  });

  test('name a lease by its id only where it shares its unit with another', () => {
    const lease = (leaseId: number, unitNumber: string) => ({ leaseId, unitNumber });
    const leasesWithoutRent = [lease(77, '3B'), lease(78, '3B'), lease(79, '4')];
    const { findings } = calculate(input({ properties: [property(1, { leasesWithoutRent })] }));
    expect(findings.map(({ message }) => message.split(' is active')[0])).toEqual([
      'The lease of unit 3B, Property 1, with the id 77,',
      'The lease of unit 3B, Property 1, with the id 78,',
      'The lease of unit 4, Property 1,',
    ]);
  });

  test('a rule decides whether a check stops the property', () => {
    const { heldPropertyIds, properties } = calculate(
      input({ entries: half, rules: { unbalanced: 'warn' } }),
    );
    expect([heldPropertyIds, properties.length]).toEqual([[], 1]);
  });

  test('a person can go on, and the run says so', () => {
    const override = {
      by: 'Priya',
      reason: 'the other side follows tomorrow',
      checks: ['unbalanced'],
    } as const;
    const { findings, portfolio } = calculate(input({ entries: half, override }));
    expect(findings).toMatchObject([{ check: 'unbalanced', severity: 'overridden' }]);
    expect(portfolio.noiCents).toBe(100_000);
  });

  test('a person goes on in spite of what was found, and of nothing that is found anew', () => {
    const entries = [1, 2].map((propertyId) => entry(3, 100_000, '2026-08-15', propertyId));
    const properties = [property(1), property(2)];
    const [first] = calculate(input({ entries, properties })).findings;
    const decided = (message: string | undefined) => ({
      ...{ by: 'Priya', reason: 'the other side follows tomorrow', checks: ['unbalanced'] as const },
      findings: [{ check: 'unbalanced', propertyId: 1, message: message ?? '' } as const],
    });
    const severities = (override: ReturnType<typeof decided>) =>
      calculate(input({ entries, properties, override })).findings.map(({ severity }) => severity);
    expect(severities(decided(first?.message))).toEqual(['overridden', 'block']);
    expect(severities(decided('Debits exceed credits by $1.00.'))).toEqual(['block', 'block']);
  });

  test('going on without good shares gives the property’s figure and nobody’s part', () => {
    const override = { by: 'Priya', reason: 'a sale is being recorded', checks: ['shares'] } as const;
    const properties = [property(1, { buildiumOwnerIds: [] })];
    const result = calculate(input({ properties, override, entries: month(1, 100_000, 0) }));
    expect(result.properties).toMatchObject([{ statement: { noiCents: 100_000 }, owners: null }]);
    expect(result.owners).toEqual([]);
  });

  test('nobody can go on without an account’s class', () => {
    const override = { by: 'Priya', reason: 'why not', checks: ['unclassified'] } as const;
    const { heldPropertyIds } = calculate(input({ override, entries: [entry(999, 5)] }));
    expect(heldPropertyIds).toEqual([1]);
  });
});

test('the same input gives the same bytes', () => {
  const given = input({ entries: month(1, 100_000, 20_000) });
  const again = JSON.parse(JSON.stringify(given)) as CalculationInput;
  expect(JSON.stringify(calculate(again))).toBe(JSON.stringify(calculate(given)));
});
