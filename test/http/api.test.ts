import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { appendAudit } from '../../server/db/audit.ts';
import { markDirty } from '../../server/db/marks.ts';
import { freshDatabase, type FreshDatabase } from '../support/database.ts';
import { addConnection, addToken, newId, startTestApp, type TestApp } from './testApp.ts';

let fresh: FreshDatabase;
let app: TestApp;
let connectionId: string;
let headers: Record<string, string>;

beforeAll(async () => {
  fresh = await freshDatabase();
  connectionId = (await addConnection(fresh.database)).connectionId;
  headers = (await addToken(fresh.database, connectionId, 'admin', { name: 'Ada' })).headers;
  app = await startTestApp({
    ...fresh,
    config: { corsOrigins: ['https://tools.example.com', /^https:\/\/[a-z]+\.example\.org$/] },
  });
});

afterAll(async () => {
  await app.close();
  await fresh.drop();
});

type Answer = { status: number; body: Record<string, unknown>; headers: Headers };

async function ask(
  method: string,
  path: string,
  body?: unknown,
  more: Record<string, string> = {},
): Promise<Answer> {
  const response = await app.fetch(`/api/v1${path}`, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...more },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return {
    status: response.status,
    body: (await response.json()) as Record<string, unknown>,
    headers: response.headers,
  };
}

const audited = (action: string) =>
  fresh.database.query<{ actor: string; changes: Record<string, unknown>; why: string }>(
    'select actor, changes, why from audit where action = $1 order by audit_id',
    [action],
  );

const A_RESOLUTION = '/sync/conflicts/019ab2c4-0000-7000-8000-000000000000/resolve';
const A_VERSION = { buildium: 'a', airtable: 'b' };

test('where the stored keys do not open, the answer says what to do, and nothing of what is in them', async () => {
  const sealed = 'v1.gone.AAAA.AAAA';
  const locked = await addConnection(fresh.database, { sealedBuildiumCredentials: sealed });
  const own = await addToken(fresh.database, locked.connectionId, 'admin');
  const answer = await ask('POST', '/sync/trigger', {}, own.headers);
  expect(answer).toMatchObject({ status: 503, body: { error: { code: 'secretsDoNotOpen' } } });
  expect(JSON.stringify(answer.body)).toMatch(/The Buildium key of .* check ENCRYPTION_KEYS/);
  expect(JSON.stringify(answer.body)).not.toContain(sealed);
});

describe('what is wanted of a value is said in words', () => {
  test.each<[string, unknown, string]>([
    [
      '/sync/conflicts/7/resolve',
      { side: 'airtable', version: A_VERSION },
      'path.conflictId: must be an id such as 019ab2c4-0000-7000-8000-000000000000.',
    ],
    [
      A_RESOLUTION,
      { side: 'airtable' },
      'body.version: is missing; it must be an object with buildium, airtable.',
    ],
    [A_RESOLUTION, { side: 'left', version: A_VERSION }, 'body.side: must be one of buildium, airtable.'],
    [
      A_RESOLUTION,
      { side: 'airtable', value: 1, version: A_VERSION },
      'body: needs exactly one of side and value.',
    ],
    ['/sync/push', { dryRun: 'no' }, 'body.dryRun: must be true or false'],
    ['/sync/push', { recordIds: [] }, 'body.recordIds: must have at least 1 entry. The page'],
    ['/sync/push', { rows: 1 }, 'body: does not know rows, only recordIds, dryRun, records; '],
    ['/sync/policies/preview', { policies: {}, days: 91 }, 'body.days: must be at most 90.'],
  ])('%s with %j', async (path, body, words) => {
    const { status, body: answer } = await ask('POST', path, body);
    expect(status).toBe(422);
    expect(answer).toMatchObject({ error: { message: expect.stringContaining(`Not accepted: ${words}`) } });
  });

  test('and an unknown run is told where each kind of run is found', async () => {
    const { status, body } = await ask('POST', '/sync/runs/run-none/undo', {});
    expect(status).toBe(404);
    expect(body).toMatchObject({
      error: {
        message: expect.stringContaining('GET /api/v1/sync/runs lists the runs, GET /api/v1/sync/intents'),
      },
    });
  });
});

