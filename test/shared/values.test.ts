import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  fromCell,
  fromWire,
  sameValue,
  toCell,
  type FieldKind,
  type FieldValue,
} from '../../shared/resources/values.ts';

describe('both sides are compared in one form', () => {
  const rows: [FieldKind, unknown, FieldValue][] = [
    ['text', '  Main Street ', 'Main Street'],
    ['text', 'Cafe\u0301', 'Caf\u00e9'],
    ['text', '', null],
    ['text', null, null],
    ['longText', 'a\r\nb', 'a\nb'],
    ['money', 1250.5, 125050],
    ['money', 0, 0],
    ['money', null, null],
    ['date', '2026-11-22', '2026-11-22'],
    ['date', '2026-11-22T00:00:00', '2026-11-22'],
    ['instant', '2026-11-22T10:00:00.1234567Z', '2026-11-22T10:00:00.123Z'],
    ['instant', '2026-11-22T10:00:00Z', '2026-11-22T10:00:00.000Z'],
    ['checkbox', undefined, false],
    ['link', [12, 3], ['12', '3']],
    ['link', null, []],
    ['choices', ['b', 'a'], ['a', 'b']],
  ];
  test.each(rows)('%s %j is %j', (kind, raw, expected) => {
    expect(fromWire(kind, raw)).toEqual({ ok: true, value: expected });
  });

  test.each<[FieldKind, unknown, RegExp]>([
    ['money', 1.234, /more than two decimals/],
    ['money', '12', /is not an amount/],
    ['number', 'twelve', /is not a number/],
    ['date', '1899-12-31', /from 1900 on/],
    ['date', '2026-02-30', /is not a calendar date/],
    ['instant', 'yesterday', /is not a date and time/],
    ['checkbox', 'yes', /is not true or false/],
    ['text', { a: 1 }, /is not text/],
  ])('%s %j is refused and says why', (kind, raw, reason) => {
    expect(fromWire(kind, raw)).toEqual({ ok: false, error: expect.stringMatching(reason) });
  });

  test('what is written to a cell reads back as the same value', () => {
    const values: Record<string, fc.Arbitrary<FieldValue>> = {
      money: fc.integer({ min: -1e9, max: 1e9 }),
      checkbox: fc.boolean(),
      text: fc.string().map((text) => text.trim().normalize('NFC') || null),
      link: fc.uniqueArray(fc.integer({ min: 1, max: 99 }).map(String)).map((ids) => [...ids].sort()),
    };
    for (const [kind, arbitrary] of Object.entries(values)) {
      fc.assert(
        fc.property(arbitrary, (value) => {
          const cell = toCell(kind as FieldKind, value, (id) => `rec${id}`);
          const back = fromCell(kind as FieldKind, cell, (recordId) => recordId.slice(3));
          expect(back.ok && sameValue(back.value, value)).toBe(true);
        }),
      );
    }
  });

  test('a link to a row that stands for nothing equals nothing that Buildium shows', () => {
    const shown = fromCell('link', ['recA'], () => null);
    expect(shown.ok && sameValue(shown.value, [])).toBe(false);
  });
});
