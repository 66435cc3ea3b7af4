import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { centsFromDollars, dollarsFromCents, formatCents } from '../../shared/money.ts';

const LARGEST_CENTS = 9_000_000_000_000;

describe('dollars on the wire become cents', () => {
  test.each([
    [0, 0],
    [-0, 0],
    [1, 100],
    [0.1, 10],
    [0.29, 29],
    [1.15, 115],
    [1.005e3, 100_500],
    [19.99, 1_999],
    [-42.5, -4_250],
    [1_234_567.89, 123_456_789],
    [0.1 + 0.2, 30],
    [4.35 * 100, 43_500],
    [8_787_540_932.62, 878_754_093_262],
    [90_000_000_000, LARGEST_CENTS],
  ])('%p dollars are %p cents', (dollars, cents) => {
    expect(centsFromDollars(dollars)).toEqual({ ok: true, value: cents });
  });

  test.each([
    [0.001, /more than two decimals/],
    [10.005, /more than two decimals/],
    [-1.999, /more than two decimals/],
    [1e-7, null],
    [90_000_000_000.01, /too large/],
    [Number.MAX_VALUE, /is not a number/],
    [Infinity, /is not a number/],
    [NaN, /is not a number/],
  ])('%p dollars: %p', (dollars, reason) => {
    const cents = centsFromDollars(dollars);
    if (reason === null) expect(cents).toEqual({ ok: true, value: 0 });
    else expect(cents).toEqual({ ok: false, error: expect.stringMatching(reason) });
  });

  test('and back to the same number, for every amount that both APIs keep', () => {
    fc.assert(
      fc.property(fc.integer({ min: -LARGEST_CENTS, max: LARGEST_CENTS }), (cents) => {
        const dollars = JSON.parse(JSON.stringify(dollarsFromCents(cents))) as number;
        expect(centsFromDollars(dollars)).toEqual({ ok: true, value: cents });
      }),
    );
  });

  test('a tenth of a cent is refused at every size', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: LARGEST_CENTS }),
        fc.integer({ min: 1, max: 9 }),
        (cents, tenth) => {
          expect(
            centsFromDollars(
              Number(`${Math.trunc(cents / 100)}.${String(cents % 100).padStart(2, '0')}${tenth}`),
            ).ok,
          ).toBe(false);
        },
      ),
    );
  });
});

describe('cents for people', () => {
  test.each([
    [0, '$0.00'],
    [5, '$0.05'],
    [-5, '-$0.05'],
    [99, '$0.99'],
    [123_450, '$1,234.50'],
    [-123_450, '-$1,234.50'],
    [LARGEST_CENTS, '$90,000,000,000.00'],
  ])('%p is %s', (cents, text) => {
    expect(formatCents(cents)).toBe(text);
  });
});
