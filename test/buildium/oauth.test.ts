import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import {
  createBuildiumClient,
  type BuildiumClient,
  type StoredToken,
  type TokenStore,
} from '../../server/buildium/client.ts';
import { freshDatabase, type FreshDatabase } from '../support/database.ts';
import { scriptedServer, type Received, type Reply, type ScriptedServer } from '../support/scriptedServer.ts';
import { testOutbound, type TestOutbound } from '../support/testOutbound.ts';

const SECRET = 'geheim:+ä&secret';

let fresh: FreshDatabase;
const opened: { close(): unknown }[] = [];
beforeAll(async () => {
  fresh = await freshDatabase();
});
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});
afterAll(() => fresh.drop());

type Gateway = TestOutbound & {
  server: ScriptedServer;
  client: BuildiumClient;
  anotherClient(): BuildiumClient;
  /** How often a token was asked for. */
  tokenCalls(): Received[];
  revoke(): void;
};

/** A gateway that hands out token-1, token-2… and takes only the newest. */
async function gateway(tokenReply?: (number: number) => Reply, tokenStore?: TokenStore): Promise<Gateway> {
  let issued = 0;
  let revoked = 0;
  const server = await scriptedServer(({ path, headers }): Reply => {
    if (path === '/oauth/token') {
      issued += 1;
      return (
        tokenReply?.(issued) ?? {
          status: 200,
          body: { access_token: `token-${issued}`, token_type: 'Bearer', expires_in: 3600 },
        }
      );
    }
    const isGood = headers.authorization === `Bearer token-${issued}` && issued > revoked;
    return isGood ? { status: 200, body: { Id: 1 } } : { status: 401, body: { UserMessage: 'expired' } };
  });
  const out = testOutbound(fresh.database);
  opened.push(server, out);
  const anotherClient = (): BuildiumClient =>
    createBuildiumClient({
      outbound: out.outbound,
      connectionId: 'c1',
      baseUrl: server.url,
      credentials: {
        kind: 'oauth',
        tokenUrl: `${server.url}/oauth/token`,
        clientId: 'client 1',
        clientSecret: SECRET,
        scope: 'a b',
      },
      clock: out.clock,
      ...(tokenStore ? { tokenStore } : {}),
    });
  return {
    ...out,
    server,
    client: anotherClient(),
    anotherClient,
    tokenCalls: () => server.received.filter(({ path }) => path === '/oauth/token'),
    revoke: () => (revoked = issued),
  };
}

function memoryStore(): TokenStore & { saved: StoredToken[] } {
  const saved: StoredToken[] = [];
  return { saved, load: async () => saved.at(-1) ?? null, save: async (token) => void saved.push(token) };
}

describe('a bearer token', () => {
  test('is asked for with the client credentials grant and sent with each call', async () => {
    const { client, server, tokenCalls } = await gateway();
    expect(await client.get('/v1/leases/1')).toEqual({ ok: true, value: { Id: 1 } });
    const [asked] = tokenCalls();
    expect(asked?.text).toBe('grant_type=client_credentials&scope=a+b');
    const basic = Buffer.from(
      (asked?.headers.authorization ?? '').replace('Basic ', ''),
      'base64',
    ).toString();
    expect(basic).toBe('client+1:geheim%3A%2B%C3%A4%26secret');
    expect(server.received[1]?.headers['x-buildium-client-id']).toBeUndefined();
  });

  test('is asked for once by many calls, and kept for its life less a minute', async () => {
    const { client, clock, tokenCalls } = await gateway();
    await Promise.all([1, 2, 3].map((id) => client.get(`/v1/leases/${id}`)));
    clock.advance(3_600_000 - 70_000);
    await client.get('/v1/leases/1');
    expect(tokenCalls()).toHaveLength(1);
    clock.advance(20_000);
    expect(await client.get('/v1/leases/1')).toMatchObject({ ok: true });
    expect(tokenCalls()).toHaveLength(2);
  });

  test('that is refused is replaced once, for writes too, since nothing took effect', async () => {
    const { client, revoke, tokenCalls, server } = await gateway();
    await client.get('/v1/leases/1');
    revoke();
    expect(await client.post('/v1/bills', {})).toMatchObject({ ok: true });
    expect(tokenCalls()).toHaveLength(2);
    expect(
      server.received.filter(({ method, path }) => method === 'POST' && path === '/v1/bills'),
    ).toHaveLength(2);
  });

  test('that is refused again is a failure, not a loop', async () => {
    const { client, tokenCalls } = await gateway(() => ({ status: 200, body: { access_token: 'wrong' } }));
    expect(await client.get('/v1/leases/1')).toMatchObject({
      ok: false,
      error: { kind: 'unauthorized', call: 'GET /v1/leases/1' },
    });
    expect(tokenCalls()).toHaveLength(2);
  });

  test('is shared through the store, and a newer one there is used before a new one is asked for', async () => {
    const store = memoryStore();
    const { client, anotherClient, revoke, tokenCalls } = await gateway(undefined, store);
    await client.get('/v1/leases/1');
    const other = anotherClient();
    expect(await other.get('/v1/leases/1')).toMatchObject({ ok: true });
    expect(tokenCalls()).toHaveLength(1);
    revoke();
    await client.get('/v1/leases/1');
    expect(await other.get('/v1/leases/1')).toMatchObject({ ok: true });
    expect(tokenCalls()).toHaveLength(2);
    expect(store.saved.map((token) => token.accessToken)).toEqual(['token-1', 'token-2']);
  });
});

describe('signing in fails', () => {
  test.each<[string, Reply]>([
    ['a wrong secret', { status: 401, body: { error: 'invalid_client' } }],
    ['a wrong scope', { status: 400, body: { error: 'invalid_scope' } }],
    ['a wrong address: never "the lease is gone"', { status: 404, body: {} }],
  ])('with %s: the key is wrong, whatever was asked for', async (_, reply) => {
    const { client } = await gateway(() => reply);
    const answer = await client.get('/v1/leases/1');
    expect(answer).toMatchObject({
      ok: false,
      error: { kind: 'unauthorized', outcome: 'refused', call: 'POST /oauth/token' },
    });
    expect(!answer.ok && answer.error.message).toMatch(
      /^Signing in failed: \d+ on POST \/oauth\/token.*cli -- setup/,
    );
  });

  test('with an outage: the write was surely not sent', async () => {
    const { client, server, tokenCalls } = await gateway(() => 'tear');
    expect(await client.post('/v1/bills', {})).toMatchObject({
      ok: false,
      error: { kind: 'unavailable', outcome: 'refused' },
    });
    expect(tokenCalls()).toHaveLength(3);
    expect(server.received).toHaveLength(3);
  });

  test.each<[string, object]>([
    ['no token', { token: 'x' }],
    ['another kind of token', { access_token: 'tok-secret-1', token_type: 'mac' }],
  ])('with %s in the answer: the contract is broken, and the token is not shown', async (_, body) => {
    const { client } = await gateway(() => ({ status: 200, body }));
    const answer = await client.get('/v1/leases/1');
    expect(answer).toMatchObject({ ok: false, error: { kind: 'breaksContract' } });
    expect(JSON.stringify(answer)).not.toContain('tok-secret-1');
  });

  test('no secret in any message or log', async () => {
    const { client, logged } = await gateway(() => ({
      status: 400,
      body: { error: SECRET, UserMessage: SECRET },
    }));
    const answer = await client.get('/v1/leases/1');
    expect(JSON.stringify([answer, logged])).not.toContain(JSON.stringify(SECRET).slice(1, -1));
  });
});
