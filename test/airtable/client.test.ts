import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { AirtableTable, Answer } from '../../server/airtable/client.ts';
import { freshDatabase, type FreshDatabase } from '../support/database.ts';
import { fieldIdOf, simulatedAirtable, type SimulatedAirtable } from '../support/simulatedAirtable.ts';

let fresh: FreshDatabase;
const opened: { close(): unknown }[] = [];
beforeAll(async () => {
  fresh = await freshDatabase();
});
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});
afterAll(() => fresh.drop());

async function good<T>(answer: Answer<T>): Promise<T> {
  const result = await answer;
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

async function failureOf(answer: Answer<unknown>) {
  const result = await answer;
  if (result.ok) throw new Error('The call was expected to fail.');
  return result.error;
}

type World = SimulatedAirtable & {
  table: AirtableTable;
  name: string;
  rent: string;
  kind: string;
  count: string;
};

/** A base with one table: a text, a currency, a choice and a number. */
async function world(options: Parameters<typeof simulatedAirtable>[1] = {}): Promise<World> {
  const simulated = await simulatedAirtable(fresh.database, options);
  opened.push(simulated);
  const table = await good(
    simulated.client.createTable({
      name: 'Units',
      description: 'What is let',
      fields: [
        { name: 'Name', type: 'singleLineText' },
        { name: 'Rent', type: 'currency', options: { precision: 2, symbol: '$' } },
        { name: 'Kind', type: 'singleSelect', options: { choices: [{ name: 'House' }, { name: 'Flat' }] } },
        { name: 'Buildium ID', type: 'number', options: { precision: 0 } },
      ],
    }),
  );
  const [name, rent, kind, count] = ['Name', 'Rent', 'Kind', 'Buildium ID'].map((field) =>
    fieldIdOf(table, field),
  );
  return { ...simulated, table, name: name ?? '', rent: rent ?? '', kind: kind ?? '', count: count ?? '' };
}

describe('the base', () => {
  test('says who the token is and what it may do', async () => {
    const { client } = await world();
    const who = await good(client.whoami());
    expect(who.id).toMatch(/^usr/);
    expect(who.scopes).toContain('data.records:write');
  });

  test('has a name and a permission level, or is not seen at all', async () => {
    const { client, clientWith, simulator } = await world();
    expect(await good(client.baseAccess())).toMatchObject({
      id: simulator.baseId,
      permissionLevel: 'create',
    });
    expect(await good(clientWith({ baseId: 'appUnknown00000000' }).baseAccess())).toBeNull();
  });

  test('lists its tables with fields and options, and takes new ones and new names', async () => {
    const { client, table } = await world();
    const field = await good(
      client.createField(table.id, { name: 'Since', type: 'date', options: { dateFormat: { name: 'iso' } } }),
    );
    await good(client.updateField(table.id, field.id, { name: 'Let since', description: 'First day' }));
    await good(client.updateTable(table.id, { name: 'Flats' }));
    const seen = (await good(client.tables())).find(({ id }) => id === table.id);
    expect(seen).toMatchObject({ name: 'Flats', primaryFieldId: fieldIdOf(table, 'Name') });
    expect(seen?.fields.find(({ id }) => id === field.id)).toMatchObject({ name: 'Let since', type: 'date' });
    expect(seen?.fields.find(({ name }) => name === 'Kind')?.options).toMatchObject({
      choices: [{ name: 'House' }, { name: 'Flat' }],
    });
  });
});

describe('records', () => {
  test('are created, changed, read and deleted by field id; empty cells are left out', async () => {
    const { client, table, name, rent, kind } = await world();
    const [first, second] = await good(
      client.createRecords(table.id, [
        { fields: { [name]: 'A', [rent]: 1234.5 } },
        { fields: { [name]: 'B' } },
      ]),
    );
    expect(first?.fields).toEqual({ [name]: 'A', [rent]: 1234.5 });
    const [changed] = await good(
      client.updateRecords(table.id, [{ id: second?.id ?? '', fields: { [kind]: 'Flat' } }]),
    );
    expect(changed?.fields).toEqual({ [name]: 'B', [kind]: 'Flat' });
    expect(await good(client.deleteRecords(table.id, [first?.id ?? '']))).toEqual([first?.id]);
    const left = await good(client.listRecords(table.id, { fieldIds: [name, kind] }));
    expect(left).toMatchObject([{ id: second?.id, fields: { [name]: 'B', [kind]: 'Flat' } }]);
    expect(left[0]?.createdTime).toMatch(/^\d{4}-/);
  });

  test('nothing to write makes no call, and more than ten is a mistake of ours', async () => {
    const { client, table, calls } = await world();
    const before = calls.length;
    expect(await good(client.createRecords(table.id, []))).toEqual([]);
    expect(await good(client.updateRecords(table.id, []))).toEqual([]);
    expect(await good(client.upsertRecords(table.id, ['fldX'], []))).toEqual({ records: [], createdIds: [] });
    expect(await good(client.deleteRecords(table.id, []))).toEqual([]);
    expect(await good(client.recordsById(table.id, [], []))).toEqual([]);
    expect(calls.length).toBe(before);
    const rows = Array.from({ length: 11 }, () => ({ fields: {} }));
    await expect(client.createRecords(table.id, rows)).rejects.toThrow('10 rows a write, not 11');
  });

  test('are listed page by page, sorted, filtered, and handed over as they come', async () => {
    const { client, table, name, count } = await world();
    for (let from = 0; from < 250; from += 10) {
      const rows = Array.from({ length: 10 }, (_, index) => ({
        fields: { [name]: `n${from + index}`, [count]: from + index },
      }));
      await good(client.createRecords(table.id, rows));
    }
    const pages: [number, number][] = [];
    const kept = await good(
      client.listRecords(table.id, {
        fieldIds: [count],
        sort: [{ fieldId: count, direction: 'desc' }],
        onPage: (records, index) => void pages.push([index, Number(records[0]?.fields[count])]),
      }),
    );
    expect([kept, pages]).toEqual([
      [],
      [
        [0, 249],
        [1, 149],
        [2, 49],
      ],
    ]);
    const few = await good(
      client.listRecords(table.id, { fieldIds: [name, count], formula: `{${count}}<2`, pageSize: 1 }),
    );
    expect(few.map((record) => record.fields[name]).sort()).toEqual(['n0', 'n1']);
    expect(few.every((record) => Object.keys(record.fields).length <= 2)).toBe(true);
  });

  test('are upserted by a field, in the order sent, and the created ones are told', async () => {
    const { client, table, name, count } = await world();
    const [known] = await good(client.createRecords(table.id, [{ fields: { [name]: 'old', [count]: 2 } }]));
    const { records, createdIds } = await good(
      client.upsertRecords(
        table.id,
        [count],
        [
          { fields: { [name]: 'one', [count]: 1 } },
          { fields: { [name]: 'two', [count]: 2 } },
          { fields: { [name]: 'three', [count]: 3 } },
        ],
      ),
    );
    expect(records.map((record) => record.fields[name])).toEqual(['one', 'two', 'three']);
    expect(records[1]?.id).toBe(known?.id);
    expect(createdIds).toEqual([records[0]?.id, records[2]?.id]);
  });

  test('are read by id, a hundred a request; those that are gone are absent', async () => {
    const { client, table, name, calls } = await world();
    const ids: string[] = [];
    for (let from = 0; from < 120; from += 10) {
      const rows = Array.from({ length: 10 }, (_, index) => ({ fields: { [name]: `n${from + index}` } }));
      ids.push(...(await good(client.createRecords(table.id, rows))).map((record) => record.id));
    }
    await good(client.deleteRecords(table.id, [ids[5] ?? '']));
    const before = calls.length;
    const found = await good(
      client.recordsById(table.id, [...ids, ids[0] ?? '', 'recUnknown0000000'], [name]),
    );
    expect(found.map((record) => record.id).sort()).toEqual(ids.filter((id) => id !== ids[5]).sort());
    expect(calls.length - before).toBe(2);
    expect((await failureOf(client.recordsById(table.id, ['rec1",TRUE(),"'], [name]))).kind).toBe('invalid');
  });

  const odd = [
    '", ""="',
    '}',
    '{Name}',
    'back\\slash\\',
    "it's",
    'two\nlines',
    'tab\there',
    'Zoë 🏠',
    'A&B <c>',
    ' lead',
  ];

  test('are found by a text value with any characters in it, and only those', async () => {
    const { client, table, name } = await world();
    await good(
      client.createRecords(
        table.id,
        odd.map((text) => ({ fields: { [name]: text } })),
      ),
    );
    await good(client.createRecords(table.id, [{ fields: { [name]: 'other' } }, { fields: {} }]));
    for (const text of odd) {
      const found = await good(client.recordsByFieldValue(table.id, name, [text], [name]));
      expect(found.map((record) => record.fields[name])).toEqual([text]);
    }
    const all = await good(client.recordsByFieldValue(table.id, name, odd, [name]));
    expect(all.map((record) => record.fields[name]).sort()).toEqual([...odd].sort());
  });

  test('are found by numbers; an empty value is refused, since it would match every blank', async () => {
    const { client, table, name, count } = await world();
    await good(
      client.createRecords(
        table.id,
        [1, 2, 3].map((id) => ({ fields: { [name]: `n${id}`, [count]: id } })),
      ),
    );
    const found = await good(client.recordsByFieldValue(table.id, count, [1, 3, 99], [name]));
    expect(found.map((record) => record.fields[name]).sort()).toEqual(['n1', 'n3']);
    const failure = await failureOf(client.recordsByFieldValue(table.id, name, ['x', ''], [name]));
    expect(failure).toMatchObject({ kind: 'invalid', status: null, outcome: 'refused' });
  });

  test('never make Airtable guess: an unknown choice and a text in a number field are refused', async () => {
    const { client, table, kind, rent } = await world();
    const [row] = await good(client.createRecords(table.id, [{ fields: {} }]));
    for (const fields of [{ [kind]: 'Castle' }, { [rent]: '12' }]) {
      expect(await failureOf(client.updateRecords(table.id, [{ id: row?.id ?? '', fields }]))).toMatchObject({
        kind: 'invalid',
        outcome: 'refused',
      });
    }
  });

  test('with a deleted field asked for are an error and not a blank', async () => {
    const { client, table, name } = await world();
    const failure = await failureOf(client.listRecords(table.id, { fieldIds: [name, 'fldGone0000000000'] }));
    expect(failure).toMatchObject({ kind: 'invalid', type: 'UNKNOWN_FIELD_NAME' });
  });
});

describe('an attachment', () => {
  test('is uploaded into a cell', async () => {
    const { client, table } = await world();
    const field = await good(client.createField(table.id, { name: 'Papers', type: 'multipleAttachments' }));
    const [row] = await good(client.createRecords(table.id, [{ fields: {} }]));
    const uploaded = await good(
      client.uploadAttachment({
        recordId: row?.id ?? '',
        fieldId: field.id,
        filename: 'statement.txt',
        contentType: 'text/plain',
        bytes: Buffer.from('June'),
      }),
    );
    expect(uploaded).toMatchObject({
      recordId: row?.id,
      fields: { [field.id]: [{ filename: 'statement.txt' }] },
    });
  });
});

describe('webhooks', () => {
  test('are created, listed, read by cursor, refreshed, silenced and removed', async () => {
    const { client, table, name } = await world();
    const specification = {
      options: { filters: { dataTypes: ['tableData'] }, includes: { includePreviousCellValues: true } },
    };
    const hook = await good(client.webhooks.create({ notificationUrl: null, specification }));
    expect(Buffer.from(hook.macSecretBase64, 'base64').length).toBeGreaterThan(0);
    await good(client.createRecords(table.id, [{ fields: { [name]: 'A' } }]));
    const page = await good(client.webhooks.payloads(hook.id, 1));
    expect(page).toMatchObject({ cursor: 2, mightHaveMore: false });
    expect(page.payloads).toHaveLength(1);
    expect(await good(client.webhooks.payloads(hook.id, 2))).toEqual({
      cursor: 2,
      mightHaveMore: false,
      payloads: [],
    });
    expect((await good(client.webhooks.refresh(hook.id))).expirationTime).toMatch(/^\d{4}-/);
    await good(client.webhooks.enableNotifications(hook.id, false));
    expect(await good(client.webhooks.list())).toMatchObject([
      { id: hook.id, areNotificationsEnabled: false, cursorForNextPayload: 2 },
    ]);
    await good(client.webhooks.remove(hook.id));
    expect(await good(client.webhooks.list())).toEqual([]);
  });
});

describe('a failure', () => {
  test('of a wrong token is told as such, and the token is not shown', async () => {
    const { clientWith, table, logged } = await world();
    const failure = await failureOf(
      clientWith({ token: 'patWrong.secret' }).listRecords(table.id, { fieldIds: [] }),
    );
    expect(failure).toMatchObject({ kind: 'unauthorized', type: 'AUTHENTICATION_REQUIRED', status: 401 });
    expect(JSON.stringify([failure, logged])).not.toContain('patWrong');
  });

  test('of a table that is gone keeps the type of its 403', async () => {
    const { client } = await world();
    const failure = await failureOf(
      client.listRecords('tblGone0000000000', { fieldIds: ['fldA0000000000000'] }),
    );
    expect(failure).toMatchObject({
      kind: 'forbidden',
      type: 'INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND',
      outcome: 'refused',
    });
  });

  test('of the monthly quota stops data calls at once; the schema can still be read', async () => {
    const { client, table, name, control, calls } = await world();
    await control('quota', { monthlyCallLimit: 0 });
    expect(await failureOf(client.listRecords(table.id, { fieldIds: [name] }))).toMatchObject({
      kind: 'quotaExhausted',
      status: 429,
    });
    const before = calls.length;
    expect(await failureOf(client.createRecords(table.id, [{ fields: {} }]))).toMatchObject({
      kind: 'quotaExhausted',
      status: null,
    });
    expect(calls.length).toBe(before);
    expect((await good(client.tables())).length).toBeGreaterThan(0);
  });

  test('of a full base is told as such', async () => {
    const { client, table, name, control } = await world();
    await control('quota', { recordsPerBase: 1 });
    await good(client.createRecords(table.id, [{ fields: { [name]: 'A' } }]));
    const write = client.upsertRecords(table.id, [name], [{ fields: { [name]: 'B' } }]);
    expect(await failureOf(write)).toMatchObject({ kind: 'baseFull', outcome: 'refused' });
  });

  test('of a torn connection before a write is unknown, and the write is not repeated', async () => {
    const { client, table, name, control } = await world();
    for (const [kind, rows] of [
      ['tornBefore', 0],
      ['tornAfter', 1],
    ] as const) {
      await control('faults', { faults: [{ method: 'POST', path: table.id, times: 1, effect: { kind } }] });
      const failure = await failureOf(client.createRecords(table.id, [{ fields: { [name]: 'A' } }]));
      expect(failure).toMatchObject({ kind: 'unavailable', status: null, outcome: 'unknown' });
      expect(await good(client.listRecords(table.id, { fieldIds: [name] }))).toHaveLength(rows);
    }
  });

  test('of a read is repeated', async () => {
    const { client, table, name, control } = await world();
    await control('faults', {
      faults: [{ path: 'listRecords', times: 2, effect: { kind: 'status', status: 502 } }],
    });
    expect(await good(client.listRecords(table.id, { fieldIds: [name] }))).toEqual([]);
  });

  test.each([
    ['listRecords', { records: 'none' }, 'refused'],
    ['', { records: [] }, 'unknown'],
    ['', { records: [{ id: 'recOther000000000', fields: {} }] }, 'unknown'],
  ])('of an answer to %s that cannot be true breaks the contract', async (path, body, outcome) => {
    const { client, table, name, control } = await world();
    await control('faults', {
      faults: [{ path: `${table.id}.*${path}`, times: 1, effect: { kind: 'status', status: 200, body } }],
    });
    const call = path
      ? client.listRecords(table.id, { fieldIds: [name] })
      : client.updateRecords(table.id, [{ id: 'recMine0000000000', fields: { [name]: 'A' } }]);
    expect(await failureOf(call)).toMatchObject({ kind: 'breaksContract', outcome });
  });

  test('of an expired cursor starts the list again, once', async () => {
    const { client, table, name, control } = await world();
    const rows = Array.from({ length: 3 }, (_, index) => ({ fields: { [name]: `n${index}` } }));
    await good(client.createRecords(table.id, rows));
    const expired = {
      kind: 'status',
      status: 422,
      body: { error: { type: 'LIST_RECORDS_ITERATOR_NOT_AVAILABLE' } },
    };
    const pages: number[] = [];
    await good(
      client.listRecords(table.id, {
        fieldIds: [name],
        pageSize: 1,
        onPage: async (_, index) => {
          pages.push(index);
          if (pages.length === 2)
            await control('faults', { faults: [{ path: 'listRecords', times: 1, effect: expired }] });
        },
      }),
    );
    expect(pages).toEqual([0, 1, 0, 1, 2]);
    await control('faults', { faults: [{ path: 'listRecords', times: 2, effect: expired }] });
    const failure = await failureOf(client.listRecords(table.id, { fieldIds: [name] }));
    expect(failure.type).toBe('LIST_RECORDS_ITERATOR_NOT_AVAILABLE');
  });
});

test('a hundred calls at once never meet the limit of five a second', async () => {
  const { client, table, name, calls } = await world();
  await Promise.all(
    Array.from({ length: 100 }, () => good(client.listRecords(table.id, { fieldIds: [name] }))),
  );
  expect(calls.filter((call) => call.status !== 200)).toEqual([]);
});
