import { describe, expect, test } from '@jest/globals';
import { at, error, linkTo, list, NUMBER, select, testWorld, text } from './support.ts';

const DAY_MS = 86_400_000;

function watched(filters: object = {}, includes?: object) {
  const sandbox = testWorld();
  const { ok, baseId } = sandbox;
  const jobs = sandbox.table('Jobs', [
    { name: 'Cost', ...NUMBER },
    { name: 'State', ...select('Open', 'Shut') },
  ]);
  const webhooksPath = `/bases/${baseId}/webhooks`;
  const watch = (more: object, included?: object): string => {
    const options = {
      filters: { dataTypes: ['tableData'], ...more },
      ...(included ? { includes: included } : {}),
    };
    return text(ok('POST', webhooksPath, { specification: { options } }), 'id');
  };
  const webhookId = watch(filters, includes);
  const payloads = (id = webhookId, cursor = 1): unknown[] =>
    list(ok('GET', `${webhooksPath}/${id}/payloads?cursor=${cursor}`), 'payloads');
  const changesOf = (payload: unknown, tableId = jobs.id): unknown =>
    at(payload, `changedTablesById.${tableId}`);
  return { ...sandbox, jobs, webhooksPath, webhookId, watch, payloads, changesOf };
}

describe('payloads', () => {
  test('one API batch is one payload, with who did it', () => {
    const { ok, world, base, time, jobs, payloads } = watched();
    const made = ok('POST', jobs.path, {
      records: [{ fields: { Name: 'Roof', State: 'Open' } }, { fields: { Cost: 7 } }],
    });
    const madeAt = new Date(time.nowMs).toISOString();
    const [owner] = world.users.values();
    const open = base.table('Jobs')?.field('State')?.options?.choices?.[0];
    expect(payloads()).toEqual([
      {
        timestamp: madeAt,
        baseTransactionNumber: base.transactionNumber,
        payloadFormat: 'v0',
        actionMetadata: {
          source: 'publicApi',
          sourceMetadata: { user: { ...owner, permissionLevel: 'create' } },
        },
        changedTablesById: {
          [jobs.id]: {
            createdRecordsById: {
              [text(made, 'records.0.id')]: {
                createdTime: madeAt,
                cellValuesByFieldId: { [jobs.field('Name')]: 'Roof', [jobs.field('State')]: open },
              },
              [text(made, 'records.1.id')]: {
                createdTime: madeAt,
                cellValuesByFieldId: { [jobs.field('Cost')]: 7 },
              },
            },
          },
        },
      },
    ]);
  });

  test('a change shows the new and, when asked, the previous and the unchanged values', () => {
    const includes = { includePreviousCellValues: true, includeCellValuesInFieldIds: 'all' };
    const { ok, jobs, payloads, changesOf } = watched({ changeTypes: ['update'] }, includes);
    const id = jobs.create({ Name: 'Roof', Cost: 7, State: 'Open' });
    ok('PATCH', `${jobs.path}/${id}`, { fields: { Cost: 8, State: null, Name: 'Roof' } });
    const [name, cost, state] = ['Name', 'Cost', 'State'].map(jobs.field);
    expect(changesOf(payloads()[0])).toEqual({
      changedRecordsById: {
        [id]: {
          current: { cellValuesByFieldId: { [String(cost)]: 8, [String(state)]: null } },
          previous: {
            cellValuesByFieldId: {
              [String(cost)]: 7,
              [String(state)]: expect.objectContaining({ name: 'Open' }) as unknown,
            },
          },
          unchanged: { cellValuesByFieldId: { [String(name)]: 'Roof' } },
        },
      },
    });
  });

  test('a write that changes nothing makes no payload', () => {
    const { ok, jobs, payloads } = watched();
    const id = jobs.create({ Name: 'Roof', Cost: 7 });
    ok('PATCH', `${jobs.path}/${id}`, { fields: { Cost: 7 } });
    expect(payloads()).toHaveLength(1);
  });

  test('a payload keeps the values of its moment', () => {
    const { ok, jobs, payloads, changesOf } = watched({}, { includePreviousCellValues: true });
    const id = jobs.create({ Cost: 1 });
    for (const Cost of [2, 3]) ok('PATCH', `${jobs.path}/${id}`, { fields: { Cost } });
    const cost = jobs.field('Cost');
    const [made, first, second] = payloads().map((payload) => changesOf(payload));
    expect(at(made, `createdRecordsById.${id}.cellValuesByFieldId`)).toEqual({ [cost]: 1 });
    const shown = (change: unknown) => [
      at(change, `changedRecordsById.${id}.previous.cellValuesByFieldId.${cost}`),
      at(change, `changedRecordsById.${id}.current.cellValuesByFieldId.${cost}`),
    ];
    expect([shown(first), shown(second)]).toEqual([
      [1, 2],
      [2, 3],
    ]);
  });

  test('two edits of one action show the value from before both', () => {
    const { person, jobs, payloads, changesOf } = watched({}, { includePreviousCellValues: true });
    const id = jobs.create({ Cost: 1 });
    const records = [2, 3].map((Cost) => ({ id, fields: { Cost } }));
    person({ action: 'updateRecords', table: 'Jobs', records });
    const cost = jobs.field('Cost');
    expect(at(changesOf(payloads()[1]), `changedRecordsById.${id}`)).toEqual({
      current: { cellValuesByFieldId: { [cost]: 3 } },
      previous: { cellValuesByFieldId: { [cost]: 1 } },
    });
  });

  test('unchanged values are those of the moment too', () => {
    const { ok, jobs, payloads, changesOf } = watched({}, { includeCellValuesInFieldIds: 'all' });
    const id = jobs.create({ Name: 'Roof', Cost: 1 });
    ok('PATCH', `${jobs.path}/${id}`, { fields: { Cost: 2 } });
    ok('PATCH', `${jobs.path}/${id}`, { fields: { Name: 'Wall' } });
    const unchanged = at(changesOf(payloads()[1]), `changedRecordsById.${id}.unchanged.cellValuesByFieldId`);
    expect(unchanged).toMatchObject({ [jobs.field('Name')]: 'Roof' });
  });

  test('the other side of a link changes in the same payload, by name', () => {
    const { jobs, table, payloads, changesOf } = watched();
    const people = table('People', [{ name: 'Jobs', ...linkTo(jobs.id) }]);
    const roof = jobs.create({ Name: 'Roof' });
    const pat = people.create({ Name: 'Pat', Jobs: [roof] });
    const last = payloads().at(-1);
    expect(at(changesOf(last, people.id), `createdRecordsById.${pat}.cellValuesByFieldId`)).toMatchObject({
      [people.field('Jobs')]: [{ id: roof, name: 'Roof' }],
    });
    expect(at(changesOf(last), `changedRecordsById.${roof}.current.cellValuesByFieldId`)).toEqual({
      [jobs.field('People')]: [{ id: pat, name: 'Pat' }],
    });
  });

  test('deleted records are named; a person’s change says client', () => {
    const { person, jobs, payloads, changesOf } = watched();
    const id = jobs.create({ Name: 'Roof' });
    const user = { id: 'usrAAAAAAAAAAAAAA', email: 'pat@example.com', name: 'Pat' };
    person({ action: 'deleteRecords', table: 'Jobs', ids: [id], user });
    const last = payloads().at(-1);
    expect(changesOf(last)).toEqual({ destroyedRecordIds: [id] });
    expect(at(last, 'actionMetadata')).toEqual({
      source: 'client',
      sourceMetadata: { user: { ...user, permissionLevel: 'edit' } },
    });
  });

  test('a large change spans payloads that share time and number', () => {
    const { world, person, payloads } = watched();
    world.recordsPerPayload = 10;
    const records = Array.from({ length: 25 }, () => ({ fields: { Name: 'x' } }));
    person({ action: 'createRecords', table: 'Jobs', records });
    const parts = payloads();
    expect(parts).toHaveLength(3);
    expect(new Set(parts.map((part) => at(part, 'baseTransactionNumber'))).size).toBe(1);
    expect(new Set(parts.map((part) => at(part, 'timestamp'))).size).toBe(1);
  });

  test('a payload keeps the cells of a field and of a table that are gone when it is read', () => {
    const { ok, person, jobs, payloads, changesOf } = watched();
    const id = jobs.create({ Name: 'Roof', Cost: 1 });
    ok('PATCH', `${jobs.path}/${id}`, { fields: { Cost: 2 } });
    const cost = jobs.field('Cost');
    const shown = () => at(changesOf(payloads()[1]), `changedRecordsById.${id}.current.cellValuesByFieldId`);
    person({ action: 'deleteField', table: 'Jobs', field: 'Cost' });
    expect(shown()).toEqual({ [cost]: 2 });
    person({ action: 'deleteTable', table: 'Jobs' });
    expect(shown()).toEqual({ [cost]: 2 });
  });

  test('schema changes are told to those who watch it', () => {
    const { ok, person, baseId, table, jobs, watch, payloads, changesOf } = watched();
    const id = watch(
      { dataTypes: ['tableFields', 'tableMetadata'] },
      { includePreviousFieldDefinitions: true },
    );
    jobs.create({ Name: 'not told' });
    const fieldsPath = `/meta/bases/${baseId}/tables/${jobs.id}/fields`;
    const made = ok('POST', fieldsPath, { name: 'Notes', type: 'multilineText' });
    ok('PATCH', `${fieldsPath}/${text(made, 'id')}`, { name: 'Remarks' });
    person({ action: 'deleteField', table: 'Jobs', field: 'Remarks' });
    ok('PATCH', `/meta/bases/${baseId}/tables/${jobs.id}`, { name: 'Works' });
    const people = table('People');
    person({ action: 'deleteTable', table: 'People' });
    const told = payloads(id);
    const fieldId = text(made, 'id');
    expect(told.slice(0, 4).map((payload) => changesOf(payload))).toEqual([
      { createdFieldsById: { [fieldId]: { name: 'Notes', type: 'multilineText' } } },
      {
        changedFieldsById: {
          [fieldId]: {
            current: { name: 'Remarks', type: 'multilineText' },
            previous: { name: 'Notes', type: 'multilineText' },
          },
        },
      },
      { destroyedFieldIds: [fieldId] },
      { changedMetadata: { current: { name: 'Works' }, previous: { name: 'Jobs' } } },
    ]);
    expect(at(told[4], `createdTablesById.${people.id}.metadata.name`)).toBe('People');
    expect(at(told[5], 'destroyedTableIds')).toEqual([people.id]);
  });
});

