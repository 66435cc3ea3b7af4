import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { netAcrossProperties } from '../../server/accounting/netting.ts';
import { ownerDraw, type DrawInput, type DrawRule } from '../../server/accounting/ownerDraw.ts';
import { NO_CASH, safeCash, safeCashTerms, type SafeCashParts } from '../../server/accounting/safeCash.ts';

const cents = fc.integer({ min: -10_000_000, max: 10_000_000 });
const positive = fc.integer({ min: 0, max: 10_000_000 });
const rule: fc.Arbitrary<DrawRule> = fc.oneof(
  fc.record({
    kind: fc.constant('noiLessReserve' as const),
    reserveTargetCents: positive,
    reserveHeldCents: positive,
  }),
  fc.record({ kind: fc.constant('percent' as const), millionths: fc.integer({ min: 1, max: 1_000_000 }) }),
);
const parts: fc.Arbitrary<SafeCashParts> = fc.record({
  operatingCashCents: cents,
  undepositedFundsCents: positive,
  receiptsNotClearedCents: positive,
  heldForTenantsCents: positive,
  escrowCashCents: positive,
  otherCurrentLiabilitiesCents: positive,
  billsDueCents: positive,
  reserveCents: cents,
  approvedDrawsUnpaidCents: positive,
});
const input: fc.Arbitrary<DrawInput> = fc.record({
  noiCents: cents,
  rules: fc.array(rule, { maxLength: 4 }),
  safeCash: fc.record({ atPeriodEnd: parts, now: parts }),
});
const cash = (operatingCashCents: number): DrawInput['safeCash'] => {
  const held = { ...NO_CASH, operatingCashCents };
  return { atPeriodEnd: held, now: held };
};

