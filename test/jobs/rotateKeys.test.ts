import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { saveSealedToken, sealedTokenOf } from '../../server/db/oauthTokens.ts';
import { rotateKeys } from '../../server/jobs/connect/rotateKeys.ts';
import { openKeyring } from '../../server/secrets.ts';
import { addConnection } from '../http/testApp.ts';
import { freshDatabase, type FreshDatabase } from '../support/database.ts';

const OLD = { id: 'test', base64: Buffer.alloc(32, 7).toString('base64') };
const NEW = { id: 'fresh', base64: Buffer.alloc(32, 8).toString('base64') };

let fresh: FreshDatabase;
beforeAll(async () => {
  fresh = await freshDatabase();
}, 60_000);
afterAll(() => fresh.drop());

test("A gateway's access token is encrypted anew with the rest: the new key alone opens it where it stands", async () => {
  const { database } = fresh;
  const { connectionId } = await addConnection(database);
  const place = `oauth_tokens:${connectionId}`;
  await saveSealedToken(database, connectionId, openKeyring([OLD]).encrypt('an access token', place));
  const { unreadable } = await rotateKeys(database, openKeyring([NEW, OLD]));
  expect(unreadable).toEqual([]);
  const opened = openKeyring([NEW]).decrypt((await sealedTokenOf(database, connectionId)) ?? '', place);
  expect(opened.ok && opened.value.reveal()).toBe('an access token');
});
