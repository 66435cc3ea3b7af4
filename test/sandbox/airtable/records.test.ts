import { describe, expect, test } from '@jest/globals';
import { at, DATE, list, NUMBER, select, testWorld, text } from './support.ts';

function jobs() {
  const sandbox = testWorld();
  const table = sandbox.table('Jobs', [
    { name: 'Cost', ...NUMBER },
    { name: 'State', ...select('Open', 'Shut') },
    { name: 'Due', ...DATE },
    { name: 'Done', type: 'checkbox', options: { icon: 'check', color: 'greenBright' } },
    { name: 'Notes', type: 'multilineText' },
  ]);
  return { ...sandbox, jobs: table };
}

describe('writing records', () => {
  test('a new record has an id, a creation time and only the cells that are not empty', () => {
    const { ok, jobs: table, time } = jobs();
    const made = ok('POST', table.path, {
      fields: { Name: 'Roof', Notes: '', Cost: null, Done: false, State: 'Open' },
    });
    expect(made).toEqual({
      id: expect.stringMatching(/^rec\w{14}$/) as unknown,
      createdTime: new Date(time.nowMs).toISOString(),
      fields: { Name: 'Roof', State: 'Open' },
    });
  });

  test('a batch is carried out whole or not at all', () => {
    const { call, base, jobs: table } = jobs();
    const id = table.create({ Name: 'Roof', Cost: 1 });
    const records = [
      { id, fields: { Cost: 2 } },
      { id, fields: { Cost: 'two' } },
    ];
    expect(call('PATCH', table.path, { records }).status).toBe(422);
    expect(table.cells(id)).toEqual({ Name: 'Roof', Cost: 1 });
    expect(call('POST', table.path, { records: [{ fields: {} }, { fields: { Nope: 1 } }] }).status).toBe(422);
    expect(base.recordCount()).toBe(1);
  });

  test('a refused batch takes back the choices and records that typecast had made', () => {
    const { call, base, ok, jobs: table, table: makeTable } = jobs();
    const other = makeTable('Other', [
      { name: 'Job', type: 'multipleRecordLinks', options: { linkedTableId: table.id } },
    ]);
    ok('POST', table.path, { fields: { Name: 'Roof' } });
    const fields = { Job: ['A new job'], Nope: 1 };
    expect(call('POST', other.path, { fields, typecast: true }).status).toBe(422);
    const choices = { State: 'A new state', Nope: 1 };
    expect(call('POST', table.path, { fields: choices, typecast: true }).status).toBe(422);
    expect(base.recordCount()).toBe(1);
    const names = base
      .tableById(table.id)
      ?.field('State')
      ?.options?.choices?.map((choice) => choice.name);
    expect(names).toEqual(['Open', 'Shut']);
  });

  test('PATCH merges and PUT clears what it does not name', () => {
    const { ok, jobs: table } = jobs();
    const id = table.create({ Name: 'Roof', Cost: 1, Due: '2026-11-30' });
    ok('PATCH', `${table.path}/${id}`, { fields: { Cost: 2 } });
    expect(table.cells(id)).toEqual({ Name: 'Roof', Cost: 2, Due: '2026-11-30' });
    ok('PUT', table.path, { records: [{ id, fields: { [table.field('Name')]: 'Wall' } }] });
    expect(table.cells(id)).toEqual({ Name: 'Wall' });
  });

  test('answers are keyed by field id when asked', () => {
    const { ok, jobs: table } = jobs();
    const wanted = { [table.field('Name')]: 'Roof' };
    const made = ok('POST', table.path, { fields: { Name: 'Roof' }, returnFieldsByFieldId: true });
    expect(at(made, 'fields')).toEqual(wanted);
    const id = text(made, 'id');
    const patch = { records: [{ id, fields: {} }], returnFieldsByFieldId: true };
    expect(at(ok('PATCH', table.path, patch), 'records.0.fields')).toEqual(wanted);
    expect(at(ok('GET', `${table.path}/${id}?returnFieldsByFieldId=true`), 'fields')).toEqual(wanted);
    expect(at(ok('GET', `${table.path}?returnFieldsByFieldId=1`), 'records.0.fields')).toEqual(wanted);
  });

  test('deleting answers the ids; a deleted record is gone', () => {
    const { ok, call, jobs: table } = jobs();
    const ids = [table.create({ Name: 'a' }), table.create({ Name: 'b' }), table.create({ Name: 'c' })];
    const query = `records[]=${ids[0]}&records[]=${ids[1]}`;
    expect(ok('DELETE', `${table.path}?${query}`)).toEqual({
      records: [
        { id: ids[0], deleted: true },
        { id: ids[1], deleted: true },
      ],
    });
    expect(ok('DELETE', `${table.path}/${ids[2]}`)).toEqual({ id: ids[2], deleted: true });
    expect(call('GET', `${table.path}/${ids[0]}`).status).toBe(403);
  });

  test('a record is found by its id under another table of the base', () => {
    const { ok, baseId, jobs: table } = jobs();
    const id = table.create({ Name: 'Roof' });
    expect(at(ok('GET', `/${baseId}/Table%201/${id}`), 'fields')).toEqual({ Name: 'Roof' });
  });

  test('a table is found by its name whatever the case', () => {
    const { ok, baseId, jobs: table } = jobs();
    table.create({ Name: 'Roof' });
    expect(list(ok('GET', `/${baseId}/jOBS`), 'records')).toHaveLength(1);
  });

  test('a base that is full takes no new record', () => {
    const { call, base, jobs: table } = jobs();
    base.recordLimit = 2;
    table.create({ Name: 'a' });
    expect(call('POST', table.path, { records: [{ fields: {} }, { fields: {} }] }).status).toBe(422);
    expect(base.recordCount()).toBe(1);
    table.create({ Name: 'b' });
    expect(call('POST', table.path, { fields: {} }).status).toBe(422);
  });
});

