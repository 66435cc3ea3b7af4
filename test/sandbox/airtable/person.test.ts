import { describe, expect, test } from '@jest/globals';
import { readPersonRequest } from '../../../server/sandbox/airtable/person.ts';
import { at, DATE, linkTo, list, NUMBER, select, testWorld, text } from './support.ts';

function grid() {
  const sandbox = testWorld();
  const jobs = sandbox.table('Jobs', [
    { name: 'Cost', type: 'currency', options: { precision: 2, symbol: '$' } },
    { name: 'State', ...select('Open') },
    { name: 'Due', ...DATE },
  ]);
  return { ...sandbox, jobs };
}

describe('a person in the grid', () => {
  test('types text, which is read as the field wants it', () => {
    const { person, jobs } = grid();
    const fields = { Name: 'Roof', Cost: '$1,200', State: 'Waiting', Due: '3/1/2026' };
    const [id] = list(person({ action: 'createRecords', table: 'jobs', records: [{ fields }] }), 'ids');
    const read = { Name: 'Roof', Cost: 1200, State: 'Waiting', Due: '2026-03-01' };
    expect(jobs.cells(String(id))).toEqual(read);
    person({ action: 'updateRecords', table: jobs.id, records: [{ id: String(id), fields: { Cost: '' } }] });
    expect(at(jobs.cells(String(id)), 'Cost')).toBeUndefined();
  });

  test('is not held back by rate limits, and needs the role for what it does', () => {
    const { person, world, jobs } = grid();
    const user = { email: 'reader@example.com', permissionLevel: 'read' as const };
    expect(() => person({ action: 'createRecords', table: 'Jobs', records: [], user })).toThrow(
      'INVALID_PERMISSIONS',
    );
    const editor = { email: 'editor@example.com', permissionLevel: 'edit' as const };
    expect(() => person({ action: 'renameTable', table: 'Jobs', name: 'x', user: editor })).toThrow(
      'INVALID_PERMISSIONS',
    );
    const records = [{ fields: { Name: 'x' } }];
    for (let count = 0; count < 30; count += 1)
      person({ action: 'createRecords', table: 'Jobs', records, user: editor });
    expect(world.bases.values().next().value?.table(jobs.id)?.rows.size).toBe(30);
  });

  test('deletes and undoes: the record is back with its id', () => {
    const { person, call, jobs } = grid();
    const id = jobs.create({ Name: 'Roof', Cost: 1 });
    person({ action: 'deleteRecords', table: 'Jobs', ids: [id] });
    expect(call('GET', `${jobs.path}/${id}`).status).toBe(403);
    expect(() => person({ action: 'undoDelete', ids: [id, 'recAAAAAAAAAAAAAA'] })).toThrow(
      'Record not found',
    );
    person({ action: 'undoDelete', ids: [id] });
    expect(jobs.cells(id)).toEqual({ Name: 'Roof', Cost: 1 });
  });

  test('duplicates a record with its links', () => {
    const { person, table, jobs } = grid();
    const people = table('People', [{ name: 'Jobs', ...linkTo(jobs.id) }]);
    const job = jobs.create({ Name: 'Roof' });
    const pat = people.create({ Name: 'Pat', Jobs: [job] });
    const copy = text(person({ action: 'duplicateRecord', table: 'People', id: pat }), 'id');
    expect(people.cells(copy)).toEqual({ Name: 'Pat', Jobs: [job] });
    expect(at(jobs.cells(job), 'People')).toEqual([pat, copy]);
  });

  test('changes a field’s type: cells are read again from their text', () => {
    const { person, jobs } = grid();
    const [a, b] = [jobs.create({ Name: '12', State: 'Open' }), jobs.create({ Name: 'none' })];
    const change = (field: string, type: string, options?: object) =>
      person({ action: 'changeFieldType', table: 'Jobs', field, type, ...(options ? { options } : {}) });
    change('State', 'singleLineText');
    change('Name', 'number', NUMBER.options);
    expect([jobs.cells(a), jobs.cells(b)]).toEqual([{ Name: 12, State: 'Open' }, {}]);
    change('State', 'multipleSelects');
    expect(at(jobs.cells(a), 'State')).toEqual(['Open']);
  });

  test('deletes a linked table: its links stay as text', () => {
    const { person, table, jobs } = grid();
    const people = table('People', [{ name: 'Jobs', ...linkTo(jobs.id) }]);
    const pat = people.create({ Name: 'Pat', Jobs: [jobs.create({ Name: 'Roof' })] });
    person({ action: 'deleteTable', table: 'Jobs' });
    expect(people.cells(pat)).toEqual({ Name: 'Pat', Jobs: 'Roof' });
  });

  test('deletes a link field with its way back, and any field but the first', () => {
    const { person, base, table, jobs } = grid();
    table('People', [{ name: 'Jobs', ...linkTo(jobs.id) }]);
    person({ action: 'deleteField', table: 'People', field: 'Jobs' });
    expect(base.table('Jobs')?.field('People')).toBeUndefined();
    expect(() => person({ action: 'deleteField', table: 'Jobs', field: 'Name' })).toThrow(
      'INVALID_REQUEST_UNKNOWN',
    );
  });

  test('adds, renames and deletes choices', () => {
    const { person, jobs } = grid();
    person({ action: 'addSelectOption', table: 'Jobs', field: 'State', name: 'Shut' });
    const id = jobs.create({ State: 'Shut' });
    person({ action: 'renameSelectOption', table: 'Jobs', field: 'State', option: 'Shut', name: 'Done' });
    expect(jobs.cells(id)).toEqual({ State: 'Done' });
    person({ action: 'deleteSelectOption', table: 'Jobs', field: 'State', option: 'Done' });
    expect(jobs.cells(id)).toEqual({});
  });

  test('makes and renames tables and fields', () => {
    const { person, base } = grid();
    person({ action: 'createTable', name: 'New', fields: [{ name: 'Name', type: 'singleLineText' }] });
    person({ action: 'addField', table: 'New', field: { name: 'Made', type: 'createdTime' } });
    person({ action: 'renameField', table: 'New', field: 'Made', name: 'Since' });
    person({ action: 'renameTable', table: 'New', name: 'Newer' });
    expect(base.table('Newer')?.fields.map((field) => field.name)).toEqual(['Name', 'Since']);
  });
});

test('a request of no known action is refused', () => {
  expect(() => readPersonRequest({ action: 'dance' })).toThrow('Known: createRecords, updateRecords');
});