describe('filters', () => {
  test('a table as scope, kinds of change, sources and fields narrow what is told', () => {
    const sandbox = watched();
    const { ok, person, table, jobs, watch, payloads } = sandbox;
    const other = table('Other');
    const cost = jobs.field('Cost');
    const ids = {
      jobs: watch({ recordChangeScope: jobs.id }),
      adds: watch({ changeTypes: ['add'] }),
      people: watch({ fromSources: ['client'] }),
      cost: watch({ watchDataInFieldIds: [cost] }),
    };
    other.create({ Name: 'elsewhere' });
    const id = jobs.create({ Name: 'Roof' });
    ok('PATCH', `${jobs.path}/${id}`, { fields: { Name: 'Wall' } });
    person({ action: 'updateRecords', table: 'Jobs', records: [{ id, fields: { Name: 'W', Cost: 3 } }] });
    ok('DELETE', `${jobs.path}/${id}`);
    const counts = Object.entries(ids).map(([name, webhook]) => [name, payloads(webhook).length]);
    expect(Object.fromEntries(counts)).toEqual({ jobs: 4, adds: 2, people: 1, cost: 3 });
    const change = at(payloads(ids.cost)[1], `changedTablesById.${jobs.id}.changedRecordsById.${id}`);
    expect(change).toEqual({ current: { cellValuesByFieldId: { [cost]: 3 } } });
  });

  test('a view as scope tells of records that enter it and leave it', () => {
    const { ok, person, jobs, watch, payloads, changesOf } = watched();
    const view = person({ action: 'addView', table: 'Jobs', name: 'Dear', filterByFormula: '{Cost}>10' });
    const viewId = text(view, 'id');
    const id = jobs.create({ Name: 'Roof', Cost: 1 });
    const webhook = watch({ recordChangeScope: viewId });
    for (const Cost of [2, 20, 30, 3, 4]) ok('PATCH', `${jobs.path}/${id}`, { fields: { Cost } });
    const told = payloads(webhook).map((payload) => at(changesOf(payload), `changedViewsById.${viewId}`));
    expect(told).toMatchObject([
      { createdRecordsById: { [id]: { cellValuesByFieldId: { [jobs.field('Cost')]: 20 } } } },
      { changedRecordsById: { [id]: { current: {} } } },
      { destroyedRecordIds: [id] },
    ]);
  });

  test.each([
    { dataTypes: [] },
    { dataTypes: ['records'] },
    { dataTypes: ['tableData'], recordChangeScope: 'tblAAAAAAAAAAAAAA' },
    { dataTypes: ['tableData'], watchDataInFieldIds: ['fldAAAAAAAAAAAAAA'] },
    { dataTypes: ['tableData'], fromSources: ['api'] },
    { dataTypes: ['tableData'], colour: 'red' },
  ])('%j are refused', (filters) => {
    const { call, webhooksPath } = watched();
    const answer = call('POST', webhooksPath, { specification: { options: { filters } } });
    expect(answer.status).toBe(422);
  });

  test('a webhook whose field is deleted says so once and makes no more payloads', () => {
    const { ok, person, jobs, watch, webhooksPath, payloads } = watched();
    const id = watch({ watchDataInFieldIds: [jobs.field('Cost')] });
    person({ action: 'deleteField', table: 'Jobs', field: 'Cost' });
    jobs.create({ Name: 'Roof' });
    expect(payloads(id)).toMatchObject([{ error: true, code: 'INVALID_FILTERS' }]);
    const held = list(ok('GET', webhooksPath), 'webhooks').find((webhook) => at(webhook, 'id') === id);
    expect(held).toMatchObject({ isHookEnabled: false });
  });
});