describe('what cannot be answered', () => {
  test.each([
    ['an unknown path', 'GET', '/nothing', undefined, {}, 404, 'notFound'],
    ['a method that the path has not', 'DELETE', '/audit', undefined, {}, 405, 'methodNotAllowed'],
    ['a body that is not JSON', 'POST', '/sync/trigger', '{"resources": [', {}, 400, 'bodyNotJson'],
    ['a body that is a bare value', 'POST', '/sync/trigger', '"leases"', {}, 400, 'bodyNotJson'],
    [
      'a body of another type',
      'POST',
      '/sync/trigger',
      'resources=leases',
      { 'content-type': 'application/x-www-form-urlencoded' },
      415,
      'unsupportedMediaType',
    ],
    ['a body of 300 KB', 'POST', '/sync/trigger', { resources: ['x'.repeat(300_000)] }, {}, 413, 'tooLarge'],
    ['an unknown resource', 'POST', '/sync/trigger', { resources: ['spaceships'] }, {}, 422, 'invalid'],
    ['an unknown key', 'POST', '/sync/trigger', { resource: 'leases' }, {}, 422, 'invalid'],
    ['a query value out of range', 'GET', '/audit?limit=100000', undefined, {}, 422, 'invalid'],
    ['a query value that is no number', 'GET', '/sync/delays?days=many', undefined, {}, 422, 'invalid'],
    ['an unknown query parameter', 'GET', '/sync/runs?page=2', undefined, {}, 422, 'invalid'],
    ['a cursor that is none', 'GET', '/audit?before=yesterday', undefined, {}, 422, 'invalid'],
    ['an entity without its resource', 'POST', '/sync/redrive', { entityId: '4' }, {}, 422, 'invalid'],
    ['a time zone that is none', 'PATCH', '/connection', { timeZone: 'Mars/Olympus' }, {}, 422, 'invalid'],
    [
      'a setting that is none',
      'PATCH',
      '/connection',
      { settings: { nightlyAt: '25:00' } },
      {},
      422,
      'invalid',
    ],
    ['a secret among the settings', 'PATCH', '/connection', { buildiumAccountId: 1 }, {}, 422, 'invalid'],
    ['a role that is none', 'POST', '/tokens', { name: 'x', role: 'owner' }, {}, 422, 'invalid'],
    ['a token that is none', 'DELETE', '/tokens/none', undefined, {}, 404, 'unknownToken'],
  ] as const)('%s: the error says what to do', async (_, method, path, body, more, status, code) => {
    const answer = await ask(method, path, body, more);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ error: { code, message: expect.stringMatching(/.{20,}/) } });
    expect(answer.headers.get('x-request-id')).toBeTruthy();
    if (status === 422) expect(JSON.stringify(answer.body)).not.toMatch(/Invalid|expected|received|\.\./);
    if (status === 422)
      expect(answer.body).toMatchObject({ error: { details: [{ path: expect.any(String) }] } });
    if (status === 405) expect(answer.headers.get('allow')).toContain('GET');
  });

  test('a path that is not UTF-8 names nothing, and is no crash', async () => {
    expect((await ask('DELETE', '/tokens/%C3%28')).status).toBe(404);
  });
});

