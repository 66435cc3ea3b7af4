import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { allocate } from '../../server/accounting/allocate.ts';
import { commitments, NO_COMMITMENTS, type ApprovedDraw } from '../../server/accounting/commitments.ts';
import {
  ownersChecks,
  propertyDraw,
  type OwnersRule,
  type PropertyToDraw,
} from '../../server/accounting/draws.ts';
import { NO_CASH, safeCash } from '../../server/accounting/safeCash.ts';

const AUGUST = { from: '2026-08-01', to: '2026-08-31' };
const JULY = { from: '2026-07-01', to: '2026-07-31' };
const cents = fc.integer({ min: -500_000, max: 1_000_000 });
const some = fc.integer({ min: 0, max: 300_000 });

/** Two or three owners whose shares add up. */
const shares = fc
  .tuple(fc.integer({ min: 1, max: 999_998 }), fc.boolean())
  .map(([first, three]) =>
    three && first < 999_000 ? [first, 500, 1_000_000 - first - 500] : [first, 1_000_000 - first],
  )
  .map((parts) => parts.map((millionths, index) => ({ ownerId: 50 + index, millionths })));

const rule: fc.Arbitrary<OwnersRule> = fc.oneof(
  fc.record({ ownerId: fc.constantFrom(null, 50, 51), propertyId: fc.constantFrom(null, 1) }).chain((whose) =>
    fc.oneof(
      some.map(
        (reserveTargetCents): OwnersRule => ({ ...whose, kind: 'noiLessReserve', reserveTargetCents }),
      ),
      fc
        .integer({ min: 1, max: 1_000_000 })
        .map((millionths): OwnersRule => ({ ...whose, kind: 'percent', millionths })),
    ),
  ),
);

const approved: fc.Arbitrary<ApprovedDraw> = fc.record({
  ownerId: fc.constantFrom(50, 51),
  period: fc.constantFrom(JULY, AUGUST),
  amountCents: some,
  countedTransactionIds: fc.constant([1]),
});
const payment = fc.record({
  // Number 1 was there before every approval.
  transactionId: fc.constantFrom(1, 2),
  ownerId: fc.constantFrom(50, 51, null),
  day: fc.constantFrom('2026-08-05', '2026-08-31', '2026-09-03', '2026-09-20'),
  amountCents: some,
});

const property: fc.Arbitrary<PropertyToDraw> = fc
  .record({
    shares,
    noiCents: cents,
    endCents: cents,
    reserveCents: some,
    approvals: fc.array(approved, { maxLength: 3 }),
    payments: fc.array(payment, { maxLength: 3 }),
    carriedCents: fc.constantFrom(0, -25_000, 10_000),
    receivedSinceCents: some,
  })
  .map(({ shares: parts, noiCents, endCents, payments, approvals, ...rest }) => {
    const committed = commitments(approvals, payments, AUGUST);
    const paidSince = payments
      .filter(({ day }) => day > AUGUST.to)
      .reduce((sum, { amountCents }) => sum + amountCents, 0);
    const now = { ...NO_CASH, operatingCashCents: endCents + rest.receivedSinceCents - paidSince };
    return {
      propertyId: 1,
      shares: parts,
      noi: allocate(noiCents, parts),
      adjustments:
        rest.carriedCents === 0 ? [] : [{ amountCents: rest.carriedCents, sentence: 'bill 123 edited' }],
      cash: {
        hasOperatingAccount: true,
        atPeriodEnd: {
          ...NO_CASH,
          operatingCashCents: endCents,
          reserveCents: rest.reserveCents,
          approvedDrawsUnpaidCents: committed.othersAtPeriodEndCents,
        },
        now: { ...now, approvedDrawsUnpaidCents: committed.othersNowCents },
        commitments: committed,
      },
    };
  });

