import { describe, expect, test } from '@jest/globals';
import { at, DATE, error, linkTo, list, NUMBER, select, testWorld, text } from './support.ts';

const INVALID = error(
  'INVALID_REQUEST_UNKNOWN',
  'Invalid request: parameter validation failed. Check your request data.',
);

function schema() {
  const sandbox = testWorld();
  const jobs = sandbox.table('Jobs', [{ name: 'Cost', ...NUMBER }]);
  const tablesPath = `/meta/bases/${sandbox.baseId}/tables`;
  const fieldsPath = `${tablesPath}/${jobs.id}/fields`;
  return { ...sandbox, jobs, tablesPath, fieldsPath };
}

describe('reading', () => {
  test('a new base has one table with a name field and a grid', () => {
    const { ok, baseId } = testWorld();
    expect(ok('GET', `/meta/bases/${baseId}/tables`)).toEqual({
      tables: [
        {
          id: expect.stringMatching(/^tbl/) as unknown,
          name: 'Table 1',
          primaryFieldId: expect.stringMatching(/^fld/) as unknown,
          fields: [{ id: expect.stringMatching(/^fld/) as unknown, name: 'Name', type: 'singleLineText' }],
          views: [{ id: expect.stringMatching(/^viw/) as unknown, name: 'Grid view', type: 'grid' }],
        },
      ],
    });
  });

  test('views tell their visible fields when asked', () => {
    const { ok, jobs, tablesPath } = schema();
    const answer = ok('GET', `${tablesPath}?include[]=visibleFieldIds`);
    expect(at(answer, 'tables.1.views.0.visibleFieldIds')).toEqual([jobs.field('Name'), jobs.field('Cost')]);
  });

  test('whoami tells the user, and the address only with its scope', () => {
    const { ok, world, token } = testWorld();
    const [owner] = world.users.values();
    expect(ok('GET', '/meta/whoami')).toMatchObject({ id: owner?.id, email: owner?.email });
    const held = world.tokens.get(token);
    if (held) held.scopes = new Set(['data.records:read']);
    expect(ok('GET', '/meta/whoami')).toEqual({ id: owner?.id, scopes: ['data.records:read'] });
  });

  test('bases are listed with the user’s permission', () => {
    const { ok, baseId } = testWorld();
    expect(ok('GET', '/meta/bases')).toEqual({
      bases: [{ id: baseId, name: 'PM Balance Sheet', permissionLevel: 'create' }],
    });
  });

  test('more than a thousand bases come in pages', () => {
    const { ok, world } = testWorld();
    const [workspaceId = ''] = world.workspaces;
    const [ownerId = ''] = world.users.keys();
    for (let count = 0; count < 1000; count += 1) world.addBase({ name: `${count}`, workspaceId, ownerId });
    const first = ok('GET', '/meta/bases');
    expect(list(first, 'bases')).toHaveLength(1000);
    const second = ok('GET', `/meta/bases?offset=${text(first, 'offset')}`);
    expect(list(second, 'bases')).toHaveLength(1);
    expect(at(second, 'offset')).toBeUndefined();
  });
});

