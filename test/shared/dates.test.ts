import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  addDays,
  addMonths,
  dateOf,
  daysBetween,
  firstDayOfMonth,
  instantFromMs,
  isPlainDate,
  lastDayOfMonth,
  parseInstant,
  splitPeriod,
} from '../../shared/dates.ts';

const someDate = fc
  .integer({
    min: Date.parse('1900-01-01T00:00:00Z') / 86_400_000,
    max: Date.parse('2199-12-31T00:00:00Z') / 86_400_000,
  })
  .map((day) => new Date(day * 86_400_000).toISOString().slice(0, 10));

describe('a plain date', () => {
  test.each([
    ['2026-02-28', true],
    ['2024-02-29', true],
    ['1900-01-01', true],
    ['2023-02-29', false],
    ['1900-02-29', false],
    ['2026-04-31', false],
    ['2026-13-01', false],
    ['2026-00-10', false],
    ['1899-12-31', false],
    ['0001-01-01', false],
    ['2026-1-1', false],
    ['2026-01-01T00:00:00Z', false],
    ['', false],
  ])('%s is one: %p', (text, expected) => {
    expect(isPlainDate(text)).toBe(expected);
  });
});

describe('days', () => {
  test.each([
    ['2026-02-28', 1, '2026-03-01'],
    ['2024-02-28', 1, '2024-02-29'],
    ['2026-01-01', -1, '2025-12-31'],
    // The days on which clocks change in the United States and in Europe are days like any other.
    ['2026-03-08', 1, '2026-03-09'],
    ['2026-11-01', 1, '2026-11-02'],
    ['2026-03-29', 1, '2026-03-30'],
    ['2026-05-05', 0, '2026-05-05'],
  ])('%s plus %p is %s', (date, days, expected) => {
    expect(addDays(date, days)).toBe(expected);
  });

  test('counting them is the reverse of adding them', () => {
    fc.assert(
      fc.property(someDate, fc.integer({ min: -20_000, max: 20_000 }), (date, days) => {
        expect(daysBetween(date, addDays(date, days))).toBe(days);
      }),
    );
  });
});

describe('months', () => {
  test.each([
    ['2026-01-31', 1, '2026-02-28'],
    ['2024-01-31', 1, '2024-02-29'],
    ['2026-03-31', -1, '2026-02-28'],
    ['2026-10-31', 1, '2026-11-30'],
    ['2026-11-30', 3, '2027-02-28'],
    ['2026-01-15', -13, '2024-12-15'],
    ['2026-12-31', 12, '2027-12-31'],
    ['2026-06-10', 0, '2026-06-10'],
  ])('%s plus %p is %s', (date, months, expected) => {
    expect(addMonths(date, months)).toBe(expected);
  });

  test.each([
    ['2026-02-10', '2026-02-01', '2026-02-28'],
    ['2024-02-29', '2024-02-01', '2024-02-29'],
    ['2026-12-31', '2026-12-01', '2026-12-31'],
    ['2026-04-01', '2026-04-01', '2026-04-30'],
  ])('the month of %s is %s to %s', (date, first, last) => {
    expect([firstDayOfMonth(date), lastDayOfMonth(date)]).toEqual([first, last]);
  });
});

describe('a period cut into windows', () => {
  test('of a year and a day is a window of 365 days and one of a day', () => {
    expect(splitPeriod({ from: '2025-01-01', to: '2026-01-01' }, 365)).toEqual([
      { from: '2025-01-01', to: '2025-12-31' },
      { from: '2026-01-01', to: '2026-01-01' },
    ]);
  });

  test('of one day is that day, and one that ends before it begins is none', () => {
    expect(splitPeriod({ from: '2026-01-01', to: '2026-01-01' }, 365)).toEqual([
      { from: '2026-01-01', to: '2026-01-01' },
    ]);
    expect(splitPeriod({ from: '2026-01-02', to: '2026-01-01' }, 365)).toEqual([]);
  });

  test('covers every day once, in order, in windows of at most so many days', () => {
    fc.assert(
      fc.property(
        someDate,
        fc.integer({ min: 0, max: 2_000 }),
        fc.integer({ min: 1, max: 400 }),
        (from, length, days) => {
          const to = addDays(from, length);
          const windows = splitPeriod({ from, to }, days);
          expect(windows[0]?.from).toBe(from);
          expect(windows.at(-1)?.to).toBe(to);
          for (const [index, window] of windows.entries()) {
            expect(daysBetween(window.from, window.to) + 1).toBeLessThanOrEqual(days);
            const next = windows[index + 1];
            if (next) expect(next.from).toBe(addDays(window.to, 1));
          }
        },
      ),
    );
  });
});

describe('a moment', () => {
  test.each([
    ['2026-11-22T18:59:00Z', '2026-11-22T18:59:00.000Z'],
    ['2026-11-22T18:59:00.1234567Z', '2026-11-22T18:59:00.123Z'],
    ['2026-11-22T18:59:00.5', '2026-11-22T18:59:00.500Z'],
    ['2026-11-22T18:59:00', '2026-11-22T18:59:00.000Z'],
    ['2026-11-22T18:59:00-05:00', '2026-11-22T23:59:00.000Z'],
    ['2026-11-22T18:59:00+0530', '2026-11-22T13:29:00.000Z'],
    ['2026-11-22T18:59:00.5Z', '2026-11-22T18:59:00.500Z'],
    ['2026-11-22T18:59:00.123Z', '2026-11-22T18:59:00.123Z'],
    ['2026-11-22T25:59:00Z', null],
    ['2026-11-22T18:60:00.123Z', null],
    ['2026-11-22T18:59:0xZ', null],
    ['yesterday', null],
    ['', null],
  ])('%s is read as %p', (text, expected) => {
    expect(parseInstant(text)).toBe(expected);
  });

  test('has a day, and comes from milliseconds', () => {
    expect(instantFromMs(0)).toBe('1970-01-01T00:00:00.000Z');
    expect(dateOf(instantFromMs(Date.UTC(2026, 10, 22, 23, 59, 59, 999)))).toBe('2026-11-22');
  });
});
