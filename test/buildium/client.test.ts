import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import {
  createBuildiumClient,
  type BuildiumClient,
  type BuildiumClientOptions,
} from '../../server/buildium/client.ts';
import { freshDatabase, type FreshDatabase } from '../support/database.ts';
import { scriptedServer, type Received, type Reply, type ScriptedServer } from '../support/scriptedServer.ts';
import { testOutbound, type TestOutbound } from '../support/testOutbound.ts';

let fresh: FreshDatabase;
const opened: { close(): unknown }[] = [];
beforeAll(async () => {
  fresh = await freshDatabase();
});
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});
afterAll(() => fresh.drop());

type World = TestOutbound & { server: ScriptedServer; client: BuildiumClient };

async function world(
  script: (request: Received, index: number) => Reply,
  change: Partial<BuildiumClientOptions> = {},
): Promise<World> {
  const server = await scriptedServer(script);
  const out = testOutbound(fresh.database);
  opened.push(server, out);
  const client = createBuildiumClient({
    outbound: out.outbound,
    connectionId: 'c1',
    baseUrl: `${server.url}/`,
    credentials: { kind: 'apiKey', clientId: 'client-id-1', clientSecret: 'client-secret-1' },
    clock: out.clock,
    ...change,
  });
  return { ...out, server, client };
}

const items = (from: number, count: number): { Id: number }[] =>
  Array.from({ length: count }, (_, index) => ({ Id: from + index }));

describe('a request', () => {
  test('carries the key headers, and nothing of them in what is counted or logged', async () => {
    const { client, server, calls, logged } = await world(() => ({
      status: 401,
      body: { UserMessage: 'client-secret-1' },
    }));
    const answer = await client.get('/v1/leases/12');
    expect(server.received[0]?.headers).toMatchObject({
      'x-buildium-client-id': 'client-id-1',
      'x-buildium-client-secret': 'client-secret-1',
    });
    expect(answer).toMatchObject({ ok: false, error: { kind: 'unauthorized', call: 'GET /v1/leases/12' } });
    expect(JSON.stringify([answer, calls, logged])).not.toContain('client-secret-1');
  });

  test('repeats the name of a list, leaves out what is undefined, and encodes text', async () => {
    const { client, server } = await world(() => ({ status: 200, body: {} }));
    await client.get('/v1/leases', { propertyids: [1, 2], unitnumber: 'A&B é', x: undefined, flag: true });
    expect([...(server.received[0]?.query ?? [])]).toEqual([
      ['propertyids', '1'],
      ['propertyids', '2'],
      ['unitnumber', 'A&B é'],
      ['flag', 'true'],
    ]);
  });

  test('with an empty list is refused: it would ask for everything', async () => {
    const { client, server } = await world(() => ({ status: 200, body: [] }));
    const answer = await client.list('/v1/leases', { propertyids: [] });
    expect(answer).toMatchObject({ ok: false, error: { kind: 'invalid', status: null, outcome: 'refused' } });
    expect(!answer.ok && answer.error.message).toContain('"propertyids" is empty');
    expect(server.received).toHaveLength(0);
  });

  test('with a query of 4,096 characters is refused before it is sent, one of 4,095 goes', async () => {
    const { client, server } = await world(() => ({ status: 200, body: {} }));
    const answer = await client.get('/v1/glaccounts', { name: 'x'.repeat(4_091) });
    expect(!answer.ok && answer.error.message).toContain('4096 characters');
    expect(server.received).toHaveLength(0);
    expect(await client.get('/v1/glaccounts', { name: 'x'.repeat(4_090) })).toMatchObject({ ok: true });
  });

  test('that writes sends its body as JSON and returns the answer, a list too', async () => {
    const { client, server, calls } = await world((_, index) =>
      index === 2 ? { status: 204 } : { status: 201, body: [{ Id: 1 }] },
    );
    expect(await client.post('/v1/leases/5/charges', { Memo: 'é' })).toEqual({
      ok: true,
      value: [{ Id: 1 }],
    });
    expect(await client.put('/v1/leases/5', { A: 1 })).toMatchObject({ ok: true });
    expect(await client.patch('/v1/bills/7', { B: 2 })).toEqual({ ok: true, value: null });
    expect(server.received.map(({ method, path, json }) => [method, path, json])).toEqual([
      ['POST', '/v1/leases/5/charges', { Memo: 'é' }],
      ['PUT', '/v1/leases/5', { A: 1 }],
      ['PATCH', '/v1/bills/7', { B: 2 }],
    ]);
    expect(calls.map((call) => call.kind)).toEqual(['leases.charges.post', 'leases.put', 'bills.patch']);
  });

  test('that fails validation names call and field', async () => {
    const { client } = await world(() => ({
      status: 422,
      body: {
        UserMessage: '',
        ErrorCode: null,
        Errors: [{ Key: 'Address.PostalCode', Value: 'is required' }],
      },
    }));
    const answer = await client.put('/v1/rentals/3', {});
    expect(!answer.ok && answer.error.message).toContain(
      '422 on PUT /v1/rentals/3: Address.PostalCode: is required.',
    );
  });

  test.each(['tear', { status: 502 }] as const)(
    'that writes and gets %j is sent once, its outcome unknown',
    async (reply) => {
      const { client, server } = await world(() => reply);
      expect(await client.post('/v1/bills', {})).toMatchObject({
        ok: false,
        error: { kind: 'unavailable', outcome: 'unknown' },
      });
      expect(server.received).toHaveLength(1);
    },
  );

  test('eight a second leave, and eight at once', async () => {
    const { client, clock } = await world(() => ({ status: 200, body: {} }), {
      credentials: { kind: 'apiKey', clientId: 'paced', clientSecret: 's' },
    });
    const startMs = clock.nowMs();
    await Promise.all(Array.from({ length: 17 }, () => client.get('/v1/leases/1')));
    expect(clock.nowMs() - startMs).toBe(2_000);
  });
});

