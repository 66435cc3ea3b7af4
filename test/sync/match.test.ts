import { describe, expect, test } from '@jest/globals';
import { resourceNamed } from '../../shared/resources/index.ts';
import { ambiguousIn, matchRows, normaliseName, type PairingRow } from '../../server/sync/match.ts';
import type { Entity } from '../../server/sync/entity.ts';

const row = (airtableRecordId: string, entity: Entity, buildiumId: string | null = null): PairingRow => ({
  airtableRecordId,
  buildiumId,
  entity,
});
const property = (name: string, street: string | null, rest: Entity = {}): Entity => ({
  name,
  street,
  ...rest,
});

describe('a row with a Buildium ID', () => {
  test('stands for that entity, whatever else differs, and the differences are listed by field', () => {
    const [match] = matchRows(
      resourceNamed('properties'),
      [{ entityId: '7', entity: property('Maple Court', '1 Maple St') }],
      [row('recA', property('Something else', '1 Maple St'), '7')],
    );
    expect(match).toEqual({
      entityId: '7',
      airtableRecordId: 'recA',
      score: 100,
      by: 'same Buildium ID',
      differences: { name: { buildium: 'Maple Court', airtable: 'Something else' } },
    });
  });

  test('is no candidate for another entity of the same name', () => {
    const matches = matchRows(
      resourceNamed('properties'),
      [{ entityId: '7', entity: property('Maple Court', '1 Maple St') }],
      [row('recA', property('Maple Court', '1 Maple St'), '99')],
    );
    expect(matches).toEqual([]);
  });
});

describe('the natural key', () => {
  test.each([
    ['  maple COURT ', '1, Maple St.'],
    ['Maple  Court', '1 Maple St'],
    ['Máple Court', '1 maple st'],
  ])('is compared without case, accents, punctuation and spaces: %j, %j', (name, street) => {
    const [match] = matchRows(
      resourceNamed('properties'),
      [{ entityId: '7', entity: property('Maple Court', '1 Maple St') }],
      [row('recA', property(name, street))],
    );
    expect(match?.score).toBeGreaterThanOrEqual(90);
    expect(match?.by).toBe('same Name, Street');
  });

  test('that is equal in part is a guess: blank parts are a better one than different parts', () => {
    const scoreOf = (street: string | null): number | undefined =>
      matchRows(
        resourceNamed('properties'),
        [{ entityId: '7', entity: property('Maple Court', '1 Maple St') }],
        [row('recA', property('Maple Court', street))],
      )[0]?.score;
    const [blank = 0, different = 0] = [scoreOf(null), scoreOf('9 Oak Ave')];
    expect(blank).toBeLessThan(80);
    expect(different).toBeLessThan(blank);
    expect(different).toBeGreaterThan(0);
  });

  test('says in words which parts agree', () => {
    const [match] = matchRows(
      resourceNamed('properties'),
      [{ entityId: '7', entity: property('Maple Court', '1 Maple St') }],
      [row('recA', property('Maple Court', '9 Oak Ave'))],
    );
    expect(match?.by).toBe('same Name; different Street');
  });

  test('of a unit is its property and number: the same number elsewhere is another unit', () => {
    const unit = (propertyId: string): Entity => ({ property: [propertyId], unitNumber: '1' });
    const matches = matchRows(
      resourceNamed('units'),
      [
        { entityId: '11', entity: unit('7') },
        { entityId: '21', entity: unit('8') },
      ],
      [row('recA', unit('8'))],
    );
    expect(matches.map(({ entityId, airtableRecordId }) => [entityId, airtableRecordId])).toEqual([
      ['21', 'recA'],
    ]);
  });

  test('of a lease names nothing by halves: one unit has many leases', () => {
    const matches = matchRows(
      resourceNamed('leases'),
      [{ entityId: '5', entity: { unit: ['11'], from: '2024-01-01' } }],
      [row('recA', { unit: ['11'], from: '2025-01-01' }), row('recB', { unit: ['11'], from: '2024-01-01' })],
    );
    expect(matches.map((match) => match.airtableRecordId)).toEqual(['recB']);
  });

  test('that is blank on both sides matches nothing', () => {
    const blank = property('', null);
    const found = matchRows(
      resourceNamed('properties'),
      [{ entityId: '7', entity: blank }],
      [row('recA', blank)],
    );
    expect(found).toEqual([]);
  });

  test('finds a tenant by the e-mail alone, as a guess', () => {
    const [match] = matchRows(
      resourceNamed('tenants'),
      [{ entityId: '3', entity: { name: 'Jo Miller', email: 'jo@example.com' } }],
      [row('recA', { name: 'Jo Smith', email: 'JO@example.com' })],
    );
    expect(match?.by).toBe('same Email; different Name');
    expect(match?.score).toBeLessThan(80);
  });
});

