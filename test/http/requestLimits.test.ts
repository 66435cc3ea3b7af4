import { Secret } from '../../server/secrets.ts';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { freshDatabase, type FreshDatabase } from '../support/database.ts';
import { addConnection, addToken, startTestApp, type TestApp } from './testApp.ts';

let fresh: FreshDatabase;
let first: TestApp;
let second: TestApp;
let connectionId: string;

beforeAll(async () => {
  fresh = await freshDatabase();
  ({ connectionId } = await addConnection(fresh.database));
  first = await startTestApp({ ...fresh, config: { trustProxy: 1 } });
  second = await startTestApp({ ...fresh, config: { trustProxy: 1 } });
});

afterAll(async () => {
  await first.close();
  await second.close();
  await fresh.drop();
});

/** Asks many times, ten at once, over both processes; the statuses that came and the last refusal. */
async function storm(times: number, headers: Record<string, string>) {
  const statuses: Record<number, number> = {};
  let refused: Response | undefined;
  for (let asked = 0; asked < times; asked += 10) {
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        (index % 2 ? first : second).fetch('/api/v1/sync/runs', { headers }),
      ),
    );
    for (const answer of answers) {
      statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
      if (answer.status === 429) refused = answer;
    }
  }
  return { statuses, refused };
}

test('a token is limited over all processes together, and other tokens go on', async () => {
  const { headers } = await addToken(fresh.database, connectionId, 'viewer');
  const { statuses, refused } = await storm(340, headers);
  // A minute may end in between: then the count begins anew once, and no more than twice the limit passes.
  expect(statuses[200]).toBeGreaterThanOrEqual(300);
  expect(refused?.status).toBe(429);
  expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await refused?.json()).toMatchObject({
    error: { code: 'tooManyRequests', message: expect.stringContaining('300 requests in a minute') },
  });
  const other = await addToken(fresh.database, connectionId, 'viewer');
  expect((await first.fetch('/api/v1/sync/runs', { headers: other.headers })).status).toBe(200);
});

test('the figures are read with the token of the configuration, where it names one, and limited by address', async () => {
  const token = 'token-of-the-prometheus';
  const guarded = await startTestApp({
    ...fresh,
    config: { metricsToken: new Secret(token), trustProxy: 1 },
  });
  const from = { 'x-forwarded-for': '9.9.9.9' };
  const statusOf = async (headers: object): Promise<number> =>
    (await guarded.fetch('/metrics', { headers: { ...from, ...headers } })).status;
  expect(await statusOf({})).toBe(401);
  expect(await statusOf({ authorization: `Bearer ${token}s` })).toBe(401);
  expect(await statusOf({ authorization: `Bearer ${token}` })).toBe(200);
  const statuses = new Set<number>();
  for (let asked = 0; asked < 1_900 && !statuses.has(429); asked += 10)
    for (const status of await Promise.all(Array.from({ length: 10 }, () => statusOf({}))))
      statuses.add(status);
  expect([...statuses]).toEqual([401, 429]);
  await guarded.close();
});

test('an address is limited whatever tokens it tries; the address is the one that our proxy saw', async () => {
  const from = { 'x-forwarded-for': '1.2.3.4, 2001:db8:1:2:aaaa::1', authorization: 'Bearer guess' };
  const { statuses } = await storm(960, from);
  expect(statuses[401]).toBeGreaterThanOrEqual(900);
  expect(statuses[429]).toBeGreaterThan(0);
  const [row] = await fresh.database.query<{ key: string }>(
    `select key from request_limits where key like 'address:2001%'`,
  );
  expect(row?.key).toBe('address:2001:db8:1:2');
  const neighbour = { ...from, 'x-forwarded-for': '2001:db8:1:3::1' };
  expect((await first.fetch('/api/v1/sync/runs', { headers: neighbour })).status).toBe(401);
});