describe('the audit', () => {
  test('is paged newest first, without a gap or a repetition', async () => {
    const rows = Array.from({ length: 25 }, (_, index) => ({
      ...({
        auditId: newId(),
        actor: 'sync',
        action: 'rowUpdated',
        resource: 'leases',
        entityId: String(index),
        runId: null,
      } as const),
      ...{
        airtableRecordId: null,
        changes: { rent: { before: 1, after: 2 } },
        changesSealed: null,
        why: 'moved',
      },
    }));
    await appendAudit(fresh.database, connectionId, rows, new Date().toISOString());
    const seen: unknown[] = [];
    let before = '';
    for (let pages = 0; pages < 5; pages += 1) {
      const { body } = await ask('GET', `/audit?resource=leases&limit=10${before}`);
      seen.push(...(body['entries'] as { entityId: string }[]).map((entry) => entry.entityId));
      if (body['nextBefore'] === null) break;
      before = `&before=${body['nextBefore'] as string}`;
    }
    expect(seen).toEqual(Array.from({ length: 25 }, (_, index) => String(24 - index)));
  });

  test('is filtered by entity, action and actor', async () => {
    const { body } = await ask('GET', '/audit?entityId=7&action=rowUpdated&actor=sync');
    expect(body['entries']).toMatchObject([{ entityId: '7', changes: { rent: { before: 1, after: 2 } } }]);
    expect((await ask('GET', '/audit?entityId=7&actor=somebody')).body['entries']).toEqual([]);
  });
});

const HOOKS = 'https://hooks.example.com';

describe('the connection', () => {
  test('is shown without anything that opens either side; its webhook address to admins alone', async () => {
    const { body } = await ask('GET', '/connection');
    expect(Object.keys(body).sort()).toEqual(
      ['airtable', 'buildium', 'connectionId', 'createdAt', 'name', 'settings', 'state', 'timeZone'].sort(),
    );
    expect(JSON.stringify(body)).not.toMatch(/sealed|v1\.test|secret/i);
    expect(body['buildium']).toMatchObject({
      webhookUrl: `https://sync.example.com/webhooks/buildium/path-${connectionId}`,
    });
    const viewer = await addToken(fresh.database, connectionId, 'viewer');
    expect((await ask('GET', '/connection', undefined, viewer.headers)).body['buildium']).toMatchObject({
      webhookUrl: null,
    });
  });

  test('takes new settings, keeps the others, and writes the change into the audit', async () => {
    await ask('PATCH', '/connection', {
      settings: { historyMonths: 36, resources: { vendors: { enabled: false } } },
    });
    const { body } = await ask('PATCH', '/connection', {
      settings: { resources: { vendors: { sweepMinutes: 30 } } },
      name: 'Oak Hill',
    });
    expect(body).toMatchObject({
      name: 'Oak Hill',
      settings: {
        historyMonths: 36,
        keepMonthsInAirtable: 13,
        resources: { vendors: { enabled: false, sweepMinutes: 30 } },
      },
    });
    const changes = await audited('settingsChanged');
    expect(changes).toMatchObject([
      { actor: 'token:Ada', changes: { historyMonths: { before: 24, after: 36 } } },
      { changes: { name: { before: 'Maple Street Rentals', after: 'Oak Hill' } } },
    ]);
  });

  test('shows the path of the address for notifications to admins alone, and the audit to nobody', async () => {
    const address = (path: string) => ({ settings: { notifications: { webhookUrl: HOOKS + path } } });
    await ask('PATCH', '/connection', address('/services/T0/first'));
    const { body } = await ask('PATCH', '/connection', address('/services/T0/second'));
    expect(JSON.stringify(body)).toContain(`${HOOKS}/services/T0/second`);
    const viewer = await addToken(fresh.database, connectionId, 'viewer');
    const shown = await ask('GET', '/connection', undefined, viewer.headers);
    expect(shown.body).toMatchObject({ settings: { notifications: { webhookUrl: HOOKS } } });
    const changes = await audited('settingsChanged');
    expect(JSON.stringify(changes)).not.toContain('/services');
    expect(changes.slice(-2)).toMatchObject([
      { changes: { notifications: { before: { webhookUrl: null }, after: { webhookUrl: HOOKS } } } },
      { changes: { notifications: { after: { webhookUrl: expect.stringContaining('another') } } } },
    ]);
  });

  test('that is asked for what it already has writes nothing', async () => {
    const before = (await audited('settingsChanged')).length;
    expect((await ask('PATCH', '/connection', { name: 'Oak Hill' })).status).toBe(200);
    expect(await audited('settingsChanged')).toHaveLength(before);
  });

  test('pauses: nothing is triggered meanwhile; resumed, what waits is woken at once', async () => {
    expect((await ask('PATCH', '/connection', { state: 'paused' })).body['state']).toBe('paused');
    expect(await ask('POST', '/sync/trigger', {})).toMatchObject({
      status: 409,
      body: { error: { code: 'paused' } },
    });
    const mark = {
      resource: 'owners',
      entityId: '3',
      reason: 'test',
      onBehalfOf: 'test',
      priority: 'normal',
    } as const;
    const now = new Date().toISOString();
    await markDirty(fresh.database, connectionId, [{ ...mark, happenedAt: now }], now);
    expect((await ask('PATCH', '/connection', { state: 'running' })).body['state']).toBe('running');
    const woken = await fresh.database.query(
      `select data from pgboss.job where name = 'wake' and data->>'connectionId' = $1`,
      [connectionId],
    );
    expect(woken).toEqual([{ data: { connectionId, resource: 'owners' } }]);
  });

  test('that is still being paired can be neither paused nor triggered', async () => {
    const pairing = await addConnection(fresh.database, { state: 'pairing' });
    const token = await addToken(fresh.database, pairing.connectionId, 'admin');
    const refused = { status: 409, body: { error: { code: 'notPaired' } } };
    expect(await ask('PATCH', '/connection', { state: 'running' }, token.headers)).toMatchObject(refused);
    expect(await ask('POST', '/sync/trigger', {}, token.headers)).toMatchObject(refused);
  });
});