describe('upsert', () => {
  const upsert = (fieldsToMergeOn: string[], ...records: object[]) => ({
    performUpsert: { fieldsToMergeOn },
    records: records.map((fields) => ({ fields })),
  });

  test('creates what matches nothing, updates what matches one, and says which is which', () => {
    const { ok, jobs: table } = jobs();
    const id = table.create({ Name: 'Roof', Cost: 1 });
    const answer = ok('PATCH', table.path, upsert(['Name'], { Name: 'Roof', Cost: 5 }, { Name: 'Wall' }));
    const created = text(answer, 'records.1.id');
    expect(answer).toMatchObject({ createdRecords: [created], updatedRecords: [id] });
    expect(table.cells(id)).toEqual({ Name: 'Roof', Cost: 5 });
    expect(table.cells(created)).toEqual({ Name: 'Wall' });
  });

  test.each([
    ['number', { Cost: 7 }],
    ['select', { State: 'Open' }],
    ['date', { Due: '2026-11-30' }],
    ['long text', { Notes: 'one\ntwo' }],
  ])('matches on a %s', (_type, cells) => {
    const { ok, jobs: table } = jobs();
    table.create({ Name: 'other' });
    const id = table.create({ Name: 'Roof', ...cells });
    const answer = ok('PATCH', table.path, upsert(Object.keys(cells), { ...cells, Name: 'New' }));
    expect(answer).toMatchObject({ createdRecords: [], updatedRecords: [id] });
  });

  test('matches on several fields together, and still after the cells changed', () => {
    const { ok, jobs: table } = jobs();
    const id = table.create({ Name: 'Roof', Cost: 1 });
    table.create({ Name: 'Roof', Cost: 2 });
    ok('PATCH', table.path, upsert(['Name', 'Cost'], { Name: 'Roof', Cost: 1, Notes: 'first' }));
    ok('PATCH', `${table.path}/${id}`, { fields: { Cost: 3 } });
    const answer = ok(
      'PATCH',
      table.path,
      upsert(['Name', 'Cost'], { Name: 'Roof', Cost: 3, Notes: 'later' }),
    );
    expect(answer).toMatchObject({ updatedRecords: [id] });
    expect(table.cells(id)).toMatchObject({ Notes: 'later' });
  });

  test('refuses the whole request when a record matches two', () => {
    const { call, base, jobs: table } = jobs();
    table.create({ Name: 'Roof' });
    table.create({ Name: 'Roof' });
    expect(call('PATCH', table.path, upsert(['Name'], { Name: 'New' }, { Name: 'Roof' })).status).toBe(422);
    expect(base.recordCount()).toBe(2);
  });

  test('a record with an id goes by its id', () => {
    const { ok, jobs: table } = jobs();
    const id = table.create({ Name: 'Roof' });
    const body = { ...upsert(['Name']), records: [{ id, fields: { Name: 'Wall' } }] };
    expect(ok('PATCH', table.path, body)).toMatchObject({ createdRecords: [], updatedRecords: [id] });
  });
});

