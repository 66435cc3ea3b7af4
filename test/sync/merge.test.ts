import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { mergeField, type FieldOutcome, type FieldView } from '../../server/sync/merge.ts';
import type { FieldValue } from '../../shared/resources/values.ts';

const view = (change: Partial<FieldView>): FieldView => ({
  buildium: 'A',
  airtable: 'A',
  synced: { buildium: 'A', airtable: 'A' },
  buildiumShowsSent: false,
  airtableShowsSent: false,
  wasFilled: false,
  wasMadeSo: false,
  writable: true,
  ...change,
});

describe('one field, as the table of the design has it', () => {
  const rows: [string, Partial<FieldView>, FieldOutcome['kind']][] = [
    ['neither moved, equal', {}, 'agreed'],
    ['Buildium moved', { buildium: 'B' }, 'toAirtable'],
    ['Airtable moved', { airtable: 'B' }, 'toBuildium'],
    ['Airtable moved a one-way field', { airtable: 'B', writable: false }, 'putBack'],
    ['both moved to the same', { buildium: 'B', airtable: 'B' }, 'agreed'],
    ['both moved apart', { buildium: 'B', airtable: 'C' }, 'conflict'],
    ['both moved apart on a one-way field', { buildium: 'B', airtable: 'C', writable: false }, 'putBack'],
    ['our write has arrived in Airtable and was not remembered', { buildium: 'B', airtable: 'B' }, 'agreed'],
    [
      'our write is in Airtable and Buildium has moved on since',
      { buildium: 'C', airtable: 'B', airtableShowsSent: true },
      'toAirtable',
    ],
    [
      'a person typed over our unremembered write',
      { buildium: 'B', airtable: 'C', airtableShowsSent: false },
      'conflict',
    ],
    [
      'a sent value has arrived on one side only: the other side’s value goes to it',
      { buildium: 'A', airtable: 'B', airtableShowsSent: true },
      'toAirtable',
    ],
    [
      'a value that we sent to Buildium has arrived there, and Airtable still shows the old one',
      { buildium: 'B', airtable: 'A', buildiumShowsSent: true },
      'toBuildium',
    ],
    [
      'each side shows its own form of the same value',
      { buildium: 'A ', airtable: 'A', synced: { buildium: 'A ', airtable: 'A' } },
      'agreed',
    ],
    [
      'Airtable normalised what it was given and Buildium then moved',
      { buildium: 'B', airtable: 'A', synced: { buildium: 'A ', airtable: 'A' } },
      'toAirtable',
    ],
  ];
  test.each(rows)('%s', (_name, change, expected) => {
    expect(mergeField(view(change)).kind).toBe(expected);
  });

  const firstMeetings: [string, FieldValue, FieldValue, boolean, FieldOutcome['kind']][] = [
    ['equal', 'A', 'A', true, 'agreed'],
    ['blank in Airtable', 'A', null, true, 'toAirtable'],
    ['blank in Buildium', null, 'A', true, 'toBuildium'],
    ['blank in Buildium, one-way', null, 'A', false, 'putBack'],
    ['two values', 'A', 'B', true, 'conflict'],
    ['two values, one-way', 'A', 'B', false, 'putBack'],
    ['no links on either side', [], null, true, 'agreed'],
  ];
  test.each(firstMeetings)('never agreed before: %s', (_name, buildium, airtable, writable, expected) => {
    const { synced: _none, ...fresh } = view({ buildium, airtable, writable });
    expect(mergeField(fresh).kind).toBe(expected);
  });

  test('never agreed before: a blank where the sync has filled something in is somebody’s, and asked about', () => {
    const { synced: _none, ...made } = view({ airtable: null, wasFilled: true });
    expect(mergeField(made).kind).toBe('conflict');
    expect(mergeField({ ...made, writable: false }).kind).toBe('toAirtable');
    expect(mergeField({ ...made, airtableShowsSent: true }).kind).toBe('toAirtable');
  });

  const madeRows: [string, Partial<FieldView>, FieldOutcome['kind']][] = [
    ['Airtable moved', { airtable: 'B', wasMadeSo: true }, 'agreedThen'],
    ['Airtable was cleared', { airtable: null, wasMadeSo: true }, 'agreedThen'],
    ['Airtable filled a blank', { buildium: null, airtable: 'B', wasMadeSo: true }, 'agreedThen'],
    ['Airtable moved a one-way field', { airtable: 'B', wasMadeSo: true, writable: false }, 'putBack'],
    ['Airtable cleared a one-way field', { airtable: null, wasMadeSo: true, writable: false }, 'toAirtable'],
    ['Buildium moved', { buildium: 'B', airtableShowsSent: true }, 'toAirtable'],
    ['both moved apart', { buildium: 'B', airtable: 'C' }, 'conflict'],
    ['Airtable was cleared, and Buildium moved', { buildium: 'B', airtable: null }, 'conflict'],
    ['both moved to the same', { buildium: 'B', airtable: 'B' }, 'agreed'],
  ];
  test.each(madeRows)('never agreed, in a row that we made with a value: %s', (_name, change, expected) => {
    const { synced: _none, ...made } = view({ wasFilled: true, ...change });
    expect(mergeField(made).kind).toBe(expected);
  });
});

describe('what holds for every field', () => {
  const value = fc.constantFrom<FieldValue>(null, 'A', 'B', 'C', 100, 200, true, ['1'], ['1', '2']);
  const anyView = fc.record({
    buildium: value,
    airtable: value,
    synced: fc.option(fc.record({ buildium: value, airtable: value }), { nil: undefined }),
    buildiumShowsSent: fc.boolean(),
    airtableShowsSent: fc.boolean(),
    wasFilled: fc.boolean(),
    wasMadeSo: fc.boolean(),
    writable: fc.boolean(),
  });

  test('nothing flows to Buildium from a one-way field, and a one-way field never conflicts', () => {
    fc.assert(
      fc.property(anyView, (one) => {
        const { kind } = mergeField({ ...one, writable: false });
        expect(['agreed', 'toAirtable', 'putBack']).toContain(kind);
      }),
    );
  });

  test('a value that only Airtable shows is never overwritten without a conflict or a put-back', () => {
    fc.assert(
      fc.property(anyView, (one) => {
        const typed = 'typed by a person';
        const { kind } = mergeField({ ...one, airtable: typed, airtableShowsSent: false });
        expect(kind).not.toBe('toAirtable');
      }),
    );
  });

  test('looking again after the outcome was carried out finds agreement', () => {
    fc.assert(
      fc.property(anyView, (one) => {
        const { kind } = mergeField(one);
        const to = kind === 'toBuildium' ? one.airtable : one.buildium;
        fc.pre(kind !== 'conflict' && kind !== 'agreed' && kind !== 'agreedThen');
        const after = { ...one, buildium: to, airtable: to, synced: { buildium: to, airtable: to } };
        expect(mergeField(after).kind).toBe('agreed');
      }),
    );
  });

  test('once it is remembered what was agreed when the row was made, what it shows since goes to Buildium', () => {
    fc.assert(
      fc.property(anyView, (one) => {
        const made = { ...one, synced: undefined, wasMadeSo: true };
        fc.pre(mergeField(made).kind === 'agreedThen');
        const after = { ...made, synced: { buildium: one.buildium, airtable: one.buildium } };
        expect(mergeField(after).kind).toBe('toBuildium');
      }),
    );
  });
});
