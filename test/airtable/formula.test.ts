import { describe, expect, test } from '@jest/globals';
import { fieldIsOneOf, fieldReadsAs, formulaText, recordIsOneOf } from '../../server/airtable/formula.ts';

describe('text in a formula', () => {
  test.each([
    ['plain', '"plain"'],
    ['say "hi"', '"say \\"hi\\""'],
    ['back\\slash', '"back\\\\slash"'],
    ['", ""="', '"\\", \\"\\"=\\""'],
    ['ends with \\', '"ends with \\\\"'],
    ['}', '"}"'],
    ['{Name}', '"{Name}"'],
    ["it's", '"it\'s"'],
    ['two\nlines\tand\r', '"two\\nlines\\tand\\r"'],
    ['Zoë 🏠 ümläut', '"Zoë 🏠 ümläut"'],
  ])('%j is quoted as %s', (text, literal) => {
    expect(formulaText(text)).toBe(literal);
  });
});

test('one value is compared alone, several with OR, numbers without quotes', () => {
  expect(fieldIsOneOf('fldA', ['x'])).toBe('{fldA}="x"');
  expect(fieldIsOneOf('fldA', ['x', 12, -1.5])).toBe('OR({fldA}="x",{fldA}=12,{fldA}=-1.5)');
  expect(recordIsOneOf(['recA', 'recB'])).toBe('OR(RECORD_ID()="recA",RECORD_ID()="recB")');
});

test('what reads alike is one text: in any case, with blanks around it, its accents composed or not', () => {
  expect(fieldReadsAs('fldA', [' Roof'])).toBe('LOWER(TRIM({fldA}&""))="roof"');
  const cafe = fieldReadsAs('fldA', ['CAF\u00c9']);
  expect(cafe).toBe('OR(LOWER(TRIM({fldA}&""))="caf\u00e9",LOWER(TRIM({fldA}&""))="cafe\u0301")');
});
