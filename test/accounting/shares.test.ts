import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addParts, allocate, formatMillionths, type Share } from '../../server/accounting/allocate.ts';
import {
  managedSpan,
  millionthsFromPercent,
  ownershipSegments,
  splitFlows,
  splitStock,
  type OwnershipRow,
} from '../../server/accounting/ownership.ts';

const AUGUST = { from: '2026-08-01', to: '2026-08-31' };
const WHOLE = 1_000_000;

/** Shares of 1 to 8 owners that add up to the whole. */
const shares: fc.Arbitrary<Share[]> = fc
  .uniqueArray(fc.integer({ min: 1, max: WHOLE - 1 }), { maxLength: 7 })
  .map((cuts) => {
    const ends = [...cuts.sort((a, b) => a - b), WHOLE];
    return ends.map((end, index) => ({ ownerId: index + 1, millionths: end - (ends[index - 1] ?? 0) }));
  });
const amounts = fc.integer({ min: -9_000_000_000_000, max: 9_000_000_000_000 });

describe('whole cents by largest remainder', () => {
  test('add up to the amount exactly, negative amounts too', () => {
    fc.assert(
      fc.property(amounts, shares, (total, of) => {
        expect(allocate(total, of).reduce((sum, part) => sum + part.amountCents, 0)).toBe(total);
      }),
    );
  });

  test('nobody is more than a cent from their exact part', () => {
    fc.assert(
      fc.property(amounts, shares, (total, of) => {
        for (const { ownerId, amountCents } of allocate(total, of)) {
          const millionths = of.find((share) => share.ownerId === ownerId)?.millionths ?? 0;
          const exact = BigInt(total) * BigInt(millionths);
          const away = BigInt(amountCents) * BigInt(WHOLE) - exact;
          expect(away < BigInt(WHOLE) && away > BigInt(-WHOLE)).toBe(true);
        }
      }),
    );
  });

  test('a negative amount is the mirror image, and the order of the owners does not matter', () => {
    fc.assert(
      fc.property(amounts, shares, (total, of) => {
        const parts = allocate(total, of);
        const mirrored = allocate(0 - total, [...of].reverse());
        expect(mirrored.map(({ ownerId, amountCents }) => [ownerId, 0 - amountCents])).toEqual(
          parts.map(({ ownerId, amountCents }) => [ownerId, 0 + amountCents]),
        );
      }),
    );
  });

  test.each([
    [100, [500_000, 500_000], [50, 50]],
    [101, [500_000, 500_000], [51, 50]],
    [-101, [500_000, 500_000], [-51, -50]],
    [100, [333_333, 333_333, 333_334], [33, 33, 34]],
    [1, [100_000, 900_000], [0, 1]],
    [0, [600_000, 400_000], [0, 0]],
  ])('%p cents over %p are %p', (total, millionths, expected) => {
    const of = millionths.map((share, index) => ({ ownerId: index + 1, millionths: share }));
    expect(allocate(total, of).map(({ amountCents }) => amountCents)).toEqual(expected);
  });

  test.each([[999_000], [1_010_000]])('shares of %p millionths together are refused, not scaled', (sum) => {
    expect(() => allocate(100, [{ ownerId: 1, millionths: sum }])).toThrow('add up to');
  });
});

describe('a percent as people type it', () => {
  test.each([
    ['50', 500_000],
    [' 33.3333 ', 333_333],
    ['100', WHOLE],
    ['0.0001', 1],
    ['12.5', 125_000],
    ['0', null],
    ['100.0001', null],
    ['101', null],
    ['-5', null],
    ['33.33333', null],
    ['half', null],
  ])('%p is %p millionths', (text, millionths) => {
    expect(millionthsFromPercent(text)).toBe(millionths);
  });

  test.each([
    [WHOLE, '100%'],
    [333_333, '33.3333%'],
    [999_000, '99.9%'],
    [125_000, '12.5%'],
  ])('%p millionths are said as %p', (millionths, text) => {
    expect(formatMillionths(millionths)).toBe(text);
  });
});

const row = (
  ownerId: number,
  percent: number,
  from: string | null = null,
  to: string | null = null,
): OwnershipRow => ({ ownerId, millionths: percent * 10_000, from, to });
const segmentsOf = (rows: OwnershipRow[], buildiumOwnerIds = [1, 2], period = AUGUST) =>
  ownershipSegments({ propertyId: 7, buildiumOwnerIds }, rows, period);

