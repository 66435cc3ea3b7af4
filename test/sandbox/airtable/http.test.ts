import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startAirtableSimulator } from '../../../server/sandbox/airtable/index.ts';
import type { AirtableSimulator } from '../../../server/sandbox/airtable/index.ts';
import { steppingClock } from './steppingClock.ts';
import { at, list, text } from './support.ts';

let simulator: AirtableSimulator;
let table: string;

beforeAll(async () => {
  simulator = await startAirtableSimulator({ clock: steppingClock(), latencyMs: { median: 1 } });
  table = `${simulator.url}/v0/${simulator.baseId}/Table%201`;
});
beforeEach(() => control('reset'));
afterAll(() => simulator.close());

const send = (method: string, url: string, body?: unknown): Promise<Response> =>
  fetch(url, {
    method,
    headers: { authorization: `Bearer ${simulator.token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

async function control(what: string, body: unknown = {}): Promise<unknown> {
  const answer = await send('POST', `${simulator.url}/__control/${what}`, body);
  if (answer.status !== 200) throw new Error(`${what}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}
const state = async (): Promise<unknown> => (await fetch(`${simulator.url}/__control/state`)).json();
const recordCount = async (): Promise<unknown> => at(await state(), 'bases.0.records');

/** Waits for a fact; the test’s time-out is the only limit. */
async function until(fact: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await fact())) await new Promise((resolve) => setImmediate(resolve));
}

describe('over HTTP', () => {
  test('answers are JSON that any origin may read', async () => {
    const answer = await send('POST', table, { fields: { Name: 'Roof' } });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toContain('application/json');
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(at(await answer.json(), 'fields.Name')).toBe('Roof');
  });

  test('a preflight is answered without a token', async () => {
    const answer = await fetch(table, { method: 'OPTIONS' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('access-control-allow-headers')).toBe(
      'authorization,content-length,content-type,user-agent,x-airtable-application-id,x-airtable-user-agent,x-api-version,x-requested-with',
    );
  });

  test('a link to an attachment is served', async () => {
    const base = `${simulator.url}/v0/meta/bases/${simulator.baseId}/tables`;
    const tables: unknown = await (await send('GET', base)).json();
    const fields = `${base}/${text(tables, 'tables.0.id')}/fields`;
    await send('POST', fields, { name: 'Files', type: 'multipleAttachments' });
    const made: unknown = await (await send('POST', table, { fields: {} })).json();
    const upload = `${simulator.contentUrl}/v0/${simulator.baseId}/${text(made, 'id')}/Files/uploadAttachment`;
    const file = Buffer.from('hello').toString('base64');
    const body = { contentType: 'text/plain', filename: 'a.txt', file };
    const answer: unknown = await (await send('POST', upload, body)).json();
    const [attached] = Object.values(at(answer, 'fields') as Record<string, unknown>);
    const served = await fetch(text(attached, '0.url'));
    expect([served.headers.get('content-type'), await served.text()]).toEqual(['text/plain', 'hello']);
  });
});

describe('faults', () => {
  const fault = (effect: object, more: object = {}): Promise<unknown> =>
    control('faults', { faults: [{ method: 'POST', times: 1, effect, ...more }] });

  test('a status comes instead of the work', async () => {
    await fault({ kind: 'status', status: 503, body: { error: 'x' }, headers: { 'retry-after': '3' } });
    const answer = await send('POST', table, { fields: {} });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '3']);
    expect(await recordCount()).toBe(0);
    expect((await send('POST', table, { fields: {} })).status).toBe(200);
  });

  test('a torn connection leaves the work undone or done', async () => {
    await fault({ kind: 'tornBefore' });
    await expect(send('POST', table, { fields: {} })).rejects.toThrow();
    expect(await recordCount()).toBe(0);
    await fault({ kind: 'tornAfter' });
    await expect(send('POST', table, { fields: {} })).rejects.toThrow();
    expect(await recordCount()).toBe(1);
  });

  test('an effect can come after its connection is gone', async () => {
    await fault({ kind: 'lateEffect', delayMs: 5 });
    await expect(send('POST', table, { fields: {} })).rejects.toThrow();
    await until(async () => (await recordCount()) === 1);
  });

  test('a delay only delays, and faults can be cleared', async () => {
    await fault({ kind: 'delay', delayMs: 5 });
    expect((await send('POST', table, { fields: {} })).status).toBe(200);
    await fault({ kind: 'tornBefore' });
    await control('faults', { faults: [], clear: true });
    expect((await send('POST', table, { fields: {} })).status).toBe(200);
  });
});