describe('for whatever rules and cash', () => {
  test('a draw is never below zero and never above safe cash, at the period’s end or now', () => {
    fc.assert(
      fc.property(input, (given) => {
        const { drawCents } = ownerDraw(given);
        expect(drawCents).toBeGreaterThanOrEqual(0);
        const least = Math.min(safeCash(given.safeCash.atPeriodEnd), safeCash(given.safeCash.now));
        expect(drawCents).toBeLessThanOrEqual(Math.max(0, least));
      }),
    );
  });

  test('every term is the step from the one before, and the last leaves the draw', () => {
    fc.assert(
      fc.property(input, (given) => {
        const { terms, drawCents } = ownerDraw(given);
        let leftCents = 0;
        for (const term of terms) {
          leftCents += term.amountCents;
          expect(term.leftCents).toBe(leftCents);
        }
        expect(leftCents).toBe(drawCents);
      }),
    );
  });

  test('one check is never more than its owner’s safe cash over all properties, where netting is allowed', () => {
    fc.assert(
      fc.property(fc.array(input, { maxLength: 5 }), (given) => {
        const draws = given.map(ownerDraw);
        const available = draws.map(({ drawCents, shortfallCents }, index) => ({
          propertyId: index + 1,
          availableCents: drawCents - shortfallCents,
        }));
        const { checkCents, lines } = netAcrossProperties(available, { allowsNetting: true });
        const safe = draws.reduce((sum, { safeCashCents }) => sum + safeCashCents, 0);
        expect(checkCents).toBeLessThanOrEqual(Math.max(0, safe));
        expect(lines.reduce((sum, { amountCents }) => sum + amountCents, 0)).toBe(checkCents);
        expect(checkCents).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe('rules apply in order, each to what the one before left', () => {
  const reserve = { kind: 'noiLessReserve', reserveTargetCents: 30_000, reserveHeldCents: 10_000 } as const;
  const percent = { kind: 'percent', millionths: 800_000 } as const;

  test.each<[string, DrawRule[], number]>([
    ['the reserve is topped up from 100 to 300', [reserve], 80_000],
    ['then 80% of the rest', [reserve, percent], 64_000],
    ['80% first leaves more', [percent, reserve], 60_000],
    ['a full reserve needs nothing', [{ ...reserve, reserveHeldCents: 40_000 }], 100_000],
  ])('%s', (_what, rules, drawCents) => {
    expect(ownerDraw({ noiCents: 100_000, rules, safeCash: cash(1_000_000) }).drawCents).toBe(drawCents);
  });

  test('each step is named', () => {
    const { terms } = ownerDraw({ noiCents: 100_000, rules: [reserve, percent], safeCash: cash(50_000) });
    expect(terms).toEqual([
      { kind: 'noi', name: 'Net operating income', amountCents: 100_000, leftCents: 100_000 },
      {
        kind: 'reserve',
        name: 'Reserve brought from $100.00 to $300.00',
        amountCents: -20_000,
        leftCents: 80_000,
      },
      { kind: 'percent', name: '80% of it, rounded down', amountCents: -16_000, leftCents: 64_000 },
      {
        kind: 'heldToSafeCash',
        name: 'Held to safe cash of $500.00',
        amountCents: -14_000,
        leftCents: 50_000,
      },
    ]);
  });

  test('a reserve that is full says so, and takes nothing', () => {
    const rules = [{ ...reserve, reserveHeldCents: 40_000 }];
    const { terms } = ownerDraw({ noiCents: 100_000, rules, safeCash: cash(1_000_000) });
    const name = 'Reserve of $300.00: $400.00 are held already';
    expect(terms[1]).toEqual({ kind: 'reserve', name, amountCents: 0, leftCents: 100_000 });
  });

  test('a percent is rounded down to the cent: the draw is never more than it', () => {
    const rules = [percent];
    expect(ownerDraw({ noiCents: 101, rules, safeCash: cash(1_000) }).drawCents).toBe(80);
  });

  test('a loss draws nothing and says so', () => {
    const { drawCents, terms } = ownerDraw({ noiCents: -5_000, rules: [percent], safeCash: cash(90_000) });
    expect(drawCents).toBe(0);
    expect(terms.at(-1)).toEqual({
      kind: 'raisedToZero',
      name: 'A draw is never below zero',
      amountCents: 4_000,
      leftCents: 0,
    });
  });

  test('cash that has left since the period’s end cannot be drawn', () => {
    const safe = {
      atPeriodEnd: { ...NO_CASH, operatingCashCents: 90_000 },
      now: { ...NO_CASH, operatingCashCents: 20_000 },
    };
    expect(ownerDraw({ noiCents: 80_000, rules: [percent], safeCash: safe }).drawCents).toBe(20_000);
  });
});

describe('safe cash', () => {
  const base = { ...NO_CASH, operatingCashCents: 100_000 };
  test.each<[string, Partial<SafeCashParts>, number]>([
    ['undeposited funds count', { undepositedFundsCents: 5_000 }, 105_000],
    [
      'receipts that have not cleared do not',
      { undepositedFundsCents: 5_000, receiptsNotClearedCents: 5_000 },
      100_000,
    ],
    ['deposits without escrow are not the owner’s', { heldForTenantsCents: 40_000 }, 60_000],
    [
      'deposits covered by escrow cost nothing',
      { heldForTenantsCents: 40_000, escrowCashCents: 40_000 },
      100_000,
    ],
    [
      'escrow beyond the deposits is no operating cash',
      { heldForTenantsCents: 40_000, escrowCashCents: 90_000 },
      100_000,
    ],
    ['half-covered deposits count half', { heldForTenantsCents: 40_000, escrowCashCents: 15_000 }, 75_000],
    ['other current liabilities', { otherCurrentLiabilitiesCents: 3_000 }, 97_000],
    ['unpaid bills that are due', { billsDueCents: 25_000 }, 75_000],
    ['the reserve', { reserveCents: 50_000 }, 50_000],
    ['a reserve below zero is none', { reserveCents: -50_000 }, 100_000],
    ['draws approved and not yet paid', { approvedDrawsUnpaidCents: 60_000 }, 40_000],
    ['below zero when money is missing', { heldForTenantsCents: 130_000 }, -30_000],
  ])('%s', (_what, change, expected) => {
    const held = { ...base, ...change };
    expect(safeCash(held)).toBe(expected);
    expect(safeCashTerms(held).reduce((sum, term) => sum + term.amountCents, 0)).toBe(expected);
  });
});

test('when everything together is short, nothing is paid and what is left uncovered is said', () => {
  const properties = [
    { propertyId: 3, availableCents: -80_000 },
    { propertyId: 1, availableCents: 50_000 },
    { propertyId: 2, availableCents: -20_000 },
  ];
  expect(netAcrossProperties(properties, { allowsNetting: true })).toEqual({
    checkCents: 0,
    lines: [
      { propertyId: 1, type: 'OwnerDraw', amountCents: 50_000 },
      { propertyId: 2, type: 'OwnerContribution', amountCents: -20_000 },
      { propertyId: 3, type: 'OwnerContribution', amountCents: -30_000 },
    ],
    uncoveredCents: 50_000,
  });
});