describe('making tables and fields', () => {
  test('a table answers with its fields, its choices coloured', () => {
    const { ok, tablesPath } = schema();
    const made = ok('POST', tablesPath, {
      name: 'Leases',
      description: 'Who rents what',
      fields: [
        { name: 'Name', type: 'singleLineText', description: 'As in Buildium' },
        { name: 'State', ...select('Active', 'Past') },
        { name: 'Start', ...DATE },
      ],
    });
    expect(made).toMatchObject({
      name: 'Leases',
      description: 'Who rents what',
      fields: [
        { name: 'Name', description: 'As in Buildium' },
        {
          options: {
            choices: [
              { id: expect.stringMatching(/^sel/) as unknown, name: 'Active', color: 'blueLight2' },
              { name: 'Past', color: 'cyanLight2' },
            ],
          },
        },
        { options: { dateFormat: { name: 'iso', format: 'YYYY-MM-DD' } } },
      ],
    });
    expect(at(made, 'primaryFieldId')).toBe(at(made, 'fields.0.id'));
  });

  test('a link makes the field of its way back, called after its table', () => {
    const { ok, base, jobs, tablesPath, fieldsPath } = schema();
    const people = ok('POST', tablesPath, {
      name: 'People',
      fields: [{ name: 'Name', type: 'singleLineText' }],
    });
    const link = ok('POST', fieldsPath, { name: 'Worker', ...linkTo(text(people, 'id')) });
    const inverse = base.table('People')?.field('Jobs');
    expect(at(link, 'options')).toEqual({
      linkedTableId: at(people, 'id'),
      isReversed: false,
      prefersSingleRecordLink: false,
      inverseLinkFieldId: inverse?.id,
    });
    expect(inverse?.options).toMatchObject({ linkedTableId: jobs.id, inverseLinkFieldId: at(link, 'id') });
    ok('POST', fieldsPath, { name: 'Owner', ...linkTo(text(people, 'id')) });
    expect(base.table('People')?.fields.map((field) => field.name)).toEqual(['Name', 'Jobs', 'Jobs 2']);
  });

  test.each([
    'formula',
    'rollup',
    'count',
    'multipleLookupValues',
    'autoNumber',
    'createdTime',
    'lastModifiedTime',
    'createdBy',
    'lastModifiedBy',
    'button',
    'aiText',
    'externalSyncSource',
  ])('a %s field cannot be made', (type) => {
    const { call, fieldsPath } = schema();
    expect(call('POST', fieldsPath, { name: 'Auto', type })).toEqual({
      status: 422,
      body: error(
        'UNSUPPORTED_FIELD_TYPE_FOR_CREATE',
        `Invalid options for Jobs.Auto: Creating ${type} fields is not supported at this time`,
      ),
    });
  });

  const dateFormat = { name: 'iso' };
  test.each([
    ['number', undefined, 'X.options is missing'],
    ['checkbox', undefined, 'X.options is missing'],
    ['number', { precision: 9 }, 'X.options.precision is invalid'],
    ['currency', { precision: 2 }, 'X.options.symbol is invalid'],
    ['rating', { icon: 'star', max: 11, color: 'yellowBright' }, 'X.options.max is invalid'],
    ['duration', { durationFormat: 'mm' }, 'X.options.durationFormat is invalid'],
    ['date', { dateFormat: { name: 'iso', format: 'DD' } }, 'X.options.dateFormat is invalid'],
    ['dateTime', { dateFormat, timeZone: 'utc' }, 'X.options.timeFormat is invalid'],
    [
      'dateTime',
      { dateFormat, timeFormat: { name: '24hour' }, timeZone: 'UTC' },
      'X.options.timeZone is invalid',
    ],
    ['singleSelect', { choices: [{ name: 'a' }, { name: 'a' }] }, 'X.options.choices is invalid'],
    ['singleSelect', { choices: [{ name: 'a', color: 'mauve' }] }, 'X.options.choices.0.color is invalid'],
    ['multipleRecordLinks', { linkedTableId: 'tblAAAAAAAAAAAAAA' }, 'X.options.linkedTableId is invalid'],
    [
      'multipleRecordLinks',
      { linkedTableId: 'tblAAAAAAAAAAAAAA', prefersSingleRecordLink: true },
      'X.options is invalid',
    ],
  ])('%s options %j are refused', (type, options, problem) => {
    const { call, fieldsPath } = schema();
    expect(call('POST', fieldsPath, { name: 'X', type, options })).toEqual({
      status: 422,
      body: error(
        'INVALID_FIELD_TYPE_OPTIONS_FOR_CREATE',
        `Invalid options for Jobs.X: Failed schema validation: ${problem}`,
      ),
    });
  });

  test('names are taken whatever their case; a refused table leaves nothing behind', () => {
    const { call, base, tablesPath, fieldsPath } = schema();
    const name = { name: 'Name', type: 'singleLineText' };
    expect(call('POST', fieldsPath, { name: 'cost', ...NUMBER }).body).toEqual(
      error('DUPLICATE_OR_EMPTY_FIELD_NAME'),
    );
    expect(call('POST', fieldsPath, { name: ' ', ...NUMBER }).body).toEqual(
      error('DUPLICATE_OR_EMPTY_FIELD_NAME'),
    );
    expect(call('POST', tablesPath, { name: 'JOBS', fields: [name] }).body).toEqual(
      error('DUPLICATE_TABLE_NAME'),
    );
    expect(call('POST', tablesPath, { name: 'New', fields: [name, name] }).status).toBe(422);
    expect(base.tables.map((table) => table.name)).toEqual(['Table 1', 'Jobs']);
  });

  test.each([
    ['no fields', { name: 'New', fields: [] }],
    ['no name', { fields: [{ name: 'Name', type: 'singleLineText' }] }],
    ['an unknown type', { name: 'New', fields: [{ name: 'Name', type: 'longText' }] }],
    ['a select first', { name: 'New', fields: [{ name: 'Name', ...select('a') }] }],
    ['a strange property', { name: 'New', fields: [{ name: 'Name', type: 'singleLineText' }], colour: 1 }],
  ])('a table with %s is refused', (_what, body) => {
    const { call, tablesPath } = schema();
    expect(call('POST', tablesPath, body)).toEqual({ status: 422, body: INVALID });
  });

  test('a base is made with its tables, and seen by its maker', () => {
    const { ok, call, world } = testWorld();
    const [workspaceId] = world.workspaces;
    const tables = [{ name: 'First', fields: [{ name: 'Name', type: 'singleLineText' }] }];
    const made = ok('POST', '/meta/bases', { name: 'Second base', workspaceId, tables });
    expect(at(made, 'tables.0.name')).toBe('First');
    const path = `/${text(made, 'id')}/First`;
    expect(call('POST', path, { fields: { Name: 'x' } }).status).toBe(200);
    expect(call('POST', '/meta/bases', { name: 'x', workspaceId: 'wspAAAAAAAAAAAAAA', tables }).status).toBe(
      404,
    );
    const bad = [{ name: 'First', fields: [{ name: 'Name', type: 'formula' }] }];
    expect(call('POST', '/meta/bases', { name: 'x', workspaceId, tables: bad }).status).toBe(422);
    expect(world.bases.size).toBe(2);
  });
});