test('other fields that agree raise the score within its class', () => {
  const scoreOf = (city: string): number =>
    matchRows(
      resourceNamed('properties'),
      [{ entityId: '7', entity: property('Maple Court', '1 Maple St', { city: 'Springfield' }) }],
      [row('recA', property('Maple Court', '1 Maple St', { city }))],
    )[0]?.score ?? 0;
  expect(scoreOf('Springfield')).toBe(99);
  expect(scoreOf('Shelbyville')).toBe(90);
});

describe('two that fit', () => {
  const entity = property('Maple Court', '1 Maple St');

  test('are both proposed: two rows for one entity', () => {
    const matches = matchRows(
      resourceNamed('properties'),
      [{ entityId: '7', entity }],
      [row('recA', entity), row('recB', entity)],
    );
    expect(matches).toHaveLength(2);
    expect([...ambiguousIn(matches).entityIds]).toEqual(['7']);
  });

  test('are both proposed: two entities for one row', () => {
    const matches = matchRows(
      resourceNamed('properties'),
      [
        { entityId: '7', entity },
        { entityId: '8', entity },
      ],
      [row('recA', entity)],
    );
    expect(matches).toHaveLength(2);
    expect([...ambiguousIn(matches).airtableRecordIds]).toEqual(['recA']);
  });

  test('are two rows that carry the same Buildium ID, too', () => {
    const matches = matchRows(
      resourceNamed('properties'),
      [{ entityId: '7', entity }],
      [row('recA', entity, '7'), row('recB', entity, '7')],
    );
    expect([...ambiguousIn(matches).entityIds]).toEqual(['7']);
  });
});

test('the same input gives the same order, the most certain first', () => {
  const entities = ['1', '2', '3'].map((id) => ({
    entityId: id,
    entity: property(`House ${id}`, `${id} Elm`),
  }));
  const rows = [
    row('recC', property('House 3', '3 Elm')),
    row('recB', property('House 2', null)),
    row('recA', {}, '1'),
  ];
  const matches = matchRows(resourceNamed('properties'), entities, rows);
  expect(matchRows(resourceNamed('properties'), entities, [...rows].reverse())).toEqual(matches);
  expect(matches.map((match) => match.entityId)).toEqual(['1', '3', '2']);
});

test('a name of nothing but signs is compared by its signs', () => {
  expect(normaliseName('  —  ')).toBe('');
  const entity = property('***', '1 Elm');
  expect(
    matchRows(resourceNamed('properties'), [{ entityId: '1', entity }], [row('recA', entity)]),
  ).toHaveLength(1);
});

test('ten thousand rows are matched without comparing all with all', () => {
  const many = Array.from({ length: 10_000 }, (_, index) => property(`House ${index}`, `${index} Elm`));
  const matches = matchRows(
    resourceNamed('properties'),
    many.map((entity, index) => ({ entityId: String(index), entity })),
    many.map((entity, index) => row(`rec${index}`, entity)),
  );
  expect(matches).toHaveLength(10_000);
});