describe('the cursor', () => {
  test('starts at 1, moves by what was read, and stands still when there is nothing', () => {
    const { ok, jobs, webhooksPath, webhookId } = watched();
    for (let count = 0; count < 60; count += 1) jobs.create({ Name: `${count}` });
    const path = `${webhooksPath}/${webhookId}/payloads`;
    const page = (query: string): unknown => ok('GET', `${path}?${query}`);
    expect(page('')).toMatchObject({ cursor: 51, mightHaveMore: true });
    expect(page('cursor=51')).toMatchObject({ cursor: 61, mightHaveMore: false });
    expect(page('cursor=61')).toEqual({ cursor: 61, mightHaveMore: false, payloads: [] });
    expect(list(page('cursor=1&limit=7'), 'payloads')).toHaveLength(7);
    expect(at(ok('GET', webhooksPath), 'webhooks.0.cursorForNextPayload')).toBe(61);
  });

  test.each(['cursor=0', 'limit=51', 'limit=0', 'cursor=x', 'page=1'])('%s is refused', (query) => {
    const { call, webhooksPath, webhookId } = watched();
    expect(call('GET', `${webhooksPath}/${webhookId}/payloads?${query}`).status).toBe(422);
  });

  test('payloads are kept for seven days; an old cursor passes over what is gone', () => {
    const { ok, time, jobs, webhooksPath, webhookId, payloads } = watched();
    jobs.create({ Name: 'old' });
    time.nowMs += 4 * DAY_MS;
    ok('POST', `${webhooksPath}/${webhookId}/refresh`);
    jobs.create({ Name: 'newer' });
    time.nowMs += 4 * DAY_MS;
    const page = ok('GET', `${webhooksPath}/${webhookId}/payloads?cursor=1`);
    expect(page).toMatchObject({ cursor: 3 });
    expect(list(page, 'payloads')).toHaveLength(1);
    expect(payloads(webhookId, 3)).toEqual([]);
  });
});