describe('changing tables and fields', () => {
  test('renaming keeps ids and cells', () => {
    const { ok, call, baseId, jobs, tablesPath, fieldsPath } = schema();
    const id = jobs.create({ Name: 'Roof', Cost: 7 });
    ok('PATCH', `${tablesPath}/${jobs.id}`, { name: 'Works', description: 'All of them' });
    ok('PATCH', `${fieldsPath}/${jobs.field('Cost')}`, { name: 'Price', description: 'In dollars' });
    expect(jobs.cells(id)).toEqual({ Name: 'Roof', Price: 7 });
    expect(call('GET', `/${baseId}/Jobs`).status).toBe(403);
    expect(call('GET', `/${baseId}/Works`).status).toBe(200);
    expect(at(ok('GET', tablesPath), 'tables.1')).toMatchObject({
      name: 'Works',
      description: 'All of them',
      fields: [{}, { name: 'Price', description: 'In dollars' }],
    });
  });

  test('choices can be added, renamed by id, and taken away with what held them', () => {
    const { ok, base, jobs, fieldsPath } = schema();
    const made = ok('POST', fieldsPath, { name: 'State', ...select('Open', 'Shut') });
    const path = `${fieldsPath}/${text(made, 'id')}`;
    const [open, shut] = [jobs.create({ State: 'Open' }), jobs.create({ State: 'Shut' })];
    const choices = [
      { id: text(made, 'options.choices.0.id'), name: 'Ready' },
      { name: 'Late', color: 'redBright' },
    ];
    ok('PATCH', path, { options: { choices } });
    expect([jobs.cells(open), jobs.cells(shut)]).toEqual([{ State: 'Ready' }, {}]);
    expect(base.table('Jobs')?.field('State')?.options?.choices).toMatchObject([
      { id: choices[0]?.id, name: 'Ready', color: 'blueLight2' },
      { name: 'Late', color: 'redBright' },
    ]);
  });

  test('a base that takes no choices by API says so', () => {
    const { ok, call, world, fieldsPath } = schema();
    const made = ok('POST', fieldsPath, { name: 'State', ...select('Open') });
    world.acceptsChoiceUpdates = false;
    const patch = { options: { choices: [{ name: 'Shut' }] } };
    expect(call('PATCH', `${fieldsPath}/${text(made, 'id')}`, patch)).toEqual({ status: 422, body: INVALID });
  });

  test('the options of a link cannot change; those of a number can', () => {
    const { ok, call, base, jobs, fieldsPath } = schema();
    const link = ok('POST', fieldsPath, { name: 'Parent', ...linkTo(jobs.id) });
    const patch = { options: { linkedTableId: jobs.id } };
    expect(call('PATCH', `${fieldsPath}/${text(link, 'id')}`, patch)).toEqual({ status: 422, body: INVALID });
    ok('PATCH', `${fieldsPath}/${jobs.field('Cost')}`, { options: { precision: 2 } });
    expect(base.table('Jobs')?.field('Cost')?.options).toEqual({ precision: 2 });
  });

  test('an empty change and a taken name are refused; a field’s own name in another case is not', () => {
    const { call, jobs, tablesPath, fieldsPath } = schema();
    const path = `${fieldsPath}/${jobs.field('Cost')}`;
    expect(call('PATCH', path, {})).toEqual({ status: 422, body: INVALID });
    expect(call('PATCH', path, { name: 'name' }).body).toEqual(error('DUPLICATE_OR_EMPTY_FIELD_NAME'));
    expect(call('PATCH', path, { name: 'COST' }).status).toBe(200);
    expect(call('PATCH', `${tablesPath}/${jobs.id}`, { name: 'Table 1' }).body).toEqual(
      error('DUPLICATE_TABLE_NAME'),
    );
    expect(call('PATCH', `${tablesPath}/${jobs.id}`, { name: 'jobs' }).status).toBe(200);
  });
});