describe('ownership over the managed days', () => {
  test('the only owner in Buildium has all of it without a row', () => {
    expect(segmentsOf([], [5])).toEqual({
      ok: true,
      value: [{ period: AUGUST, shares: [{ ownerId: 5, millionths: WHOLE }] }],
    });
  });

  test('a sale in mid-month makes two segments; the last day of a row is included', () => {
    const sold = segmentsOf([row(1, 60), row(2, 40, null, '2026-08-15'), row(3, 40, '2026-08-16')]);
    expect(
      sold.ok && sold.value.map(({ period, shares: of }) => [period.from, period.to, of.length]),
    ).toEqual([
      ['2026-08-01', '2026-08-15', 2],
      ['2026-08-16', '2026-08-31', 2],
    ]);
  });

  test('rows that hand over without a change of percentages are one segment: cents are rounded once', () => {
    const renewed = segmentsOf([row(1, 100, null, '2026-08-15'), row(1, 100, '2026-08-16')]);
    expect(renewed.ok && renewed.value).toHaveLength(1);
  });

  test.each([
    ['99.9 percent', [row(1, 60), row(2, 39.9)], [1, 2], 'notWhole', '2026-08-01', '99.9%'],
    ['101 percent', [row(1, 60), row(2, 41)], [1, 2], 'notWhole', '2026-08-01', '101%'],
    [
      'a day without the second owner',
      [row(1, 50), row(2, 50, null, '2026-08-15'), row(2, 50, '2026-08-17')],
      [1, 2],
      'notWhole',
      '2026-08-16',
      '50%',
    ],
    ['two owners and no row', [], [1, 2], 'percentMissing', '2026-08-01', 'Ownership'],
    ['no owner at all', [], [], 'noOwner', '2026-08-01', 'Buildium'],
    ['a percent of zero', [row(1, 100), row(2, 0)], [1, 2], 'percentOutOfRange', '2026-08-01', '0%'],
    ['a negative percent', [row(1, 110), row(2, -10)], [1, 2], 'percentOutOfRange', '2026-08-01', '110%'],
  ])('%s is a problem on its first day', (_what, rows, owners, kind, day, says) => {
    const problem = segmentsOf(rows, owners);
    expect(problem).toMatchObject({ ok: false, error: { kind, day } });
    expect(!problem.ok && problem.error.message).toContain(says);
    expect(!problem.ok && problem.error.message).toMatch(/property 7/i);
  });

  test('days outside the managed ones need no percentages', () => {
    expect(segmentsOf([row(1, 100, '2026-08-10')], [1], { from: '2026-08-10', to: '2026-08-31' }).ok).toBe(
      true,
    );
  });

  test('a leap day is a day like others', () => {
    const rows = [row(1, 100, null, '2028-02-28'), row(2, 100, '2028-03-01')];
    expect(segmentsOf(rows, [1], { from: '2028-02-01', to: '2028-03-31' })).toMatchObject({
      ok: false,
      error: { day: '2028-02-29' },
    });
  });
});

describe('flows and stocks', () => {
  const sale = segmentsOf([row(1, 50), row(2, 50, null, '2026-08-15'), row(3, 50, '2026-08-16')]);
  const segments = sale.ok ? sale.value : [];

  test('flows go by the percent on their day', () => {
    const flows = [
      { day: '2026-08-15', amountCents: 1_000 },
      { day: '2026-08-16', amountCents: 400 },
    ];
    expect(splitFlows(flows, segments)).toEqual([
      { ownerId: 1, amountCents: 700 },
      { ownerId: 2, amountCents: 500 },
      { ownerId: 3, amountCents: 200 },
    ]);
  });

  test('cents are rounded once a segment, not once an entry', () => {
    const flows = Array.from({ length: 100 }, () => ({ day: '2026-08-01', amountCents: 1 }));
    expect(splitFlows(flows, segments).map(({ amountCents }) => amountCents)).toEqual([50, 50, 0]);
  });

  test('an expense allocated to one owner is theirs alone', () => {
    const flows = [
      { day: '2026-08-01', amountCents: 1_000 },
      { day: '2026-08-02', amountCents: -300, ownerId: 2 },
    ];
    expect(splitFlows(flows, segments)).toEqual([
      { ownerId: 1, amountCents: 500 },
      { ownerId: 2, amountCents: 200 },
      { ownerId: 3, amountCents: 0 },
    ]);
  });

  test('stocks go by the percent of the last day', () => {
    expect(splitStock(1_000, segments)).toEqual([
      { ownerId: 1, amountCents: 500 },
      { ownerId: 3, amountCents: 500 },
    ]);
  });

  test('all parts of all segments add up to all flows', () => {
    const flow = fc.record({
      day: fc.integer({ min: 1, max: 31 }).map((day) => `2026-08-${String(day).padStart(2, '0')}`),
      amountCents: fc.integer({ min: -100_000, max: 100_000 }),
      ownerId: fc.option(fc.integer({ min: 1, max: 3 })),
    });
    fc.assert(
      fc.property(fc.array(flow), (flows) => {
        const total = flows.reduce((sum, { amountCents }) => sum + amountCents, 0);
        const parts = addParts(splitFlows(flows, segments));
        expect(parts.reduce((sum, { amountCents }) => sum + amountCents, 0)).toBe(total);
      }),
    );
  });
});

describe('the days a property is managed', () => {
  const open = { from: null, to: null };
  test.each([
    [
      'what was entered for it',
      { from: '2026-01-01', to: null },
      [{ from: '2020-01-01', to: '2030-01-01' }],
      '2026-01-01',
      null,
    ],
    ['its owner’s agreement', null, [{ from: '2020-01-01', to: '2026-08-15' }], '2020-01-01', '2026-08-15'],
    ['an empty entry counts as none', open, [{ from: '2020-01-01', to: null }], '2020-01-01', null],
    [
      'one owner without dates leaves it open',
      null,
      [open, { from: '2020-01-01', to: '2026-08-15' }],
      null,
      null,
    ],
    [
      'the widest of two agreements',
      null,
      [
        { from: '2021-01-01', to: '2026-01-01' },
        { from: '2020-01-01', to: '2027-01-01' },
      ],
      '2020-01-01',
      '2027-01-01',
    ],
    ['nobody said anything', null, [], null, null],
  ])('%s', (_what, entered, agreements, from, to) => {
    expect(managedSpan(entered, agreements)).toEqual({ from, to });
  });
});
