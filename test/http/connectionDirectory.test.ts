import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sealWebhookSecrets } from '../../server/connectionSecrets.ts';
import { updateConnection } from '../../server/db/connections.ts';
import { openDatabase } from '../../server/db/database.ts';
import { openConnectionDirectory } from '../../server/http/connectionDirectory.ts';
import { silentLogger } from '../../server/log.ts';
import { freshDatabase, type FreshDatabase } from '../support/database.ts';
import { manualClock } from '../support/manualClock.ts';
import { addConnection, keyring, WEBHOOK_SECRET } from './testApp.ts';

let fresh: FreshDatabase;

beforeAll(async () => {
  fresh = await freshDatabase();
});

afterAll(() => fresh.drop());

const open = (clock = manualClock(), database = fresh.database) =>
  openConnectionDirectory({ database, keyring, clock, log: silentLogger() });

test('knows a connection by its path, with its secrets open, and no other path', async () => {
  const row = await addConnection(fresh.database);
  const directory = await open();
  expect(await directory.byWebhookPath(row.webhookPath)).toEqual({
    connectionId: row.connectionId,
    buildiumAccountId: 123456,
    webhookSecrets: [WEBHOOK_SECRET],
    state: 'running',
  });
  expect(await directory.byWebhookPath('guessed')).toBeNull();
});

test('finds a connection that was made later, and sees a rolled secret within ten seconds', async () => {
  const clock = manualClock();
  const directory = await open(clock);
  const { connectionId, webhookPath } = await addConnection(fresh.database);
  expect((await directory.byWebhookPath(webhookPath))?.connectionId).toBe(connectionId);
  const secrets = ['new', WEBHOOK_SECRET];
  await updateConnection(fresh.database, connectionId, {
    sealedWebhookSecrets: sealWebhookSecrets(keyring, connectionId, secrets),
  });
  clock.advance(10_000);
  expect((await directory.byWebhookPath(webhookPath))?.webhookSecrets).toEqual(secrets);
});

test('with the database away answers from what it knew last, and fails for what it never knew', async () => {
  const clock = manualClock();
  const { webhookPath, connectionId } = await addConnection(fresh.database);
  const database = openDatabase(fresh.url);
  const directory = await open(clock, database);
  await database.close();
  clock.advance(3_600_000);
  expect((await directory.byWebhookPath(webhookPath))?.connectionId).toBe(connectionId);
  await expect(directory.byWebhookPath('never seen')).rejects.toThrow();
});

test('a connection whose secrets do not open says so, and nothing else is kept from it', async () => {
  const { webhookPath } = await addConnection(fresh.database, { sealedWebhookSecrets: 'v1.gone.AAAA.AAAA' });
  const directory = await open();
  expect((await directory.byWebhookPath(webhookPath))?.webhookSecrets).toBeNull();
});
