import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createHmac } from 'node:crypto';
import {
  parsePayload,
  parsePing,
  verifyAirtableMac,
  type AirtablePayload,
} from '../../server/airtable/webhook.ts';
import { startAirtableSimulator } from '../../server/sandbox/airtable/index.ts';
import { freshDatabase, type FreshDatabase } from '../support/database.ts';
import { scriptedServer } from '../support/scriptedServer.ts';
import { fieldIdOf, simulatedAirtable } from '../support/simulatedAirtable.ts';

let fresh: FreshDatabase;
const opened: { close(): unknown }[] = [];
beforeAll(async () => {
  fresh = await freshDatabase();
});
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});
afterAll(() => fresh.drop());

describe("a ping's MAC", () => {
  const secretBase64 = Buffer.from('a secret of Airtable').toString('base64');
  const rawBody = Buffer.from(
    '{"base":{"id":"appA"},"webhook":{"id":"achA"},"timestamp":"2026-11-20T12:00:00.000Z"}',
  );
  const hex = createHmac('sha256', Buffer.from(secretBase64, 'base64')).update(rawBody).digest('hex');

  test('over the raw bytes, in hex, is accepted', () => {
    expect(verifyAirtableMac({ rawBody, header: `hmac-sha256=${hex}`, secretBase64 })).toBe(true);
  });

  test.each<[string, string | undefined, string]>([
    ['no header', undefined, secretBase64],
    ['no prefix', hex, secretBase64],
    ['base64 instead of hex', `hmac-sha256=${Buffer.from(hex, 'hex').toString('base64')}`, secretBase64],
    ['another secret', `hmac-sha256=${hex}`, Buffer.from('other').toString('base64')],
    ['an empty secret', `hmac-sha256=${createHmac('sha256', '').update(rawBody).digest('hex')}`, ''],
    ['a cut one', `hmac-sha256=${hex.slice(2)}`, secretBase64],
  ])('%s is refused', (_, header, secret) => {
    expect(verifyAirtableMac({ rawBody, header, secretBase64: secret })).toBe(false);
  });

  test('is what the simulator sends, with a ping that names base and webhook', async () => {
    const receiver = await scriptedServer(() => ({ status: 204 }));
    const simulator = await startAirtableSimulator();
    opened.push(receiver, simulator);
    const created = await fetch(`${simulator.url}/v0/bases/${simulator.baseId}/webhooks`, {
      method: 'POST',
      headers: { authorization: `Bearer ${simulator.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        notificationUrl: receiver.url,
        specification: { options: { filters: { dataTypes: ['tableData'] } } },
      }),
    });
    const { id, macSecretBase64 } = (await created.json()) as { id: string; macSecretBase64: string };
    await fetch(`${simulator.url}/__control/person`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        action: 'createRecords',
        table: 'Table 1',
        records: [{ fields: { Name: 'é' } }],
      }),
    });
    await receiver.arrived(1);
    const [ping] = receiver.received;
    const header = ping?.headers['x-airtable-content-mac'];
    const mac = {
      rawBody: Buffer.from(ping?.text ?? ''),
      header: String(header),
      secretBase64: macSecretBase64,
    };
    expect(verifyAirtableMac(mac)).toBe(true);
    expect(parsePing(mac.rawBody)).toMatchObject({
      ok: true,
      value: { baseId: simulator.baseId, webhookId: id },
    });
  });
});

describe('a ping', () => {
  test.each<[string, string, string]>([
    ['not JSON', '{', 'notJson'],
    ['a list', '[]', 'notAPing'],
    ['without a webhook', '{"base":{"id":"appA"}}', 'notAPing'],
  ])('that is %s is refused with its kind', (_, body, kind) => {
    expect(parsePing(Buffer.from(body))).toMatchObject({ ok: false, error: { kind } });
  });

  test('without a time is a ping all the same', () => {
    const body = Buffer.from('{"base":{"id":"appA"},"webhook":{"id":"achA"},"more":1}');
    expect(parsePing(body)).toEqual({ ok: true, value: { baseId: 'appA', webhookId: 'achA', sentAt: null } });
  });
});

describe('the payloads of a base', () => {
  test('tell what was created, changed from what to what, and destroyed, by whom and through what', async () => {
    const airtable = await simulatedAirtable(fresh.database);
    opened.push(airtable);
    const { client, control } = airtable;
    const table = await client.createTable({
      name: 'Units',
      fields: [{ name: 'Name', type: 'singleLineText' }],
    });
    if (!table.ok) throw new Error(table.error.message);
    const name = fieldIdOf(table.value, 'Name');
    const hook = await client.webhooks.create({
      notificationUrl: null,
      specification: {
        options: {
          filters: { dataTypes: ['tableData', 'tableFields', 'tableMetadata'] },
          includes: { includePreviousCellValues: true, includeCellValuesInFieldIds: 'all' },
        },
      },
    });
    const made = await client.createRecords(table.value.id, [{ fields: { [name]: 'A' } }]);
    if (!hook.ok || !made.ok) throw new Error('The set-up failed.');
    const recordId = made.value[0]?.id ?? '';
    await client.updateRecords(table.value.id, [{ id: recordId, fields: { [name]: 'B' } }]);
    await control('person', {
      action: 'updateRecords',
      table: 'Units',
      records: [{ id: recordId, fields: { Name: 'C' } }],
    });
    await control('person', { action: 'renameField', table: 'Units', field: 'Name', name: 'Title' });
    await control('person', { action: 'deleteRecords', table: 'Units', ids: [recordId] });
    await control('person', {
      action: 'createTable',
      name: 'More',
      fields: [{ name: 'Name', type: 'singleLineText' }],
    });
    await control('person', { action: 'deleteTable', table: 'More' });

    const page = await client.webhooks.payloads(hook.value.id, 1);
    const payloads = (page.ok ? page.value.payloads : []).map((json): AirtablePayload => {
      const payload = parsePayload(json);
      if (!payload.ok) throw new Error(payload.error.message);
      return payload.value;
    });
    const tableId = table.value.id;
    const nothing = { tableId, created: [], changed: [], destroyed: [], fieldsChanged: false };
    const [created, ours, persons, renamed, deleted, tableMade, tableGone] = payloads;
    const byRecord = { recordId, current: { [name]: 'A' } };
    expect(created).toMatchObject({ source: 'publicApi', tables: [{ ...nothing, created: [byRecord] }] });
    expect(ours?.tables).toEqual([
      { ...nothing, changed: [{ recordId, current: { [name]: 'B' }, previous: { [name]: 'A' } }] },
    ]);
    expect(persons).toMatchObject({
      source: 'client',
      user: { id: expect.stringMatching(/^usr/) },
      tables: [{ changed: [{ recordId, current: { [name]: 'C' }, previous: { [name]: 'B' } }] }],
    });
    expect(renamed?.tables).toEqual([{ ...nothing, fieldsChanged: true }]);
    expect(deleted?.tables).toEqual([{ ...nothing, destroyed: [recordId] }]);
    expect(tableMade?.createdTableIds).toHaveLength(1);
    expect(tableGone?.destroyedTableIds).toEqual(tableMade?.createdTableIds);
    const numbers = payloads.map((payload) => payload.transactionNumber);
    expect(numbers).toEqual([...numbers].sort((left, right) => left - right));
    expect(payloads.every((payload) => payload.timestamp.startsWith('2026-11-20T12:'))).toBe(true);
  });
});

describe('a payload', () => {
  const bare = { timestamp: '2026-11-20T12:00:00.000Z', baseTransactionNumber: 7, payloadFormat: 'v0' };

  test('with nothing that we know is empty, not wrong', () => {
    expect(parsePayload({ ...bare, somethingNew: { a: 1 } })).toEqual({
      ok: true,
      value: {
        timestamp: '2026-11-20T12:00:00.000Z',
        transactionNumber: 7,
        source: 'unknown',
        user: null,
        tables: [],
        createdTableIds: [],
        destroyedTableIds: [],
      },
    });
  });

  test('of a form or an automation has no user', () => {
    for (const sourceMetadata of [
      { viewId: 'viw1' },
      { automationId: 'wfl1' },
      { user: { odd: true } },
      'text',
    ]) {
      const payload = parsePayload({ ...bare, actionMetadata: { source: 'automation', sourceMetadata } });
      expect(payload).toMatchObject({ ok: true, value: { source: 'automation', user: null } });
    }
  });

  test('without previous values says so', () => {
    const changedTablesById = {
      tblA: { changedRecordsById: { recA: { current: { cellValuesByFieldId: { fldA: 1 } } } } },
    };
    expect(parsePayload({ ...bare, changedTablesById })).toMatchObject({
      ok: true,
      value: {
        tables: [{ tableId: 'tblA', changed: [{ recordId: 'recA', current: { fldA: 1 }, previous: null }] }],
      },
    });
  });

  test.each(['createdFieldsById', 'changedFieldsById', 'destroyedFieldIds', 'changedMetadata'])(
    'with %s asks for the schema to be read again',
    (part) => {
      const value = part === 'destroyedFieldIds' ? ['fldA'] : { fldA: {} };
      const payload = parsePayload({ ...bare, changedTablesById: { tblA: { [part]: value } } });
      expect(payload).toMatchObject({
        ok: true,
        value: { tables: [{ tableId: 'tblA', fieldsChanged: true }] },
      });
    },
  );

  test.each(['INVALID_FILTERS', 'INVALID_HOOK', 'INTERNAL_ERROR'])(
    'that is the error %s means a broken webhook',
    (code) => {
      const payload = parsePayload({ ...bare, error: true, code });
      expect(payload).toMatchObject({ ok: false, error: { kind: 'webhookBroken' } });
      expect(!payload.ok && payload.error.message).toContain(code);
    },
  );

  test.each([
    ['no object', 'text'],
    ['no transaction number', { timestamp: bare.timestamp }],
    ['a time that is none', { ...bare, timestamp: 'soon' }],
    ['records in the wrong shape', { ...bare, changedTablesById: { tblA: { destroyedRecordIds: 'recA' } } }],
  ])('with %s breaks the contract', (_, json) => {
    expect(parsePayload(json)).toMatchObject({ ok: false, error: { kind: 'breaksContract' } });
  });
});