describe('listing records', () => {
  test('without sort and view records come in the order of their ids', () => {
    const { ok, jobs: table } = jobs();
    const ids = Array.from({ length: 20 }, (_, place) => table.create({ Name: `${place}` }));
    const listed = list(ok('GET', table.path), 'records').map((record) => text(record, 'id'));
    expect(listed).toEqual(ids.toSorted());
    expect(listed).not.toEqual(ids);
  });

  test('pages of a list hold every record once, although records change and go meanwhile', () => {
    const { ok, jobs: table } = jobs();
    const ids = Array.from({ length: 25 }, (_, place) => table.create({ Name: `${place}` })).toSorted();
    const first = ok('GET', `${table.path}?pageSize=10`);
    expect(list(first, 'records')).toHaveLength(10);
    const offset = text(first, 'offset');
    expect(offset).toMatch(/^itr\w{14}\/rec\w{14}$/);
    ok('DELETE', `${table.path}/${ids[24]}`);
    table.create({ Name: 'too late for this list' });
    const second = ok('GET', `${table.path}?pageSize=10&offset=${offset}`);
    const third = ok('GET', `${table.path}?pageSize=10&offset=${text(second, 'offset')}`);
    const listed = [first, second, third].flatMap((page) =>
      list(page, 'records').map((record) => text(record, 'id')),
    );
    expect(listed).toEqual(ids.slice(0, 24));
    expect(at(third, 'offset')).toBeUndefined();
    // A page that got lost on the way can be asked for again.
    expect(ok('GET', `${table.path}?pageSize=10&offset=${offset}`)).toEqual(second);
  });

  test('a list that pauses too long must start again', () => {
    const { ok, call, time, jobs: table } = jobs();
    for (let count = 0; count < 3; count += 1) table.create({});
    const offset = text(ok('GET', `${table.path}?pageSize=2`), 'offset');
    time.nowMs += 10 * 60_000;
    expect(call('GET', `${table.path}?pageSize=2&offset=${offset}`)).toEqual({
      status: 422,
      body: { error: { type: 'LIST_RECORDS_ITERATOR_NOT_AVAILABLE' } },
    });
  });

  test('a list that goes on in time stays available', () => {
    const { ok, time, jobs: table } = jobs();
    for (let count = 0; count < 6; count += 1) table.create({});
    let page = ok('GET', `${table.path}?pageSize=1`);
    for (let count = 0; count < 5; count += 1) {
      time.nowMs += 4 * 60_000;
      page = ok('GET', `${table.path}?pageSize=1&offset=${text(page, 'offset')}`);
    }
    expect(at(page, 'offset')).toBeUndefined();
  });

  test('a filter by value follows the cells', () => {
    const { ok, names, jobs: table } = jobs();
    const filter = (formula: string) => names(table.path, { filterByFormula: formula });
    const id = table.create({ Name: 'Roof', Cost: 1, State: 'Open' });
    const formulas = ['{Name}="Roof"', '{Cost}=1', '{State}="Open"', 'AND({Cost}=1,{Name}="Roof")'];
    for (const formula of formulas) expect(filter(formula)).toEqual(['Roof']);
    ok('PATCH', `${table.path}/${id}`, { fields: { Name: 'Wall', Cost: 2, State: 'Shut' } });
    for (const formula of formulas) expect(filter(formula)).toEqual([]);
    for (const formula of ['{Name}="Wall"', '{Cost}=2', '{State}="Shut"']) {
      expect(filter(formula)).toEqual(['Wall']);
    }
    ok('DELETE', `${table.path}/${id}`);
    for (const formula of ['{Name}="Wall"', '{Cost}=2']) expect(filter(formula)).toEqual([]);
  });

  test('maxRecords bounds the whole list', () => {
    const { ok, jobs: table } = jobs();
    for (let count = 0; count < 5; count += 1) table.create({});
    const first = ok('GET', `${table.path}?pageSize=2&maxRecords=3`);
    const second = ok('GET', `${table.path}?pageSize=2&maxRecords=3&offset=${text(first, 'offset')}`);
    expect(list(second, 'records')).toHaveLength(1);
    expect(at(second, 'offset')).toBeUndefined();
  });

  test.each([
    ['Cost', 'asc', ['none', 'ten', 'two-hundred']],
    ['Cost', 'desc', ['two-hundred', 'ten', 'none']],
    ['State', 'asc', ['none', 'ten', 'two-hundred']],
    ['Due', 'desc', ['ten', 'two-hundred', 'none']],
    ['Name', 'desc', ['two-hundred', 'ten', 'none']],
    ['Done', 'desc', ['ten', 'none', 'two-hundred']],
  ])('sorts by %s %s, the empty first when ascending', (field, direction, expected) => {
    const { names, jobs: table } = jobs();
    table.create({ Name: 'two-hundred', Cost: 200, State: 'Shut', Due: '2026-01-05' });
    table.create({ Name: 'ten', Cost: 10, State: 'Open', Due: '2026-02-01', Done: true });
    table.create({ Name: 'none' });
    const sort = { 'sort[0][field]': field, 'sort[0][direction]': direction };
    const sorted = names(table.path, { ...sort, 'sort[1][field]': 'Name' });
    expect(sorted).toEqual(expected);
  });

  test('a list by POST takes the same parameters in its body', () => {
    const { ok, jobs: table } = jobs();
    table.create({ Name: 'Roof', Cost: 1, Notes: 'n' });
    table.create({ Name: 'Wall', Cost: 2, Notes: 'n' });
    const body = {
      filterByFormula: '{Cost}>1',
      fields: ['Name', table.field('Cost')],
      sort: [{ field: 'Name', direction: 'desc' }],
      returnFieldsByFieldId: true,
      pageSize: 5,
    };
    expect(at(ok('POST', `${table.path}/listRecords`, body), 'records.0.fields')).toEqual({
      [table.field('Name')]: 'Wall',
      [table.field('Cost')]: 2,
    });
  });

  test('a view filters, and orders by its sort or else by creation', () => {
    const { names, person, jobs: table } = jobs();
    for (const [Name, Cost] of [
      ['b', 3],
      ['c', 1],
      ['a', 2],
    ])
      table.create({ Name, Cost });
    expect(names(table.path, { view: 'Grid view' })).toEqual(['b', 'c', 'a']);
    const sort = [{ fieldId: table.field('Cost'), direction: 'asc' as const }];
    const made = person({
      action: 'addView',
      table: 'Jobs',
      name: 'Dear',
      filterByFormula: '{Cost}>1',
      sort,
    });
    expect(names(table.path, { view: 'Dear' })).toEqual(['a', 'b']);
    expect(names(table.path, { view: text(made, 'id'), filterByFormula: '{Cost}=3' })).toEqual(['b']);
    expect(
      names(table.path, { view: 'Dear', 'sort[0][field]': 'Name', 'sort[0][direction]': 'desc' }),
    ).toEqual(['b', 'a']);
  });

  test('cells as text look like the grid', () => {
    const { ok, jobs: table } = jobs();
    const id = table.create({ Name: 'Roof', Cost: 7, Done: true, Due: '2026-11-30', State: 'Open' });
    const query = 'cellFormat=string&timeZone=America/New_York&userLocale=en-us';
    expect(at(ok('GET', `${table.path}/${id}?${query}`), 'fields')).toEqual({
      Name: 'Roof',
      Cost: '7',
      Done: 'checked',
      Due: '2026-11-30',
      State: 'Open',
    });
  });

  test('comment counts come when asked', () => {
    const { ok, person, jobs: table } = jobs();
    const id = table.create({ Name: 'Roof' });
    person({ action: 'addComment', table: 'Jobs', id, text: 'Hello' });
    expect(ok('GET', `${table.path}?recordMetadata[]=commentCount`)).toMatchObject({
      records: [{ id, commentCount: 1 }],
    });
    expect(at(ok('GET', table.path), 'records.0.commentCount')).toBeUndefined();
  });
});

test('a run replays: the same seed gives the same ids, and a reset starts over', () => {
  const [one, two] = [jobs(), jobs()];
  expect(one.jobs.create({})).toBe(two.jobs.create({}));
  const { world, token, baseId } = one;
  world.reset();
  expect([...world.tokens.keys()]).toEqual([token]);
  expect([...world.bases.keys()]).toEqual([baseId]);
  expect([...world.bases.values()][0]?.recordCount()).toBe(0);
});