describe('control', () => {
  test('a person edits, the state tells what is there and what was called', async () => {
    const records = [{ fields: { Name: 'by hand' } }];
    await control('person', { action: 'createRecords', table: 'Table 1', records });
    await send('GET', table);
    expect(await state()).toMatchObject({
      calls: { byKind: { listRecords: 1 }, byStatus: { 200: 1 }, rateLimited: 0 },
      bases: [{ id: simulator.baseId, records: 1, tables: [{ name: 'Table 1', records: 1 }], webhooks: [] }],
    });
  });

  test('tokens are made, narrowed and revoked', async () => {
    const made = await control('token', {
      email: 'pat@example.com',
      role: 'read',
      scopes: ['data.records:read'],
    });
    const as = (method: string): Promise<Response> =>
      fetch(table, { method, headers: { authorization: `Bearer ${text(made, 'token')}` }, body: null });
    expect((await as('GET')).status).toBe(200);
    await control('token', { token: text(made, 'token'), scopes: [] });
    expect((await as('GET')).status).toBe(403);
    await control('token', { token: text(made, 'token'), revoke: true });
    expect((await as('GET')).status).toBe(401);
  });

  test('the quota and the size of the base are set', async () => {
    await control('quota', { monthlyCallLimit: 5, callsThisMonth: 5 });
    expect((await send('GET', table)).status).toBe(429);
    await control('quota', { monthlyCallLimit: null, recordsPerBase: 0 });
    expect((await send('POST', table, { fields: {} })).status).toBe(422);
  });

  test('time moves', async () => {
    const moved = await control('clock', { now: '2027-01-01T00:00:00Z' });
    expect(new Date(Number(at(moved, 'nowMs'))).toISOString()).toMatch(/^2027-01-01T00:00/);
    const later = await control('clock', { advanceMs: 86_400_000 });
    expect(new Date(Number(at(later, 'nowMs'))).toISOString()).toMatch(/^2027-01-02T00:00/);
  });

  test('a missing record answers as asked', async () => {
    await control('behaviour', { missingRecord: 404 });
    expect((await send('GET', `${table}/recAAAAAAAAAAAAAA`)).status).toBe(404);
    await control('behaviour', { missingRecord: 403 });
  });

  test('unknown routes, actions and bodies are refused with what is known', async () => {
    const refusal = async (what: string, body: unknown): Promise<[number, unknown]> => {
      const answer = await send('POST', `${simulator.url}/__control/${what}`, body);
      return [answer.status, at(await answer.json(), 'error')];
    };
    const says = (pattern: RegExp): unknown => expect.stringMatching(pattern);
    expect(await refusal('nothing', {})).toEqual([404, says(/Known: .*POST \/__control\/person/)]);
    expect(await refusal('person', { action: 'dance' })).toEqual([422, says(/Known: .*updateRecords/)]);
    expect(await refusal('person', { action: 'addField' })).toEqual([422, says(/at table/)]);
    expect(await refusal('clock', { speed: 'fast' })).toEqual([422, says(/at speed/)]);
  });
});

describe('webhook pings', () => {
  type Received = { body: string; mac: string | undefined };

  async function receiver(answerStatus: () => number) {
    const received: Received[] = [];
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const mac = request.headers['x-airtable-content-mac'];
        received.push({ body: Buffer.concat(chunks).toString(), mac: String(mac) });
        response.writeHead(answerStatus()).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const close = (): Promise<void> =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    return { received, url: `http://127.0.0.1:${port}/hook`, close };
  }

  const watch = async (notificationUrl: string): Promise<unknown> => {
    const specification = { options: { filters: { dataTypes: ['tableData'] } } };
    const path = `${simulator.url}/v0/bases/${simulator.baseId}/webhooks`;
    return (await send('POST', path, { notificationUrl, specification })).json();
  };

  test('arrive signed, and the simulator knows when all have', async () => {
    const { received, url, close } = await receiver(() => 204);
    const made = await watch(url);
    await simulator.pingsIdle();
    await send('POST', table, { fields: { Name: 'Roof' } });
    await simulator.pingsIdle();
    expect(received).toHaveLength(2);
    const key = Buffer.from(text(made, 'macSecretBase64'), 'base64');
    for (const { body, mac } of received) {
      expect(mac).toBe(`hmac-sha256=${createHmac('sha256', key).update(body).digest('hex')}`);
    }
    expect(at(await state(), 'bases.0.webhooks.0.lastNotificationResult.success')).toBe(true);
    await close();
  });

  test('that fail are tried again when their time has come', async () => {
    let status = 500;
    const { received, url, close } = await receiver(() => status);
    await watch(url);
    await simulator.pingsIdle();
    const result = async (): Promise<unknown> =>
      at(await state(), 'bases.0.webhooks.0.lastNotificationResult');
    expect(await result()).toMatchObject({ success: false, retryNumber: 0, willBeRetried: true });
    status = 200;
    await control('clock', { advanceMs: 11_000 });
    await until(async () => at(await result(), 'success') === true);
    expect(await result()).toMatchObject({ retryNumber: 1 });
    expect(received).toHaveLength(2);
    await close();
  });

  test('to an address where nobody listens fail with a reason', async () => {
    const { url, close } = await receiver(() => 200);
    await close();
    await watch(url);
    await simulator.pingsIdle();
    expect(list(await state(), 'bases.0.webhooks')[0]).toMatchObject({
      lastNotificationResult: { success: false, error: { message: expect.any(String) as unknown } },
    });
  });
});
