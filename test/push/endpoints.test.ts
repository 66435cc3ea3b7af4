import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { freshDatabase, type FreshDatabase } from '../support/database.ts';
import { addConnection, addToken, newId, startTestApp, type TestApp } from '../http/testApp.ts';
import { storePush } from './storedPush.ts';

/** What the API says of pushes without asking either side. */
let fresh: FreshDatabase;
let app: TestApp;
let headers: Record<string, string>;
const [pushId, intentId] = [newId(), newId()];

beforeAll(async () => {
  fresh = await freshDatabase();
  const { connectionId } = await addConnection(fresh.database);
  headers = (await addToken(fresh.database, connectionId, 'operator')).headers;
  const now = '2026-11-20T00:00:00.000Z';
  await storePush(fresh.database, connectionId, { pushId, intentId, by: 'token:test', now });
  app = await startTestApp(fresh);
});
afterAll(async () => {
  await app.close();
  await fresh.drop();
});

async function ask(method: string, path: string, body?: object) {
  const json = { 'content-type': 'application/json' };
  const init = { method, headers: { ...headers, ...json }, ...(body ? { body: JSON.stringify(body) } : {}) };
  const answer = await app.fetch(`/api/v1${path}`, init);
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

test('a base without the table says how to make it, row by row', async () => {
  const answer = await ask('POST', '/sync/push', { recordIds: ['recA1B2C3D4E5F6G7'], dryRun: true });
  expect(answer).toMatchObject({
    status: 200,
    body: { push: null, preview: { refused: 1, records: [{ problems: [{ rule: 'unknownRow' }] }] } },
  });
  expect(JSON.stringify(answer.body)).toContain('npm run cli -- repair');
});

test.each([
  ['a preview without rows', { dryRun: true }, 'recordIds'],
  ['a confirmation without hashes', { recordIds: ['recA1B2C3D4E5F6G7'], dryRun: false }, 'records'],
  ['an id of something else', { recordIds: ['tblA1B2C3D4E5F6G7'] }, 'recordIds'],
])('%s is refused with what is missing', async (_what, body, path) => {
  const answer = await ask('POST', '/sync/push', body);
  expect(answer.status).toBe(422);
  expect(JSON.stringify(answer.body)).toContain(path);
});

test('a push tells what waits for a person, and takes the decision once', async () => {
  expect(await ask('GET', `/sync/pushes/${pushId}`)).toMatchObject({
    status: 200,
    body: { state: 'needsPerson', message: '0 of 1 booked, 1 waiting for your decision.' },
  });
  const decide = { decision: 'drop' };
  expect(await ask('POST', `/sync/intents/${intentId}/decide`, decide)).toMatchObject({
    ...{ status: 200, body: { state: 'dropped', choices: [] } },
  });
  expect((await ask('POST', `/sync/intents/${intentId}/decide`, decide)).status).toBe(409);
  expect((await ask('GET', `/sync/pushes/${newId()}`)).status).toBe(404);
  expect((await ask('GET', '/sync/intents?state=asking')).body).toEqual({ intents: [], nextAfter: null });
});