describe('whatever the rules, the shares and the earlier draws are', () => {
  test('all owners together never draw more than what can leave the property, then or now', () => {
    fc.assert(
      fc.property(property, fc.array(rule, { maxLength: 4 }), (given, rules) => {
        const draw = propertyDraw(given, rules);
        const drawn = draw.owners.reduce((sum, { drawCents }) => sum + drawCents, 0);
        const { cash } = given;
        const already = cash.commitments.already.reduce((sum, { amountCents }) => sum + amountCents, 0);
        expect(drawn).toBeLessThanOrEqual(
          Math.max(0, safeCash(cash.now) - cash.commitments.alreadyUnpaidCents),
        );
        const beforeDraws = safeCash(cash.atPeriodEnd) + cash.commitments.alreadyPaidAtPeriodEndCents;
        expect(drawn + already).toBeLessThanOrEqual(Math.max(already, beforeDraws));
      }),
    );
  });

  test('every cent of a draw stands in a term', () => {
    fc.assert(
      fc.property(property, fc.array(rule, { maxLength: 4 }), (given, rules) => {
        for (const { terms, drawCents } of propertyDraw(given, rules).owners) {
          expect(terms.reduce((sum, { amountCents }) => sum + amountCents, 0)).toBe(drawCents);
          expect(terms.at(-1)?.leftCents).toBe(drawCents);
          expect(drawCents).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });

  test('a check is what its lines come to, and netting never pays out more', () => {
    fc.assert(
      fc.property(property, property, (first, second) => {
        const draws = [first, { ...second, propertyId: 2 }].map((given) => ({
          propertyId: given.propertyId,
          draw: propertyDraw(given, []),
        }));
        const apart = ownersChecks(draws, []);
        const netted = ownersChecks(draws, [{ kind: 'netting', ownerId: null, propertyId: null }]);
        for (const [index, { checkCents, lines }] of netted.entries()) {
          expect(lines.reduce((sum, { amountCents }) => sum + amountCents, 0)).toBe(checkCents);
          expect(checkCents).toBeLessThanOrEqual(apart[index]?.checkCents ?? 0);
        }
      }),
    );
  });
});

test('what one owner was paid already is taken from that owner’s part and from nobody else’s', () => {
  const halves = [50, 51].map((ownerId) => ({ ownerId, millionths: 500_000 }));
  const { owners } = propertyDraw(
    {
      ...{ propertyId: 1, shares: halves, noi: allocate(100_000, halves), adjustments: [] },
      cash: {
        ...{ hasOperatingAccount: true },
        atPeriodEnd: { ...NO_CASH, operatingCashCents: 100_000 },
        now: { ...NO_CASH, operatingCashCents: 50_000 },
        commitments: { ...NO_COMMITMENTS, already: [{ ownerId: 50, amountCents: 50_000 }] },
      },
    },
    [],
  );
  expect(owners.map(({ drawCents }) => drawCents)).toEqual([0, 50_000]);
});

describe('a reserve of $1,000.00', () => {
  type Month = { cash: number; noi: number; change?: Partial<PropertyToDraw['cash']>; carried?: number };

  /** What is kept for it, and what the statement says, in a month that ends with so much cash. */
  function kept({ cash: operatingCashCents, noi, change = {}, carried }: Month, reserveCents = 0) {
    const shares = [{ ownerId: 50, millionths: 1_000_000 }];
    const parts = { ...NO_CASH, operatingCashCents, reserveCents };
    const { owners } = propertyDraw(
      {
        ...{ propertyId: 1, shares, noi: allocate(noi, shares) },
        adjustments: carried === undefined ? [] : [{ amountCents: carried, sentence: 'bill 123 edited' }],
        cash: {
          ...{ hasOperatingAccount: true, atPeriodEnd: parts, now: parts, commitments: NO_COMMITMENTS },
          ...change,
        },
      },
      [{ ownerId: null, propertyId: null, kind: 'noiLessReserve', reserveTargetCents: 100_000 }],
    );
    const term = owners[0]?.terms.find(({ kind }) => kind === 'reserve');
    return [owners[0]?.drawCents, term?.name];
  }

  test('is kept back once: the second month says that it is held, and draws all of its income', () => {
    const first = kept({ cash: 200_000, noi: 200_000 });
    expect(first).toEqual([100_000, 'Reserve brought from $0.00 to $1,000.00']);
    const held = 'Reserve of $1,000.00: $1,000.00 are held already';
    expect(kept({ cash: 100_000 + 200_000, noi: 200_000 })).toEqual([200_000, held]);
  });

  test.each<[string, Month, number, number, string]>([
    [
      'a part of it was spent',
      { cash: 260_000, noi: 200_000 },
      0,
      160_000,
      'Reserve brought from $600.00 to $1,000.00',
    ],
    [
      'nothing is left but income',
      { cash: 150_000, noi: 200_000 },
      0,
      100_000,
      'Reserve brought from $0.00 to $1,000.00',
    ],
    [
      'Buildium is told to keep it too',
      { cash: 200_000, noi: 200_000 },
      100_000,
      100_000,
      'Reserve brought from $0.00 to $1,000.00',
    ],
    [
      'Buildium is told to keep it too, and it is there',
      { cash: 300_000, noi: 200_000 },
      100_000,
      200_000,
      'Reserve of $1,000.00: $1,000.00 are held already',
    ],
    [
      'the month makes up for an earlier one',
      { cash: 275_000, noi: 200_000, carried: -25_000 },
      0,
      175_000,
      'Reserve of $1,000.00: $1,000.00 are held already',
    ],
  ])('%s', (_what, given, reserveCents, drawCents, said) => {
    expect(kept(given, reserveCents)).toEqual([drawCents, said]);
  });

  test('of one owner is held by what is left of that owner’s cash', () => {
    const shares = [50, 51].map((ownerId) => ({ ownerId, millionths: 500_000 }));
    const parts = { ...NO_CASH, operatingCashCents: 300_000 };
    const { owners } = propertyDraw(
      {
        ...{ propertyId: 1, shares, noi: allocate(200_000, shares), adjustments: [] },
        cash: { hasOperatingAccount: true, atPeriodEnd: parts, now: parts, commitments: NO_COMMITMENTS },
      },
      [{ ownerId: 50, propertyId: null, kind: 'noiLessReserve', reserveTargetCents: 100_000 }],
    );
    expect(owners.map(({ drawCents }) => drawCents)).toEqual([50_000, 150_000]);
  });
});

describe('what was approved and paid before', () => {
  const draw = (ownerId: number, period: typeof JULY, amountCents: number): ApprovedDraw => ({
    ...{ ownerId, period, amountCents },
    countedTransactionIds: [COUNTED],
  });
  const COUNTED = 1;
  const paid = (ownerId: number | null, day: string, amountCents: number, transactionId = 2) => ({
    ...{ transactionId, ownerId, day, amountCents },
  });

  test.each([
    ['nothing was', [], [], NO_COMMITMENTS],
    [
      'July’s draw was approved and is not paid',
      [draw(50, JULY, 500)],
      [],
      { ...NO_COMMITMENTS, othersAtPeriodEndCents: 500, othersNowCents: 500 },
    ],
    [
      'July’s draw was paid after August’s end: it is July’s, not August’s',
      [draw(50, JULY, 500)],
      [paid(50, '2026-09-03', 500)],
      { ...NO_COMMITMENTS, othersAtPeriodEndCents: 500 },
    ],
    [
      'July’s draw was paid with a check dated within July, so that it stands in July’s statement',
      [draw(50, JULY, 500)],
      [paid(50, '2026-07-31', 500)],
      NO_COMMITMENTS,
    ],
    [
      'July’s draw was approved with a check in July that its run had counted',
      [draw(50, JULY, 500)],
      [paid(50, '2026-07-31', 500, COUNTED)],
      { ...NO_COMMITMENTS, othersAtPeriodEndCents: 500, othersNowCents: 500 },
    ],
    [
      'July’s draw was paid in August, and the check taken back in September',
      [draw(50, JULY, 500)],
      [paid(50, '2026-08-05', 500), paid(50, '2026-09-03', -500)],
      { ...NO_COMMITMENTS, othersNowCents: 500 },
    ],
    [
      'July’s draw was paid, and an entry without a payee took the check back, not the larger one beside it',
      [draw(50, JULY, 500), draw(51, JULY, 800)],
      [paid(50, '2026-08-05', 500), paid(51, '2026-08-06', 800), paid(null, '2026-08-20', -500)],
      { ...NO_COMMITMENTS, othersAtPeriodEndCents: 500, othersNowCents: 500 },
    ],
    [
      'a check was taken back and written again: that is no draw of August',
      [draw(50, JULY, 500)],
      [paid(50, '2026-08-05', 500), paid(50, '2026-09-03', -500), paid(50, '2026-09-10', 500)],
      NO_COMMITMENTS,
    ],
    [
      'August’s own draw was approved',
      [draw(50, AUGUST, 500)],
      [],
      { ...NO_COMMITMENTS, already: [{ ownerId: 50, amountCents: 500 }], alreadyUnpaidCents: 500 },
    ],
    [
      'and paid in part',
      [draw(50, AUGUST, 500)],
      [paid(50, '2026-09-03', 200)],
      { ...NO_COMMITMENTS, already: [{ ownerId: 50, amountCents: 500 }], alreadyUnpaidCents: 300 },
    ],
    [
      'and paid with a check dated within August: the cash of its last day is without it',
      [draw(50, AUGUST, 500)],
      [paid(50, '2026-08-31', 500)],
      {
        ...NO_COMMITMENTS,
        already: [{ ownerId: 50, amountCents: 500 }],
        alreadyPaidAtPeriodEndCents: 500,
      },
    ],
    [
      'a payment of early August that its run had counted is no payment of August’s draw',
      [draw(50, AUGUST, 500)],
      [paid(50, '2026-08-05', 400, COUNTED)],
      { ...NO_COMMITMENTS, already: [{ ownerId: 50, amountCents: 500 }], alreadyUnpaidCents: 500 },
    ],
    [
      'what was paid in September without an approval was approved beside: both are drawn',
      [draw(50, AUGUST, 500)],
      [paid(50, '2026-09-03', 200, COUNTED)],
      { ...NO_COMMITMENTS, already: [{ ownerId: 50, amountCents: 700 }], alreadyUnpaidCents: 500 },
    ],
    [
      'a check went out that nobody approved',
      [],
      [paid(51, '2026-09-03', 200)],
      { ...NO_COMMITMENTS, already: [{ ownerId: 51, amountCents: 200 }] },
    ],
    [
      'one to nobody in particular pays what is owed, and the rest is split',
      [draw(50, JULY, 300)],
      [paid(null, '2026-09-03', 500)],
      { ...NO_COMMITMENTS, othersAtPeriodEndCents: 300, already: [{ ownerId: null, amountCents: 200 }] },
    ],
    ['a payment in August is in August’s cash already', [], [paid(50, '2026-08-05', 400)], NO_COMMITMENTS],
    ['one was taken back', [], [paid(50, '2026-09-03', 400), paid(50, '2026-09-20', -400)], NO_COMMITMENTS],
    [
      'one of before was taken back and written again',
      [],
      [paid(50, '2026-09-03', -400), paid(50, '2026-09-20', 400)],
      NO_COMMITMENTS,
    ],
  ])('when %s', (_, approvals, payments, expected) => {
    expect(commitments(approvals, payments, AUGUST)).toEqual(expected);
  });

  test.each([
    ['approved', { alreadyUnpaidCents: 1_157_725 }, 1_157_725],
    ['approved and paid since', {}, 0],
  ])(
    'a draw that was %s stands in the next version’s waterfall, not only missing from it',
    (_, unpaid, nowCents) => {
      const one = [{ ownerId: 50, millionths: 1_000_000 }];
      const already = [{ ownerId: 50, amountCents: 1_157_725 }];
      const { owners } = propertyDraw(
        {
          ...{ propertyId: 1, shares: one, noi: allocate(900_000, one), adjustments: [] },
          cash: {
            ...{ hasOperatingAccount: true, reserveHeldCents: 0 },
            atPeriodEnd: { ...NO_CASH, operatingCashCents: 1_157_725 },
            now: { ...NO_CASH, operatingCashCents: nowCents },
            commitments: { ...NO_COMMITMENTS, already, ...unpaid },
          },
        },
        [],
      );
      expect(owners[0]?.terms).toEqual([
        {
          ...{ kind: 'safeCash', name: 'Safe cash before earlier draws of this period' },
          ...{ amountCents: 1_157_725, leftCents: 1_157_725 },
        },
        {
          ...{ kind: 'alreadyDrawn', name: 'Already approved or drawn for this period' },
          ...{ amountCents: -1_157_725, leftCents: 0 },
        },
      ]);
      expect(owners[0]?.drawCents).toBe(0);
    },
  );

  test('a draw that was paid with a check dated within its month leaves the rest of the month’s cash, once', () => {
    const one = [{ ownerId: 50, millionths: 1_000_000 }];
    const committed = commitments([draw(50, AUGUST, 500)], [paid(50, '2026-08-31', 500)], AUGUST);
    const afterwards = { ...NO_CASH, operatingCashCents: 300 };
    const { safeCashCents, owners } = propertyDraw(
      {
        ...{ propertyId: 1, shares: one, noi: allocate(800, one), adjustments: [] },
        cash: {
          ...{ hasOperatingAccount: true, commitments: committed },
          ...{ atPeriodEnd: afterwards, now: afterwards },
        },
      },
      [],
    );
    expect([safeCashCents, owners[0]?.drawCents]).toEqual([300, 300]);
  });
});
