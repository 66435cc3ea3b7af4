import { describe, expect, test } from '@jest/globals';
import { allocate } from '../../server/accounting/allocate.ts';
import { netAcrossProperties } from '../../server/accounting/netting.ts';
import { netOperatingIncome } from '../../server/accounting/noi.ts';
import { ownerDraw } from '../../server/accounting/ownerDraw.ts';
import { NO_CASH } from '../../server/accounting/safeCash.ts';
import { CHART, entry } from './chart.ts';
import { AVAILABLE_CASH, CROSS_PROPERTY, FOUR_QUARTERS, NOI_EXAMPLES } from './examples.ts';

const AUGUST = { from: '2026-08-01', to: '2026-08-31' };

describe.each(NOI_EXAMPLES)('$title ($source)', (example) => {
  const entries = example.lines.map(({ glAccountId, cents, loses }) =>
    entry(glAccountId, loses ? -cents : cents),
  );

  test(`comes to ${example.noiCents} cents`, () => {
    const statement = netOperatingIncome(entries, AUGUST, CHART);
    expect(statement.noiCents).toBe(example.noiCents);
    expect(statement.incomeCents).toBe(example.incomeCents ?? statement.incomeCents);
  });

  test('and capital above the line lowers it by the capital only', () => {
    const above = netOperatingIncome(entries, AUGUST, CHART, { capitalAboveTheLine: true });
    expect(above.noiCents).toBe(example.withCapitalAboveTheLineCents ?? example.noiCents);
  });
});

describe(`Buildium's available cash (${AVAILABLE_CASH.source})`, () => {
  const { rentCents, feeCents, repairCents, contributionCents } = AVAILABLE_CASH;
  const entries = [
    entry(3, rentCents),
    entry(104, feeCents),
    entry(101, repairCents),
    entry(10, contributionCents),
  ];
  const { noiCents } = netOperatingIncome(entries, AUGUST, CHART);
  const cash = { ...NO_CASH, operatingCashCents: rentCents - feeCents - repairCents + contributionCents };

  test('a contribution raises cash and not the net operating income', () => {
    expect(noiCents).toBe(AVAILABLE_CASH.noiCents);
  });

  test('without a rule the owner draws what is available', () => {
    const draw = ownerDraw({ noiCents, rules: [], safeCash: { atPeriodEnd: cash, now: cash } });
    expect(draw.drawCents).toBe(AVAILABLE_CASH.availableCents);
  });

  test('80% of its net operating income is 680.00', () => {
    const rules = [{ kind: 'percent', millionths: 800_000 }] as const;
    const draw = ownerDraw({ noiCents, rules, safeCash: { atPeriodEnd: cash, now: cash } });
    expect(draw.drawCents).toBe(68_000);
  });
});

describe(`money between properties (${CROSS_PROPERTY.source})`, () => {
  test('+1,000 and −500 make one check of 500, with a line of its own for the other property', () => {
    expect(netAcrossProperties(CROSS_PROPERTY.properties, { allowsNetting: true })).toEqual({
      checkCents: CROSS_PROPERTY.checkCents,
      lines: [
        { propertyId: 1, type: 'OwnerDraw', amountCents: 100_000 },
        { propertyId: 2, type: 'OwnerContribution', amountCents: -50_000 },
      ],
      uncoveredCents: 0,
    });
  });

  test('where the owner does not allow it, the check is 1,000 and the shortfall stays', () => {
    expect(netAcrossProperties(CROSS_PROPERTY.properties, { allowsNetting: false })).toEqual({
      checkCents: CROSS_PROPERTY.withoutNettingCents,
      lines: [{ propertyId: 1, type: 'OwnerDraw', amountCents: 100_000 }],
      uncoveredCents: 50_000,
    });
  });
});

test('33.34 over four quarters are 8.34, 8.34, 8.33, 8.33: ties go to the smaller owner ids', () => {
  const shares = [4, 2, 3, 1].map((ownerId) => ({ ownerId, millionths: 250_000 }));
  const parts = allocate(FOUR_QUARTERS.amountCents, shares);
  expect(parts.map(({ amountCents }) => amountCents)).toEqual([834, 834, 833, 833]);
  expect(parts.map(({ amountCents }) => amountCents).sort()).toEqual(FOUR_QUARTERS.partsCents);
});