describe('a list', () => {
  const served =
    (all: { Id: number }[], headers: Record<string, string> = {}) =>
    (request: Received): Reply => {
      const [offset, limit] = ['offset', 'limit'].map((name) => Number(request.query.get(name)));
      return {
        status: 200,
        body: all.slice(offset, (offset ?? 0) + (limit ?? 0)),
        headers: { 'x-total-count': String(all.length), date: 'Fri, 20 Nov 2026 11:59:58 GMT', ...headers },
      };
    };

  test("is read by thousands, sorted by Id, with the server's time", async () => {
    const { client, server, calls } = await world(served(items(1, 2_500)));
    const answer = await client.list('/v1/leases/9/transactions', { transactiontypes: ['Charge'] });
    expect(answer).toMatchObject({ ok: true, value: { serverDate: '2026-11-20T11:59:58.000Z' } });
    expect(answer.ok && answer.value.items).toEqual(items(1, 2_500));
    expect(server.received.map((request) => request.query.toString())).toEqual([
      'orderby=Id+asc&transactiontypes=Charge&offset=0&limit=1000',
      'orderby=Id+asc&transactiontypes=Charge&offset=1000&limit=1000',
      'orderby=Id+asc&transactiontypes=Charge&offset=2000&limit=1000',
    ]);
    expect(calls[0]?.kind).toBe('leases.transactions.list');
  });

  test('can be sorted otherwise', async () => {
    const { client, server } = await world(served([]));
    await client.list('/v1/bankaccounts/1/transactions', { orderby: 'EntryDate asc' });
    expect(server.received[0]?.query.getAll('orderby')).toEqual(['EntryDate asc']);
  });

  test('a page has its items, the total and the time', async () => {
    const { client } = await world(served(items(1, 30)));
    expect(await client.page('/v1/rentals', {}, { offset: 10, limit: 5 })).toEqual({
      ok: true,
      value: { items: items(11, 5), totalCount: 30, serverDate: '2026-11-20T11:59:58.000Z' },
    });
  });

  test('without total or time ends with a short page', async () => {
    const { client, server } = await world((request) => ({
      status: 200,
      body: request.query.get('offset') === '0' ? items(1, 1_000) : items(1_001, 3),
      headers: { date: '' },
    }));
    const answer = await client.list('/v1/rentals');
    expect(answer).toMatchObject({ ok: true, value: { serverDate: null } });
    expect(answer.ok && answer.value.items).toHaveLength(1_003);
    expect(server.received).toHaveLength(2);
  });

  test('that grows or shrinks while it is read is read again, once', async () => {
    const { client, server } = await world((request, index) =>
      served(items(1, index === 0 ? 1_500 : 1_501))(request),
    );
    const answer = await client.list('/v1/rentals');
    expect(answer.ok && answer.value.items).toHaveLength(1_501);
    expect(server.received).toHaveLength(4);
  });

  test('in which an item came twice, because the pages shifted, is read again', async () => {
    const before = items(1, 1_500);
    const after = items(0, 1_500);
    const { client, server } = await world((request, index) => served(index === 0 ? before : after)(request));
    const answer = await client.list('/v1/rentals');
    expect(answer.ok && answer.value.items).toEqual(after);
    expect(server.received).toHaveLength(4);
  });

  test('that never rests is returned as last seen, each item once', async () => {
    const { client, server } = await world((request, index) =>
      served(items(index + 1, 1_500 + index))(request),
    );
    const answer = await client.list('/v1/rentals');
    const ids = answer.ok ? answer.value.items.map((item) => (item as { Id: number }).Id) : [];
    expect(new Set(ids).size).toBe(ids.length);
    expect(server.received).toHaveLength(4);
  });

  test('whose offset is ignored is not read for ever', async () => {
    const { client, server } = await world(() => ({ status: 200, body: items(1, 1_000) }));
    const answer = await client.list('/v1/creditcardaccounts');
    expect(answer.ok && answer.value.items).toHaveLength(1_000);
    expect(server.received).toHaveLength(2);
  });

  test('that is none breaks the contract', async () => {
    const { client } = await world(() => ({ status: 200, body: { items: [] } }));
    expect(await client.list('/v1/rentals')).toMatchObject({
      ok: false,
      error: { kind: 'breaksContract', outcome: 'refused', call: 'GET /v1/rentals' },
    });
  });

  test('of which a page fails is a failure', async () => {
    const { client } = await world((request, index) =>
      index === 0 ? served(items(1, 1_500))(request) : { status: 403 },
    );
    expect(await client.list('/v1/rentals')).toMatchObject({ ok: false, error: { kind: 'forbidden' } });
  });
});