describe('tokens', () => {
  test('are made, shown once, used, listed without what opens them, and revoked', async () => {
    const made = await ask('POST', '/tokens', { name: 'Report', role: 'viewer', expiresInDays: 30 });
    expect(made.status).toBe(201);
    const { token, created } = made.body as {
      token: string;
      created: { tokenId: string; expiresAt: string };
    };
    expect(Date.parse(created.expiresAt) - Date.now()).toBeGreaterThan(29 * 86_400_000);
    const asReport = { authorization: `Bearer ${token}` };
    expect((await ask('GET', '/sync/runs', undefined, asReport)).status).toBe(200);

    const listed = await ask('GET', '/tokens');
    expect(JSON.stringify(listed.body)).not.toContain(token);
    const stored = await fresh.database.query('select * from api_tokens where token_id = $1', [
      created.tokenId,
    ]);
    expect(JSON.stringify(stored)).not.toContain(token);
    expect(stored).toMatchObject([{ role: 'viewer', last_used_at: expect.any(String) }]);

    expect((await ask('DELETE', `/tokens/${created.tokenId}`)).body).toEqual({ revoked: true });
    expect((await ask('GET', '/sync/runs', undefined, asReport)).status).toBe(401);
    expect((await ask('DELETE', `/tokens/${created.tokenId}`)).status).toBe(404);
    expect(await audited('tokenCreated')).toMatchObject([{ actor: 'token:Ada' }]);
    expect(await audited('tokenRevoked')).toHaveLength(1);
  });
});

describe('sync', () => {
  test('is triggered for resources, and listed as a run', async () => {
    const triggered = await ask('POST', '/sync/trigger', { resources: ['leases', 'units'] });
    expect(triggered.status).toBe(202);
    const { runs } = (await ask('GET', '/sync/runs')).body as { runs: unknown[] };
    expect(runs[0]).toMatchObject({
      runId: triggered.body['runId'],
      requestedBy: 'token:Ada',
      progress: { leases: { done: false }, units: { done: false } },
    });
  });

  test('lists what is held with its reason, and redrives what is parked', async () => {
    const now = new Date().toISOString();
    const marks = [1, 2].map(
      (id) =>
        ({
          entityId: String(id),
          resource: 'bills',
          reason: 'test',
          onBehalfOf: 'test',
          priority: 'money',
          happenedAt: now,
        }) as const,
    );
    await markDirty(fresh.database, connectionId, marks, now);
    await fresh.database.execute(
      `update marks set parked_at = case entity_id when '1' then $1::timestamptz end, attempts = 8,
         problem = case entity_id when '1' then 'Memo is longer than 500 characters' end,
         waiting_for_resource = case entity_id when '2' then 'vendors' end,
         waiting_for_id = case entity_id when '2' then '77' end where resource = 'bills'`,
      [now],
    );
    const { held } = (await ask('GET', '/sync/held')).body as { held: unknown[] };
    expect(held).toMatchObject([
      { entityId: '1', kind: 'parked', reason: 'Memo is longer than 500 characters', nextTryAt: null },
      {
        entityId: '2',
        kind: 'waiting',
        reason: 'Waits for the row of vendor 77.',
        waitingFor: { resource: 'vendors', entityId: '77' },
      },
    ]);
    expect((await ask('POST', '/sync/redrive', { resource: 'bills', entityId: '1' })).body).toEqual({
      redriven: 1,
    });
    expect((await ask('POST', '/sync/redrive', {})).body).toEqual({ redriven: 0 });
  });
});

