import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { Socket } from 'node:net';
import { readConfig } from '../../server/config.ts';
import { createContext, type Context } from '../../server/context.ts';
import { isDatabaseUnavailable, openDatabase } from '../../server/db/database.ts';
import { silentLogger } from '../../server/log.ts';
import { freshDatabase, type FreshDatabase } from '../support/database.ts';
import { startDatabaseProxy, type DatabaseProxy } from '../support/databaseProxy.ts';
import { ENCRYPTION_KEY } from '../support/encryptionKey.ts';

/** The database's host vanishes without a word, and another serves under its name: a failover. */
let fresh: FreshDatabase;
let proxy: DatabaseProxy;
let context: Context;
beforeAll(async () => {
  fresh = await freshDatabase();
  proxy = await startDatabaseProxy(fresh.url);
  const config = readConfig(
    { ENCRYPTION_KEYS: ENCRYPTION_KEY, DATABASE_URL: proxy.url, WORKER: 'jobs', DATABASE_POOL_SIZE: '2' },
    'cli',
  );
  if (!config.ok) throw new Error(config.error.join('\n'));
  context = await createContext({
    ...{ config: config.value, databaseUrl: proxy.url, log: silentLogger(), answersWithinMs: 300 },
  });
});
afterEach(() => void jest.restoreAllMocks());
afterAll(async () => {
  await context.close();
  await proxy.close();
  await fresh.drop();
});

test('a process gives up its connections to it, and goes on with the database that is there', async () => {
  const { database, queues } = context;
  const woken: string[] = [];
  const { promise: isWoken, resolve: wake } = Promise.withResolvers<void>();
  await queues.work({
    onWake: async ({ resource }) => {
      woken.push(resource);
      if (resource === 'after') wake();
    },
    onChore: async () => undefined,
  });
  await database.query('select 1');
  proxy.silence();
  const refused = await database.query('select 1').catch((error: unknown) => error);
  expect(isDatabaseUnavailable(refused)).toBe(true);
  expect(await database.query('select 1 as one')).toEqual([{ one: 1 }]);
  await queues.wake(database, 'one', 'after');
  await isWoken;
  expect(woken).toEqual(['after']);
}, 30_000);

test('an idle connection is asked every ten seconds whether the other end is still there', async () => {
  const kept = jest.spyOn(Socket.prototype, 'setKeepAlive');
  const database = openDatabase(fresh.url, { max: 1 });
  await database.query('select 1');
  await database.close();
  expect(kept.mock.calls).toEqual([[true, 10_000]]);
});
