import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { systemClock } from '../../server/clock.ts';
import { readConfig } from '../../server/config.ts';
import { createContext, type Context } from '../../server/context.ts';
import { updateConnection } from '../../server/db/connections.ts';
import { prepareBase, storeConnection } from '../../server/jobs/connect/connect.ts';
import { startReconciliation, advanceReconciliations } from '../../server/jobs/reconcile/reconcile.ts';
import { reconciliationById } from '../../server/db/reconciliations.ts';
import { enabledResources } from '../../server/jobs/schemaColumns.ts';
import { sweep } from '../../server/jobs/sweep.ts';
import { createLogger } from '../../server/log.ts';
import { scriptedServer, type Received, type Reply, type ScriptedServer } from '../support/scriptedServer.ts';
import { ENCRYPTION_KEY, jobOn, startTwoSides, type TwoSides } from '../support/twoSides.ts';

const CLIENT = { clientId: 'gateway client', clientSecret: 'gateway:+secret' };
const LIFE_SECONDS = 3_600;

let sides: TwoSides;
let gateway: ScriptedServer;
let contexts: Context[] = [];
let connectionId: string;
let aheadMs = 0;
let issued = 0;
/** Tokens that the gateway still takes. */
const taken = new Set<string>();
const logged: string[] = [];

beforeAll(async () => {
  sides = await startTwoSides();
  gateway = await scriptedServer(answer);
  contexts = await Promise.all([context(), context()]);
  const { buildium, airtable } = sides;
  const [first] = contexts;
  if (!first) throw new Error('no context');
  const stored = await storeConnection(first, {
    name: 'Behind a gateway',
    buildium: {
      url: gateway.url,
      credentials: { kind: 'oauth', tokenUrl: `${gateway.url}/oauth/token`, ...CLIENT },
      webhookSecrets: [],
    },
    airtable: { url: airtable.url, contentUrl: airtable.url, baseId: airtable.baseId, token: airtable.token },
    timeZone: 'America/New_York',
  });
  connectionId = stored.connectionId;
  expect(buildium.url).not.toBe(gateway.url);
}, 60_000);

afterAll(async () => {
  for (const one of contexts) await one.close();
  await gateway.close();
  await sides.close();
});

/** Hands out tokens for the client's own credentials, and passes on what carries one, under Buildium's keys. */
async function answer(request: Received): Promise<Reply> {
  if (request.path === '/oauth/token') return newToken(request);
  const token = request.headers.authorization?.replace('Bearer ', '') ?? '';
  if (!taken.has(token)) return { status: 401, body: { UserMessage: 'The access token has expired.' } };
  const { clientId, clientSecret, url } = sides.buildium;
  const passed = await fetch(`${url}${request.path}?${request.query.toString()}`, {
    method: request.method,
    headers: {
      'content-type': 'application/json',
      'x-buildium-client-id': clientId,
      'x-buildium-client-secret': clientSecret,
    },
    ...(request.text === '' ? {} : { body: request.text }),
  });
  const count = passed.headers.get('x-total-count');
  const text = await passed.text();
  return { status: passed.status, text, ...(count === null ? {} : { headers: { 'x-total-count': count } }) };
}

function newToken({ headers }: Received): Reply {
  const basic = Buffer.from(headers.authorization?.replace('Basic ', '') ?? '', 'base64').toString();
  if (basic !== 'gateway+client:gateway%3A%2Bsecret')
    return { status: 401, body: { error: 'invalid_client' } };
  const token = `token-${(issued += 1)}`;
  taken.add(token);
  return { status: 200, body: { access_token: token, token_type: 'Bearer', expires_in: LIFE_SECONDS } };
}

async function context(): Promise<Context> {
  const environment = { ENCRYPTION_KEYS: ENCRYPTION_KEY, DATABASE_URL: sides.fresh.url, WORKER: 'web' };
  const config = readConfig(environment, 'cli');
  if (!config.ok) throw new Error(config.error.join('\n'));
  return createContext({
    config: { ...config.value, buildiumRequestsPerSecond: 500, airtableRequestsPerSecond: 500 },
    databaseUrl: sides.fresh.url,
    log: createLogger('debug', { write: (line) => void logged.push(line) }),
    clock: { nowMs: () => Date.now() + aheadMs, sleep: systemClock.sleep },
  });
}

/** Each process asks Buildium for something. */
async function ask(which: number): Promise<unknown> {
  const one = contexts[which];
  if (!one) throw new Error('no context');
  const read = await (await jobOn(one, connectionId)).buildium.get('/v1/administration/account');
  if (!read.ok) throw new Error(read.error.message);
  return read.value;
}

test('Behind a gateway everything is read and written with a token of its own, and the two sides come out equal', async () => {
  const [first] = contexts;
  if (!first) throw new Error('no context');
  const job = await jobOn(first, connectionId);
  const prepared = await prepareBase(job, null);
  if (!prepared.ok) throw new Error(prepared.error.message);
  await updateConnection(job.database, connectionId, { state: 'running' });
  for (const resource of enabledResources(job).filter(({ read }) => read !== null)) {
    const swept = await sweep(job, { resource, kind: 'full', reason: 'first sync' });
    expect([resource.name, swept.kind]).toEqual([resource.name, 'swept']);
  }
  const { reconciliationId } = await startReconciliation(job, 'test');
  await advanceReconciliations(job, { settlingMs: 0 });
  const compared = await reconciliationById(job.database, connectionId, reconciliationId);
  expect(compared?.records).toBeGreaterThan(100);
  expect(compared).toMatchObject({ discrepancies: 0 });
  expect(issued).toBe(1);
}, 60_000);

test('the token is kept for all processes, encrypted', async () => {
  await ask(0);
  await ask(1);
  expect(issued).toBe(1);
  const [row] = await sides.fresh.database.query<{ sealed: string }>(
    `select sealed_token as sealed from oauth_tokens where connection_id = $1`,
    [connectionId],
  );
  expect(row?.sealed.length).toBeGreaterThan(40);
  expect(row?.sealed).not.toContain('token-1');
  expect(Buffer.from(row?.sealed ?? '', 'base64').toString()).not.toContain('token-1');
});

test('shortly before it ends one process fetches the next, and the other takes it from there', async () => {
  aheadMs += (LIFE_SECONDS - 30) * 1_000;
  await ask(0);
  await ask(1);
  expect(issued).toBe(2);
});

test('a token that the gateway no longer takes is replaced once, whoever meets the 401 first', async () => {
  taken.clear();
  await ask(0);
  expect(issued).toBe(3);
  await ask(1);
  expect(issued).toBe(3);
});

test('no token and no secret stands in a log', () => {
  const all = logged.join('\n');
  expect(all).not.toMatch(/token-\d/);
  expect(all).not.toContain(CLIENT.clientSecret);
});