describe('browsers', () => {
  const preflight = (origin: string) =>
    app.fetch('/api/v1/sync/status', {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'authorization',
      },
    });

  test.each([
    'https://block--abc123.airtableblocks.com',
    'https://block--abc123.alt.airtableblocks.com',
    'https://devblock--abc123.airtableblocks.com',
    'https://tools.example.com',
    'https://any.example.org',
  ])('may ask from %s', async (origin) => {
    const answer = await preflight(origin);
    expect(answer.status).toBe(204);
    expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
    expect(answer.headers.get('access-control-allow-headers')).toContain('Authorization');
    expect(answer.headers.get('vary')).toContain('Origin');
    const asked = await ask('GET', '/sync/runs', undefined, { origin });
    expect(asked.headers.get('access-control-allow-origin')).toBe(origin);
  });

  test.each([
    'https://evil.example.com',
    'https://airtableblocks.com.evil.example.com',
    'http://block--abc123.airtableblocks.com',
    'https://a.b.c.airtableblocks.com',
    'null',
  ])('are told nothing from %s', async (origin) => {
    expect((await preflight(origin)).headers.get('access-control-allow-origin')).toBeNull();
  });

  test('read an error too, so that the page can show it', async () => {
    const answer = await ask('GET', '/nothing', undefined, { origin: 'https://tools.example.com' });
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://tools.example.com');
  });

  test('get the headers that keep a page from doing harm', async () => {
    const { headers: answered } = await ask('GET', '/sync/runs');
    expect(answered.get('content-security-policy')).toContain("default-src 'none'");
    expect(answered.get('x-content-type-options')).toBe('nosniff');
    expect(answered.get('cache-control')).toBe('no-store');
    expect(answered.get('x-powered-by')).toBeNull();
  });
});

test('a request id is kept when it is one, and made otherwise', async () => {
  expect(
    (await ask('GET', '/sync/runs', undefined, { 'x-request-id': 'abc-1' })).headers.get('x-request-id'),
  ).toBe('abc-1');
  expect(
    (await ask('GET', '/sync/runs', undefined, { 'x-request-id': 'a b' })).headers.get('x-request-id'),
  ).toMatch(/^[0-9a-f-]{36}-[0-9a-z]+$/);
});

test('readyz and healthz are well, and metrics name routes by pattern and nobody by name', async () => {
  expect(await (await app.fetch('/readyz')).json()).toEqual({ status: 'ready', reasons: [] });
  expect(await (await app.fetch('/healthz')).json()).toEqual({ status: 'alive', version: '1.2.3' });
  const text = await (await app.fetch('/metrics')).text();
  expect(text).toContain(
    'http_request_duration_seconds_bucket{le="0.05",method="DELETE",route="/api/v1/tokens/:tokenId",status="200"}',
  );
  expect(text).toMatch(/^dirty_entities\{resource="bills"\} 2$/m);
  expect(text).toMatch(/^webhook_spool_bytes 0$/m);
  expect(text).toContain('nodejs_eventloop_lag_p99_seconds');
  expect(text).not.toContain(connectionId);
  expect(text).not.toContain('Ada');
});