describe('the life of a webhook', () => {
  test('ends after seven days unless it is refreshed or read', () => {
    const { ok, call, time, jobs, webhooksPath, webhookId, payloads } = watched();
    const expires = (): unknown => at(ok('GET', webhooksPath), 'webhooks.0.expirationTime');
    time.nowMs += 6 * DAY_MS;
    const refreshed = ok('POST', `${webhooksPath}/${webhookId}/refresh`);
    expect(refreshed).toEqual({ expirationTime: new Date(time.nowMs + 7 * DAY_MS).toISOString() });
    time.nowMs += 6 * DAY_MS;
    payloads();
    expect(expires()).toBe(new Date(time.nowMs - time.stepMs + 7 * DAY_MS).toISOString());
    jobs.create({ Name: 'told' });
    time.nowMs += 7 * DAY_MS;
    jobs.create({ Name: 'not told' });
    expect(at(ok('GET', webhooksPath), 'webhooks.0.isHookEnabled')).toBe(false);
    expect(call('POST', `${webhooksPath}/${webhookId}/refresh`).status).toBe(422);
    time.nowMs += 7 * DAY_MS;
    expect(call('GET', `${webhooksPath}/${webhookId}/payloads`)).toEqual({
      status: 404,
      body: { error: 'NOT_FOUND' },
    });
    expect(ok('GET', webhooksPath)).toEqual({ webhooks: [] });
  });

  test('its secret is shown once', () => {
    const { ok, webhooksPath } = watched();
    const specification = { options: { filters: { dataTypes: ['tableData'] } } };
    const made = ok('POST', webhooksPath, { notificationUrl: 'https://example.com/hook', specification });
    expect(Object.keys(made as object).toSorted()).toEqual(['expirationTime', 'id', 'macSecretBase64']);
    expect(list(ok('GET', webhooksPath), 'webhooks')[1]).toEqual({
      id: at(made, 'id'),
      areNotificationsEnabled: true,
      cursorForNextPayload: 1,
      isHookEnabled: true,
      lastSuccessfulNotificationTime: null,
      notificationUrl: 'https://example.com/hook',
      expirationTime: at(made, 'expirationTime'),
      lastNotificationResult: null,
      specification,
    });
  });

  test('a base has at most ten', () => {
    const { ok, call, webhooksPath, webhookId, watch } = watched();
    for (let count = 1; count < 10; count += 1) watch({});
    const body = { specification: { options: { filters: { dataTypes: ['tableData'] } } } };
    expect(call('POST', webhooksPath, body)).toEqual({
      status: 422,
      body: error('TOO_MANY_WEBHOOKS_IN_BASE'),
    });
    expect(call('DELETE', `${webhooksPath}/${webhookId}`)).toEqual({ status: 200, body: undefined });
    ok('POST', webhooksPath, body);
  });
});

test('in process, whoever subscribes hears of every committed change', () => {
  const { world, jobs, call } = watched();
  const heard: number[] = [];
  const stop = world.subscribe((change) => heard.push(change.tables.get(jobs.id)?.created.size ?? 0));
  jobs.create({ Name: 'Roof' });
  call('POST', jobs.path, { records: [{ fields: {} }, { fields: { Nope: 1 } }] });
  stop();
  jobs.create({ Name: 'Wall' });
  expect(heard).toEqual([1]);
});
