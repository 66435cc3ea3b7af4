import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readdir } from 'node:fs/promises';
import pg from 'pg';
import { freshDatabase, type FreshDatabase } from '../support/database.ts';
import { addConnection, addToken, event, signed, startTestApp, type TestApp } from './testApp.ts';

let fresh: FreshDatabase;
let app: TestApp;
let path: string;
let headers: Record<string, string>;

beforeAll(async () => {
  fresh = await freshDatabase();
  const connection = await addConnection(fresh.database);
  headers = (await addToken(fresh.database, connection.connectionId, 'viewer')).headers;
  path = `/webhooks/buildium/${connection.webhookPath}`;
  app = await startTestApp({ ...fresh, config: { spoolMaxBytes: 40_000 } });
});

afterAll(async () => {
  await setDatabase('back');
  await app.close();
  await fresh.drop();
});

/** Takes the database away from everybody, as a restart or a failover does. */
async function setDatabase(state: 'away' | 'back'): Promise<void> {
  const url = new URL(fresh.url);
  const name = url.pathname.slice(1);
  url.pathname = '/postgres';
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  await client.query(`alter database "${name}" allow_connections ${state === 'back'}`);
  if (state === 'away')
    await client.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
  await client.end();
}

const post = (id: number) =>
  app.fetch(path, signed(event('LeaseTransaction.Created', { TransactionId: id })));

/** Every event came through, in whatever second the database is back. */
async function markedIds(from: number, count: number): Promise<number[]> {
  for (;;) {
    const rows = await fresh.database
      .query<{
        id: number;
      }>(
        `select entity_id::bigint as id from marks where resource = 'transactions' and entity_id::bigint >= $1 order by 1`,
        [from],
      )
      .catch(() => []);
    if (rows.length >= count) return rows.map((row) => row.id);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** What the connection's audit says of it, as soon as it says so much. */
async function tracesOfReplay(count: number): Promise<string[]> {
  for (;;) {
    const answer = await app.fetch('/api/v1/audit?action=eventsReplayed', { headers });
    const { entries } = (await answer.json()) as { entries: { why: string }[] };
    if (entries.length >= count) return entries.map(({ why }) => why);
  }
}

test('webhooks are answered 2xx while the database is away, and are all there once it is back', async () => {
  await post(1);
  await setDatabase('away');
  const answers = [];
  for (let round = 0; round < 5; round += 1)
    answers.push(
      ...(await Promise.all(Array.from({ length: 10 }, (_, index) => post(100 + round * 10 + index)))),
    );
  expect(answers.map((answer) => answer.status)).toEqual(Array(50).fill(200));
  expect((await readdir(app.spoolFolder)).length).toBeGreaterThan(0);

  await setDatabase('back');
  expect(await markedIds(100, 50)).toEqual(Array.from({ length: 50 }, (_, index) => 100 + index));
  const [receipts] = await fresh.database.query<{ count: number }>(
    `select count(*) as count from receipts where event_name = 'LeaseTransaction.Created'`,
  );
  expect(receipts?.count).toBe(51);
  expect(await tracesOfReplay(1)).toEqual([
    expect.stringMatching(/^The database was away: \d+ events? of Buildium (was|were) kept on disk from 20/),
  ]);
});

test('an event that is in the spool twice is received once', async () => {
  await setDatabase('away');
  const twice = signed(event('LeaseTransaction.Created', { TransactionId: 300 }));
  expect(
    (await Promise.all([app.fetch(path, twice), app.fetch(path, twice)])).map(({ status }) => status),
  ).toEqual([200, 200]);
  await setDatabase('back');
  await markedIds(300, 1);
  const receipts = await fresh.database.query(`select 1 from receipts where ids = '["300"]'`);
  expect(receipts).toHaveLength(1);
});

test('the API and readyz say that the database is away, and the load balancer still sends webhooks here', async () => {
  await setDatabase('away');
  const status = await app.fetch('/api/v1/sync/status', { headers });
  expect(status.status).toBe(503);
  expect(await status.json()).toMatchObject({ error: { code: 'databaseAway' } });
  const ready = await app.fetch('/readyz');
  expect(ready.status).toBe(200);
  expect(await ready.json()).toMatchObject({
    status: 'spooling',
    reasons: [expect.stringContaining('database does not answer')],
  });
  expect((await app.fetch('/healthz')).status).toBe(200);
  expect((await app.fetch('/metrics')).status).toBe(200);
  await setDatabase('back');
});

test('only a full spool answers 503, and readyz says so; what is kept comes back', async () => {
  await setDatabase('away');
  const statuses: number[] = [];
  for (let id = 1_000; !statuses.includes(503); id += 1) statuses.push((await post(id)).status);
  const kept = statuses.length - 1;
  expect(statuses.slice(0, kept)).toEqual(Array(kept).fill(200));
  expect(kept).toBeGreaterThan(20);
  const refused = await post(9_999);
  expect(refused.headers.get('retry-after')).toBe('60');
  expect(await refused.json()).toMatchObject({ error: { code: 'spoolFull' } });
  const ready = await app.fetch('/readyz');
  expect(ready.status).toBe(503);
  expect(await ready.json()).toMatchObject({
    status: 'notReady',
    reasons: [expect.stringContaining('database'), expect.stringContaining('spool is full')],
  });
  await setDatabase('back');
  expect(await markedIds(1_000, kept)).toHaveLength(kept);
  for (;;) if (((await (await app.fetch('/readyz')).json()) as { status: string }).status === 'ready') break;
});
