import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { NO_COMMITMENTS } from '../../server/accounting/commitments.ts';
import { ownersChecks, propertyDraw, type PropertyDraw } from '../../server/accounting/draws.ts';
import { NO_CASH } from '../../server/accounting/safeCash.ts';
import { ownerStatement } from '../../server/accounting/statement.ts';
import { calculate } from '../../server/accounting/calculation.ts';
import { CHART } from './chart.ts';
import { input, property } from './inputs.ts';

const A = 50;
const B = 51;

/** A property's draws where one owner was paid so much since the period's end, which nobody approved. */
function drawn(given: { cash: number; shareOfA: number; paidToA: number }): PropertyDraw {
  const shares = [
    { ownerId: A, millionths: given.shareOfA },
    { ownerId: B, millionths: 1_000_000 - given.shareOfA },
  ].filter(({ millionths }) => millionths > 0);
  return propertyDraw(
    {
      ...{
        propertyId: 1,
        shares,
        noi: [A, B].map((ownerId) => ({ ownerId, amountCents: 0 })),
        adjustments: [],
      },
      cash: {
        hasOperatingAccount: true,
        atPeriodEnd: { ...NO_CASH, operatingCashCents: given.cash },
        now: { ...NO_CASH, operatingCashCents: given.cash - given.paidToA },
        commitments: {
          ...NO_COMMITMENTS,
          already: given.paidToA === 0 ? [] : [{ ownerId: A, amountCents: given.paidToA }],
        },
      },
    },
    [],
  );
}

describe('what an owner’s other properties are asked to cover', () => {
  const shortOf = (draw: PropertyDraw) =>
    draw.owners.map(({ ownerId, shortfallCents }) => [ownerId, shortfallCents]);

  test.each([
    ['nothing, where one has drawn too much and the property stands above zero', 100_000, 0, 60_000, [0, 0]],
    ['each their share, where the property is below zero', -50_000, 400_000, 0, [20_000, 30_000]],
    ['whoever drew too much, before whoever has something left', 50_000, 500_000, 60_000, [10_000, 0]],
    ['both, where both are below zero', -10_000, 500_000, 10_000, [15_000, 5_000]],
  ])('is %s', (_, cash, shareOfA, paidToA, expected) => {
    expect(shortOf(drawn({ cash, shareOfA, paidToA }))).toEqual([
      [A, expected[0]],
      [B, expected[1]],
    ]);
  });

  test('a seller’s overdraw takes nothing from the draw of another property', () => {
    const sold = drawn({ cash: 100_000, shareOfA: 0, paidToA: 60_000 });
    const other = drawn({ cash: 90_000, shareOfA: 1_000_000, paidToA: 0 });
    const checks = ownersChecks(
      [
        { propertyId: 1, draw: sold },
        { propertyId: 2, draw: other },
      ],
      [{ kind: 'netting', ownerId: null, propertyId: null }],
    );
    expect(checks.map(({ ownerId, checkCents }) => [ownerId, checkCents])).toEqual([
      [A, 90_000],
      [B, 40_000],
    ]);
  });

  test('is never more than the property is short of, nor than an owner has drawn beyond their part', () => {
    const amount = fc.integer({ min: -300_000, max: 300_000 });
    const share = fc.integer({ min: 0, max: 1_000_000 });
    const paid = fc.integer({ min: 0, max: 300_000 });
    fc.assert(
      fc.property(amount, share, paid, (cash, shareOfA, paidToA) => {
        const draw = drawn({ cash, shareOfA, paidToA });
        const askedCents = draw.owners.reduce((sum, { shortfallCents }) => sum + shortfallCents, 0);
        expect(askedCents).toBeLessThanOrEqual(Math.max(0, -draw.safeCashCents));
        // Without an earlier draw all of it.
        if (paidToA === 0) expect(askedCents).toBe(Math.max(0, -cash));
        for (const { shortfallCents, safeCashCents } of draw.owners)
          expect(shortfallCents).toBeLessThanOrEqual(Math.max(0, -safeCashCents));
      }),
    );
  });
});

describe('the statement of a month of which something was drawn', () => {
  function statementOf(now: number, paidCents: number) {
    const given = input({
      properties: [
        property(1, {
          cash: {
            hasOperatingAccount: true,
            atPeriodEnd: { ...NO_CASH, operatingCashCents: 100_000 },
            now: { ...NO_CASH, operatingCashCents: now },
            commitments: { ...NO_COMMITMENTS, already: [{ ownerId: A, amountCents: paidCents }] },
          },
        }),
      ],
    });
    return ownerStatement(A, given, calculate(given), [], CHART).properties[0]?.draw;
  }

  test('shows the moment that is the cap once the draw is put back, and the draw beside it', () => {
    // $600.00 went out and $200.00 came in since: the month's end is the lower of the two.
    const draw = statementOf(60_000, 60_000);
    expect(draw).toMatchObject({
      drawCents: 40_000,
      safeCash: {
        isNow: false,
        totalCents: 40_000,
        ownCents: 40_000,
        terms: [
          { name: 'Operating cash', amountCents: 100_000 },
          { name: 'Already approved or drawn for this period', amountCents: -60_000 },
        ],
      },
    });
  });

  test('shows this moment where more has left than was drawn', () => {
    expect(statementOf(30_000, 60_000)?.safeCash).toMatchObject({
      isNow: true,
      totalCents: 30_000,
      terms: [{ name: 'Operating cash', amountCents: 30_000 }],
    });
  });
});
