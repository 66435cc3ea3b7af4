import { describe, expect, test } from '@jest/globals';
import { seededRandom } from '../../../server/sandbox/random.ts';
import { linksOf } from '../../../server/sandbox/airtable/base.ts';
import { LinkList } from '../../../server/sandbox/airtable/linkList.ts';
import { at, linkTo, testWorld } from './support.ts';

function unitsAndLeases() {
  const sandbox = testWorld();
  const units = sandbox.table('Units');
  const leases = sandbox.table('Leases', [{ name: 'Units', ...linkTo(units.id) }]);
  return { ...sandbox, units, leases };
}

describe('linked records', () => {
  test('both sides show a link, whichever side it was made from', () => {
    const { ok, units, leases } = unitsAndLeases();
    const unit = units.create({ Name: 'A1' });
    const lease = leases.create({ Units: [unit] });
    expect(units.cells(unit)).toEqual({ Name: 'A1', Leases: [lease] });
    const second = leases.create({ Name: 'second' });
    ok('PATCH', `${units.path}/${unit}`, { fields: { Leases: [second] } });
    expect(leases.cells(lease)).toEqual({});
    expect(leases.cells(second)).toEqual({ Name: 'second', Units: [unit] });
  });

  test('the order of links is kept and a doubled id counts once', () => {
    const { units, leases } = unitsAndLeases();
    const [a, b] = [units.create({ Name: 'A' }), units.create({ Name: 'B' })];
    const lease = leases.create({ Units: [b, a, b] });
    expect(at(leases.cells(lease), 'Units')).toEqual([b, a]);
  });

  test('deleting a record takes it out of the other side; an undo brings back what still exists', () => {
    const { ok, person, units, leases } = unitsAndLeases();
    const [a, b] = [units.create({ Name: 'A' }), units.create({ Name: 'B' })];
    const lease = leases.create({ Name: 'Lease', Units: [a, b] });
    ok('DELETE', `${leases.path}/${lease}`);
    expect(units.cells(a)).toEqual({ Name: 'A' });
    ok('DELETE', `${units.path}/${b}`);
    person({ action: 'undoDelete', ids: [lease] });
    expect(leases.cells(lease)).toEqual({ Name: 'Lease', Units: [a] });
    expect(units.cells(a)).toEqual({ Name: 'A', Leases: [lease] });
  });

  test('a table may link to itself, without a way back, and forgets deleted records', () => {
    const { ok, units, baseId } = unitsAndLeases();
    const made = ok('POST', `/meta/bases/${baseId}/tables/${units.id}/fields`, {
      name: 'Parent',
      ...linkTo(units.id),
    });
    expect(at(made, 'options.inverseLinkFieldId')).toBeUndefined();
    const parent = units.create({ Name: 'House' });
    const child = units.create({ Name: 'Room', Parent: [parent] });
    expect(units.cells(parent)).toEqual({ Name: 'House' });
    ok('DELETE', `${units.path}/${parent}`);
    expect(units.cells(child)).toEqual({ Name: 'Room' });
  });

  test('text cells show the names of linked records', () => {
    const { ok, units, leases } = unitsAndLeases();
    const lease = leases.create({ Units: [units.create({ Name: 'A' }), units.create({ Name: 'B' })] });
    const query = 'cellFormat=string&timeZone=utc&userLocale=en';
    expect(at(ok('GET', `${leases.path}/${lease}?${query}`), 'fields')).toEqual({ Units: 'A, B' });
  });

  test('after any sequence of writes and deletions both sides agree', () => {
    const seed = 20261102;
    const random = seededRandom(seed);
    const { base, call, units, leases } = unitsAndLeases();
    const ids = { units: [] as string[], leases: [] as string[] };
    const some = (of: string[]) => of.filter(() => random.next() < 0.3);
    for (let step = 0; step < 300; step += 1) {
      const side = random.pick(['units', 'leases'] as const);
      const [own, other] = side === 'units' ? [units, ids.leases] : [leases, ids.units];
      const field = side === 'units' ? 'Leases' : 'Units';
      const links = some(other);
      const chance = random.next();
      const target = ids[side].length > 0 ? random.pick(ids[side]) : null;
      if (chance < 0.3 || target === null) ids[side].push(own.create({ [field]: links }));
      else if (chance < 0.85) {
        // A batch that fails half way must leave no trace.
        const records = [
          { id: target, fields: { [field]: links } },
          { id: target, fields: {} },
        ];
        if (random.next() < 0.3) records.push({ id: target, fields: { Nope: [] } });
        call('PATCH', own.path, { records });
      } else {
        call('DELETE', `${own.path}/${target}`);
        ids[side] = ids[side].filter((id) => id !== target);
      }
    }
    const pairs = (tableId: string, field: string, flip: boolean) =>
      [...(base.tableById(tableId)?.rows.values() ?? [])].flatMap((row) =>
        (linksOf(row.cells.get(field))?.toArray() ?? []).map((id) =>
          flip ? `${id} ${row.id}` : `${row.id} ${id}`,
        ),
      );
    const forth = pairs(units.id, units.field('Leases'), false).toSorted();
    const back = pairs(leases.id, leases.field('Units'), true).toSorted();
    expect({ seed, links: forth }).toEqual({ seed, links: back });
    expect(forth.length).toBeGreaterThan(20);
  });
});

test('a list of links keeps its earlier values while it grows', () => {
  const one = LinkList.of(['a']);
  const two = one.append('b');
  const sibling = one.append('c');
  expect([one, two, sibling].map((list) => list.toArray())).toEqual([['a'], ['a', 'b'], ['a', 'c']]);
  expect(two.without('a').toArray()).toEqual(['b']);
  expect(two.equals(LinkList.of(['a', 'b']))).toBe(true);
  expect(two.equals(sibling)).toBe(false);
});
