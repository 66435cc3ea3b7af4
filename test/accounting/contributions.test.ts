import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { contributions, NO_COMMITMENTS, type ApprovedDraw } from '../../server/accounting/commitments.ts';
import { ownersChecks, propertyDraw, type OwnersRule } from '../../server/accounting/draws.ts';
import { NO_CASH } from '../../server/accounting/safeCash.ts';

const JULY = { from: '2026-07-01', to: '2026-07-31' };
const AUGUST = { from: '2026-08-01', to: '2026-08-31' };
const SEPTEMBER = { from: '2026-09-01', to: '2026-09-30' };
const COUNTED = 1;

describe('what netting was approved to contribute', () => {
  const to = (period: typeof JULY): ApprovedDraw => ({
    ...{ ownerId: 50, period, amountCents: 500, countedTransactionIds: [COUNTED] },
  });
  const paidIn = (day: string, amountCents: number, transactionId = 2) => ({
    ...{ transactionId, ownerId: null, day, amountCents },
  });
  const own = [{ ownerId: 50, amountCents: 500 }];

  test.each([
    ['in August is expected then and now', [to(AUGUST)], [], [500, 500, own]],
    [
      'and paid in since is expected at August’s end only',
      [to(AUGUST)],
      [paidIn('2026-09-03', 500)],
      [500, 0, own],
    ],
    ['and dated within August is in its cash', [to(AUGUST)], [paidIn('2026-08-31', 500)], [0, 0, own]],
    [
      'and paid in before in August is no payment of it',
      [to(AUGUST)],
      [paidIn('2026-08-05', 500, COUNTED)],
      [500, 500, own],
    ],
    ['and paid in in part', [to(AUGUST)], [paidIn('2026-09-03', 200)], [500, 300, own]],
    [
      'and taken back',
      [to(AUGUST)],
      [paidIn('2026-09-03', 500), paidIn('2026-09-09', -500)],
      [500, 500, own],
    ],
    ['in July is expected, and no part of August’s own', [to(JULY)], [], [500, 500, []]],
    ['in September is not expected at August’s end', [to(SEPTEMBER)], [], [0, 500, []]],
    ['was withdrawn', [{ ...to(AUGUST), amountCents: 0 }], [], [0, 0, []]],
  ])('%s', (_, approved, payments, [atEnd, now, contributed]) => {
    expect(contributions(approved, payments, AUGUST)).toEqual({
      ...{ expectedAtPeriodEndCents: atEnd, expectedNowCents: now, contributed },
    });
  });
});

const NETTING: OwnersRule[] = [{ kind: 'netting', ownerId: 50, propertyId: null }];

type Promised = { already: ApprovedPart[]; contributed: ApprovedPart[] };
type ApprovedPart = { ownerId: number; amountCents: number };
const NOTHING: Promised = { already: [], contributed: [] };

/** Draws of a property of two owners, with what was approved for the month and is not paid. */
function drawsOf(operatingCashCents: number, shareOfFirst: number, { already, contributed }: Promised) {
  const total = (parts: ApprovedPart[]) => parts.reduce((sum, { amountCents }) => sum + amountCents, 0);
  const cash = { ...NO_CASH, operatingCashCents, approvedContributionsCents: total(contributed) };
  return propertyDraw(
    {
      propertyId: 1,
      shares: [
        { ownerId: 50, millionths: shareOfFirst },
        { ownerId: 51, millionths: 1_000_000 - shareOfFirst },
      ],
      ...{ noi: [], adjustments: [] },
      cash: {
        ...{ hasOperatingAccount: true, atPeriodEnd: cash, now: cash },
        commitments: { ...NO_COMMITMENTS, already, alreadyUnpaidCents: total(already), contributed },
      },
    },
    [],
  );
}

test('what one owner contributed is theirs: the other stays short of their part', () => {
  const { owners, safeCashCents } = drawsOf(-50_000, 500_000, {
    ...{ already: [], contributed: [{ ownerId: 50, amountCents: 25_000 }] },
  });
  expect(safeCashCents).toBe(-25_000);
  expect(owners.map(({ shortfallCents }) => shortfallCents)).toEqual([0, 25_000]);
});

test('what is more than the property turns out to need is drawn by whoever gave it', () => {
  const { owners } = drawsOf(-20_000, 500_000, {
    ...{ already: [], contributed: [{ ownerId: 50, amountCents: 25_000 }] },
  });
  expect(owners.map(({ drawCents, shortfallCents }) => [drawCents, shortfallCents])).toEqual([
    [5_000, 0],
    [0, 0],
  ]);
});

test('approved, the same books give nothing more to draw, and nothing more to cover', () => {
  const cents = fc.integer({ min: -300_000, max: 300_000 });
  const share = fc.integer({ min: 0, max: 1_000_000 });
  fc.assert(
    fc.property(fc.array(fc.tuple(cents, share), { minLength: 2, maxLength: 4 }), (properties) => {
      const checksWith = (promised: (propertyId: number) => Promised) =>
        ownersChecks(
          properties.map(([cash, shareOfFirst], propertyId) => ({
            propertyId,
            draw: drawsOf(cash, shareOfFirst, promised(propertyId)),
          })),
          NETTING,
        );
      const first = checksWith(() => NOTHING);
      const linesOf = (propertyId: number, type: string): ApprovedPart[] =>
        first.flatMap(({ ownerId, lines }) =>
          lines
            .filter((line) => line.propertyId === propertyId && line.type === type)
            .map(({ amountCents }) => ({ ownerId, amountCents: Math.abs(amountCents) })),
        );
      const again = checksWith((propertyId) => ({
        already: linesOf(propertyId, 'OwnerDraw'),
        contributed: linesOf(propertyId, 'OwnerContribution'),
      }));
      expect(again).toEqual(
        first.map(({ ownerId, uncoveredCents }) => ({ ownerId, uncoveredCents, checkCents: 0, lines: [] })),
      );
    }),
  );
});
