import { describe, expect, test } from '@jest/globals';
import {
  mappingProblems,
  type BaseTable,
  type Placement,
  type WantedTable,
} from '../../server/sync/mapping.ts';
import { nameLikeness } from '../../server/sync/nameLikeness.ts';
import { proposeMapping, type Samples } from '../../server/sync/proposeMapping.ts';

const PROPERTIES: WantedTable = {
  ...{ resource: 'properties', table: 'Properties' },
  columns: [
    { key: 'name', column: 'Name', kind: 'text' },
    { key: 'street', column: 'Street', kind: 'longText' },
    { key: 'buildiumId', column: 'Buildium ID', kind: 'text' },
  ],
};
const UNITS: WantedTable = {
  ...{ resource: 'units', table: 'Units' },
  columns: [
    { key: 'unitNumber', column: 'Unit Number', kind: 'text' },
    { key: 'property', column: 'Property', kind: 'link', target: 'properties' },
    { key: 'marketRent', column: 'Market Rent', kind: 'money' },
    { key: 'email', column: 'Contact', kind: 'email' },
  ],
};
const WANTED = [PROPERTIES, UNITS];

type FieldSpec = readonly [name: string, type: string, linked?: string];
const table = (tableId: string, name: string, fields: readonly FieldSpec[]): BaseTable => ({
  ...{ tableId, name },
  fields: fields.map(([field, type, linkedTableId = null]) => ({
    ...{ fieldId: `${tableId}.${field}`, name: field, type, linkedTableId },
  })),
});

const NOTHING: Samples = { buildium: new Map(), airtable: new Map() };
const BASE = [
  table('b', 'Buildings', [
    ['Building name', 'singleLineText'],
    ['Address', 'multilineText'],
    ['Ref', 'singleLineText'],
  ]),
  table('a', 'Apartments', [
    ['Apt', 'singleLineText'],
    ['Where', 'multipleRecordLinks', 'b'],
    ['Rent', 'currency'],
    ['Deposit', 'currency'],
    ['Rent a year', 'formula'],
  ]),
  table('d', 'Deals', [['Name', 'singleLineText']]),
];

const found = (base: readonly BaseTable[], samples = NOTHING, decided = new Map<string, string>()) =>
  Object.fromEntries(
    proposeMapping(WANTED, base, decided, samples).map(({ resource, table: guess, fields }) => [
      resource,
      { table: guess?.id ?? null, ...Object.fromEntries([...fields].map(([key, { id }]) => [key, id])) },
    ]),
  );

describe('tables and fields are proposed', () => {
  test('by names that mean the same, and links by where they lead', () => {
    expect(found(BASE)).toMatchObject({
      properties: { table: 'b', street: 'b.Address' },
      units: { table: 'a', property: 'a.Where', marketRent: 'a.Rent' },
    });
  });

  test('by what they hold, whatever they are called', () => {
    const base = [
      table('x', 'Tabelle 1', [
        ['A', 'singleLineText'],
        ['B', 'multilineText'],
        ['C', 'singleLineText'],
      ]),
    ];
    const samples: Samples = {
      buildium: new Map([
        [
          'properties',
          new Map([
            ['name', new Set(['harbor view', 'elm court', '12 maple street'])],
            ['buildiumId', new Set(['101', '102', '103'])],
          ]),
        ],
      ]),
      airtable: new Map([
        [
          'x',
          new Map([
            ['x.A', ['101', '102', '103']],
            ['x.C', ['Harbor View', 'Elm  Court', '12 Maple Street', 'My shed']],
          ]),
        ],
      ]),
    };
    const decided = new Map([['properties', 'x']]);
    expect(found(base, samples, decided)['properties']).toEqual({
      table: 'x',
      buildiumId: 'x.A',
      name: 'x.C',
    });
  });

  test('never of a type that cannot hold them, and never one for two things', () => {
    const base = [
      table('u', 'Units', [
        ['Unit Number', 'number'],
        ['Market Rent', 'formula'],
        ['Contact', 'url'],
        ['Property', 'multipleRecordLinks', 'elsewhere'],
      ]),
    ];
    expect(found(base)['units']).toEqual({ table: 'u' });
    const both = found([table('p', 'Properties', [['Name', 'singleLineText']])]);
    expect(both).toEqual({ properties: { table: 'p', name: 'p.Name' }, units: { table: null } });
  });

  test('never over somebody’s own notes, where the sync keeps its', () => {
    const wanted = [
      {
        ...PROPERTIES,
        columns: [{ key: 'syncNote', column: 'Sync Note', kind: 'longText' as const, isOwn: true }],
      },
    ];
    const base = [table('p', 'Properties', [['Note', 'multilineText']])];
    expect(proposeMapping(wanted, base, new Map(), NOTHING)[0]?.fields.size).toBe(0);
  });

  test('leave a table of another meaning alone', () => {
    expect(found([table('d', 'Marketing campaigns', [['Budget', 'currency']])])).toEqual({
      ...{ properties: { table: null }, units: { table: null } },
    });
  });
});

const CASES: readonly [what: string, placed: Record<string, Placement>, message: RegExp][] = [
  [
    'a wrong type',
    { units: { tableId: 'a', fields: { marketRent: 'a.Apt' } } },
    /“Apt” is a single line text field; Market Rent needs currency or number\. Change its type/,
  ],
  [
    'a computed field',
    { units: { tableId: 'a', fields: { marketRent: 'a.Rent a year' } } },
    /“Rent a year” is a formula field: Airtable fills it by itself/,
  ],
  [
    'a link that leads elsewhere',
    {
      properties: { tableId: 'd', fields: { name: 'd.Name' } },
      units: { tableId: 'a', fields: { property: 'a.Where' } },
    },
    /“Where” links to another table than “Deals”/,
  ],
  [
    'one field for two things',
    { properties: { tableId: 'b', fields: { name: 'b.Ref', buildiumId: 'b.Ref' } } },
    /“Ref” is chosen for Name as well/,
  ],
  [
    'one table for two resources',
    { properties: { tableId: 'b', fields: {} }, units: { tableId: 'b', fields: {} } },
    /“Buildings” is chosen for “Properties” as well/,
  ],
  ['a table that is gone', { units: { tableId: 'gone', fields: {} } }, /not in this base any more/],
  [
    'a field that is gone',
    { units: { tableId: 'a', fields: { marketRent: 'gone' } } },
    /not in “Apartments” any more/,
  ],
];

test.each(CASES)('%s is refused with a sentence', (_what, placed, message) => {
  const problems = mappingProblems(WANTED, BASE, new Map(Object.entries(placed)));
  expect(problems.map((problem) => problem.message)).toEqual([expect.stringMatching(message)]);
});

test('a new field or table beside one that would be taken by its name is refused', () => {
  const base = [table('u', 'units', [['market rent', 'currency']])];
  const placed = (tableId: string | null): ReadonlyMap<string, Placement> =>
    new Map([['units', { tableId, fields: {} }]]);
  expect(mappingProblems(WANTED, base, placed('u'))[0]?.message).toContain('“market rent” of a fitting type');
  expect(mappingProblems(WANTED, base, placed(null))[0]?.message).toContain('“units” is there already');
});

test.each([
  ['Unit Number', 'unit number', 1],
  ['Tenants', 'Renter', 0.9],
  ['Postal Code', 'ZIP code', 0.9],
  ['Market Rent', 'Rent', 0.7],
  ['Market Rent', 'Deposit', 0],
])('“%s” and “%s” are alike by %d', (ours, theirs, likeness) => {
  expect(nameLikeness(ours, theirs)).toBe(likeness);
});
