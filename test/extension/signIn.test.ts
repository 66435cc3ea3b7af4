import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { API_PREFIX, type ApiResponse } from '../../shared/api.ts';
import type { SignInSession } from '../../shared/signIn.ts';
import { expireTokens, revokeToken } from '../../server/db/apiTokens.ts';
import { listWebhooks } from '../../server/db/airtableWebhooks.ts';
import { renewAirtableWebhooks } from '../../server/jobs/connect/airtableWebhooks.ts';
import { repair } from '../../server/jobs/connect/repair.ts';
import { createPairingCode } from '../../server/jobs/signIn/signIn.ts';
import { MINUTE_MS, walk, walksTogether, type Journey } from '../support/journey.ts';

const together = walksTogether();

/** What the dev network's server calls itself. */
const ORIGIN = 'http://127.0.0.1';

const TABLE = 'Sync Sign-ins';

const newVerifier = (): string => randomBytes(32).toString('base64url');
const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64url');
const proof = (verifier: string, challenge: string, origin = ORIGIN): string =>
  sha256([verifier, origin, challenge].join('\n'));

type Reply = {
  status: number;
  body: Record<string, unknown> & { error?: { code: string; message: string } };
};

async function post(journey: Journey, path: string, body: unknown, token?: string): Promise<Reply> {
  const answer = await fetch(`${journey.network.server.url}${API_PREFIX}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as Reply['body'] };
}

/** The sync itself asks every five minutes, and once when it begins. */
const HEARD_BY_THE_SYNC = 4;

const baseIdOf = (journey: Journey): string => journey.network.airtable.baseId;
const start = (journey: Journey): Promise<Reply> =>
  post(journey, '/sign-in/start', { baseId: baseIdOf(journey) });
const complete = (journey: Journey, recordId: string, verifier: string): Promise<Reply> =>
  post(journey, '/sign-in/complete', { baseId: baseIdOf(journey), recordId, verifier });

const challenged = async (journey: Journey): Promise<string> =>
  String((await start(journey)).body['challenge']);

type Who = { email: string; permissionLevel: string };
const EDITOR: Who = { email: 'ed@example.com', permissionLevel: 'edit' };
const CREATOR: Who = { email: 'cora@example.com', permissionLevel: 'create' };

async function writeRow(journey: Journey, text: string, user: Who, source = 'client'): Promise<string> {
  const records = [{ fields: { Proof: text } }];
  const made = await journey.inAirtable('createRecords', { table: TABLE, records, user, source });
  return (made['ids'] as string[])[0] ?? '';
}

async function signIn(journey: Journey, user: Who): Promise<SignInSession> {
  const challenge = await challenged(journey);
  const verifier = newVerifier();
  const answer = await complete(journey, await writeRow(journey, proof(verifier, challenge), user), verifier);
  expect(answer).toMatchObject({ status: 200, body: { state: 'signedIn' } });
  return answer.body['session'] as SignInSession;
}

/** What the night does with tokens. */
const forget = (journey: Journey): Promise<number> =>
  journey.database.transaction((tx) =>
    expireTokens(
      tx,
      journey.network.connectionId,
      new Date(journey.clock.nowMs() - 7 * 24 * 60 * MINUTE_MS).toISOString(),
    ),
  );

const airtableCalls = (journey: Journey): number => {
  const { byKind } = journey.network.airtable.world.calls;
  return [...byKind].reduce((sum, [kind, count]) => (/webhook|payload/i.test(kind) ? sum + count : sum), 0);
};

describe('Signing in by a row that Airtable vouches for', () => {
  test(
    'lets an editor in as an operator and a creator as an admin, and removes the row',
    together(async (journey) => {
      expect(await signIn(journey, EDITOR)).toMatchObject({ role: 'operator', name: EDITOR.email });
      const session = await signIn(journey, CREATOR);
      expect(session).toMatchObject({ role: 'admin', name: CREATOR.email });
      expect(journey.grid.rows(TABLE)).toEqual([]);
      const people = await fetch(`${journey.network.server.url}${API_PREFIX}/people`, {
        headers: { authorization: `Bearer ${session.token}` },
      });
      expect(await people.json()).toMatchObject({
        people: [
          { email: CREATOR.email, role: 'admin', sessions: 1 },
          { email: EDITOR.email, role: 'operator', sessions: 1 },
        ],
      });
    }),
  );

  test(
    'works again after somebody has deleted its table and the base was repaired',
    together(async (journey) => {
      await journey.inAirtable('deleteTable', { table: TABLE });
      const repaired = await repair(await journey.network.job(), 'test', null);
      expect(repaired).toMatchObject({ ok: true, value: { tablesCreated: [TABLE] } });
      expect(await signIn(journey, EDITOR)).toMatchObject({ role: 'operator' });
    }),
  );

  test(
    'says "waiting" until Airtable has reported the row',
    together(async (journey) => {
      await start(journey);
      expect(await complete(journey, 'recNotThereYet0001', newVerifier())).toMatchObject({
        status: 200,
        body: { state: 'waiting', session: null, retryAfterMs: 1500 },
      });
    }),
  );

  test(
    'refuses a verifier that is not the row’s, and a proof made for another server',
    together(async (journey) => {
      const challenge = await challenged(journey);
      const [verifier, other] = [newVerifier(), newVerifier()];
      const recordId = await writeRow(journey, proof(verifier, challenge), EDITOR);
      expect(await complete(journey, recordId, other)).toMatchObject({
        status: 403,
        body: { error: { code: 'wrongProof' } },
      });
      const phished = await writeRow(journey, proof(verifier, challenge, 'https://evil.example.com'), EDITOR);
      const refused = await complete(journey, phished, verifier);
      expect(refused).toMatchObject({ status: 403, body: { error: { code: 'wrongProof' } } });
      expect(refused.body.error?.message).toContain(ORIGIN);
    }),
  );

  const UNTRUE: readonly [string, (journey: Journey, text: string) => Promise<string>][] = [
    [
      'was changed after it was made',
      async (journey, text) => {
        const id = await writeRow(journey, text, CREATOR);
        const records = [{ id, fields: { Proof: `${text} ` + 'x' } }];
        await journey.inAirtable('updateRecords', { table: TABLE, records, user: EDITOR });
        return id;
      },
    ],
    ['was not made by a person', (journey, text) => writeRow(journey, text, CREATOR, 'automation')],
    [
      'is a copy of another',
      async (journey, text) => {
        const id = await writeRow(journey, text, EDITOR);
        const copied = await journey.inAirtable('duplicateRecord', { table: TABLE, id, user: CREATOR });
        return copied['id'] as string;
      },
    ],
    [
      'is a copy of another that got its text later',
      async (journey, text) => {
        const id = await writeRow(journey, '', EDITOR);
        const records = [{ id, fields: { Proof: text } }];
        await journey.inAirtable('updateRecords', { table: TABLE, records, user: EDITOR });
        const copied = await journey.inAirtable('duplicateRecord', { table: TABLE, id, user: CREATOR });
        return copied['id'] as string;
      },
    ],
    [
      'was deleted',
      async (journey, text) => {
        const id = await writeRow(journey, text, CREATOR);
        await journey.inAirtable('deleteRecords', { table: TABLE, ids: [id], user: EDITOR });
        await journey.inAirtable('undoDelete', { ids: [id], user: CREATOR });
        return id;
      },
    ],
  ];
  test.each(UNTRUE)('lets nobody in by a row that %s', async (why, make) => {
    await together(async (journey) => {
      const challenge = await challenged(journey);
      const verifier = newVerifier();
      const recordId = await make(journey, proof(verifier, challenge));
      const refused = await complete(journey, recordId, verifier);
      expect(refused).toMatchObject({ status: 410, body: { error: { code: 'voidRow' } } });
      expect(refused.body.error?.message).toContain(
        why.replace(/^was not made.*/, 'not made by a person').replace(/ that got .*/, ''),
      );
    })();
  });

  const COPIES: readonly [string, (journey: Journey, id: string) => Promise<string>][] = [
    [
      'copied',
      async (journey, id) => {
        const copied = await journey.inAirtable('duplicateRecord', { table: TABLE, id, user: CREATOR });
        return copied['id'] as string;
      },
    ],
    [
      'restored',
      async (journey, id) => {
        await journey.inAirtable('undoDelete', { ids: [id], user: CREATOR });
        return id;
      },
    ],
  ];
  test.each(COPIES)(
    'lets nobody in as somebody else who %s a row of before the sign-in began',
    async (how, copy) => {
      await walk(async (journey) => {
        const earlier = await challenged(journey);
        journey.clock.advanceMs(11 * MINUTE_MS);
        const verifier = newVerifier();
        const prepared = await writeRow(journey, proof(verifier, earlier), EDITOR);
        if (how === 'restored')
          await journey.inAirtable('deleteRecords', { table: TABLE, ids: [prepared], user: EDITOR });
        await start(journey);
        const refused = await complete(journey, await copy(journey, prepared), verifier);
        expect(refused).toMatchObject({ status: 403, body: { error: { code: 'wrongProof' } } });
      })();
    },
  );

  test(
    'tells whoever has an extension of before to reload it',
    together(async (journey) => {
      await start(journey);
      const verifier = newVerifier();
      const recordId = await writeRow(journey, sha256(verifier + ORIGIN), EDITOR);
      expect(await complete(journey, recordId, verifier)).toMatchObject({
        status: 403,
        body: { error: { code: 'oldExtension', message: expect.stringContaining('Reload the page') } },
      });
    }),
  );

  test(
    'goes on by the webhook that was made in the place of another while somebody waited',
    walk(async (journey) => {
      await start(journey);
      const job = await journey.network.job();
      for (const { webhookId } of await listWebhooks(journey.database, job.connectionId))
        await job.airtable.webhooks.remove(webhookId);
      await renewAirtableWebhooks(job);
      await signIn(journey, EDITOR);
    }),
  );

  test(
    'lets nobody in twice by one row, nor after ten minutes',
    walk(async (journey) => {
      const challenge = await challenged(journey);
      const verifier = newVerifier();
      const recordId = await writeRow(journey, proof(verifier, challenge), EDITOR);
      await complete(journey, recordId, verifier);
      expect(await complete(journey, recordId, verifier)).toMatchObject({ status: 410 });
      const late = newVerifier();
      const lateRow = await writeRow(journey, proof(late, challenge), EDITOR);
      journey.clock.advanceMs(11 * MINUTE_MS);
      expect(await complete(journey, lateRow, late)).toMatchObject({
        status: 410,
        body: { error: { code: 'expired' } },
      });
    }),
  );

  test(
    'costs at most six calls to Airtable a minute, however often strangers ask',
    walk(async (journey) => {
      await start(journey);
      const before = airtableCalls(journey);
      for (let asked = 0; asked < 20; asked += 1)
        await complete(journey, 'recNotThereYet0001', newVerifier());
      expect(airtableCalls(journey) - before).toBeLessThanOrEqual(6);
      expect(await complete(journey, 'recNotThereYet0001', newVerifier())).toMatchObject({
        body: { state: 'waiting', retryAfterMs: 6000 },
      });
      journey.clock.advanceMs(MINUTE_MS + 1);
      await signIn(journey, EDITOR);
    }),
  );

  test(
    'asks Airtable nothing for strangers while no sign-in that was begun is waiting',
    walk(async (journey) => {
      const before = airtableCalls(journey);
      for (let asked = 0; asked < 3; asked += 1)
        expect(await complete(journey, 'recNotThereYet0001', newVerifier())).toMatchObject({
          status: 410,
          body: { error: { code: 'expired' } },
        });
      await start(journey);
      journey.clock.advanceMs(11 * MINUTE_MS);
      const begun = airtableCalls(journey);
      await complete(journey, 'recNotThereYet0001', newVerifier());
      expect([begun - before <= 1, airtableCalls(journey) - begun]).toEqual([true, 0]);
      await signIn(journey, EDITOR);
    }),
  );

  test(
    'costs a small share of the month a day, says so at its end, and goes on the next day',
    walk(
      async (journey) => {
        const payloads = (): number =>
          [...journey.network.airtable.world.calls.byKind].reduce(
            (sum, [kind, count]) => (/payload/i.test(kind) ? sum + count : sum),
            0,
          );
        const before = payloads();
        let last: Reply | null = null;
        for (let minute = 0; minute < 6; minute += 1) {
          last = await start(journey);
          for (let asked = 0; asked < 7; asked += 1)
            await complete(journey, 'recNotThereYet0001', newVerifier());
          journey.clock.advanceMs(MINUTE_MS + 1);
        }
        expect(payloads() - before).toBeLessThanOrEqual(20 + HEARD_BY_THE_SYNC);
        const said = { code: 'tooMany', message: expect.stringMatching(/today.*pairing code/) };
        expect(last).toMatchObject({ status: 429, body: { error: said } });
        const { code } = await createPairingCode(await journey.network.job(), {
          role: 'viewer',
          name: 'Vera Viewer',
        });
        const baseId = baseIdOf(journey);
        expect(await post(journey, '/sign-in/pairing-code', { baseId, code })).toMatchObject({ status: 200 });
        journey.clock.advanceMs(24 * 60 * MINUTE_MS);
        await signIn(journey, EDITOR);
      },
      { settings: { airtablePlan: 'free' } },
    ),
  );

  test(
    'tells a base that it does not serve, and one without the table, what to do',
    walk(
      async (journey) => {
        // As a connection stands that was set up before there was such a table.
        await journey.database.query('delete from sign_in_tables');
        expect(await start(journey)).toMatchObject({
          status: 409,
          body: { error: { code: 'notPrepared', message: expect.stringContaining('repair') } },
        });
        expect(await post(journey, '/sign-in/start', { baseId: 'appSomewhereElse01' })).toMatchObject({
          status: 404,
          body: { error: { code: 'unknownBase' } },
        });
      },
      { firstSync: false },
    ),
  );
});

describe('A session', () => {
  const ask = async (journey: Journey, token: string, path = '/sync/status'): Promise<number> => {
    const headers = { authorization: `Bearer ${token}` };
    return (await fetch(`${journey.network.server.url}${API_PREFIX}${path}`, { headers })).status;
  };
  const refresh = (journey: Journey, { connectionId, refreshToken }: SignInSession): Promise<Reply> =>
    post(journey, '/sign-in/refresh', { connectionId, refreshToken });

  test(
    'is renewed until 24 hours have passed, with a new secret each time',
    walk(async (journey) => {
      let session = await signIn(journey, EDITOR);
      const first = session;
      journey.clock.advanceMs(16 * MINUTE_MS);
      expect(await ask(journey, session.token)).toBe(401);
      session = (await refresh(journey, session)).body as unknown as SignInSession;
      expect(await ask(journey, session.token)).toBe(200);
      journey.clock.advanceMs(2 * MINUTE_MS);
      expect(await refresh(journey, first)).toMatchObject({ status: 401 });
      journey.clock.advanceMs(24 * 60 * MINUTE_MS);
      expect(await refresh(journey, session)).toMatchObject({ status: 401 });
    }),
  );

  test(
    'is listed and can be revoked until it ends, though its token has lapsed; ended ones are forgotten after a week',
    walk(async (journey) => {
      const session = await signIn(journey, EDITOR);
      const listed = async () =>
        (await journey.ask('listTokens')).tokens.filter(({ name }) => name === EDITOR.email);
      journey.clock.advanceMs(16 * MINUTE_MS);
      const [lapsed] = await listed();
      expect(lapsed).toMatchObject({ isLive: true, renewsUntil: session.refreshUntil });
      const revoked = await revokeToken(
        journey.database,
        session.connectionId,
        lapsed?.tokenId ?? '',
        new Date(journey.clock.nowMs()).toISOString(),
      );
      expect(revoked).toBe(EDITOR.email);
      expect(await refresh(journey, session)).toMatchObject({ status: 401 });
      expect(await listed()).toMatchObject([{ isLive: false }]);
      await signIn(journey, EDITOR);
      journey.clock.advanceMs(7 * 24 * 60 * MINUTE_MS);
      await forget(journey);
      expect(await listed()).toMatchObject([{ revokedAt: null, isLive: false }]);
      journey.clock.advanceMs(2 * 24 * 60 * MINUTE_MS);
      await forget(journey);
      expect(await listed()).toEqual([]);
    }),
  );

  test(
    'ends at once when the person signs out',
    together(async (journey) => {
      const session = await signIn(journey, EDITOR);
      expect(await post(journey, '/sign-in/revoke', {}, session.token)).toMatchObject({ status: 200 });
      expect(await ask(journey, session.token)).toBe(401);
      expect(await refresh(journey, session)).toMatchObject({ status: 401 });
    }),
  );

  test(
    'follows the role that an admin chooses, at once and at the next sign-in; nobody changes their own',
    together(async (journey) => {
      const admin = await signIn(journey, CREATOR);
      const editor = await signIn(journey, EDITOR);
      const people = (await (
        await fetch(`${journey.network.server.url}${API_PREFIX}/people`, {
          headers: { authorization: `Bearer ${admin.token}` },
        })
      ).json()) as ApiResponse<'listPeople'>;
      const patch = async (email: string, role: string | null): Promise<number> => {
        const userId = people.people.find((person) => person.email === email)?.userId ?? '';
        const answer = await fetch(`${journey.network.server.url}${API_PREFIX}/people/${userId}`, {
          method: 'PATCH',
          headers: { authorization: `Bearer ${admin.token}`, 'content-type': 'application/json' },
          body: JSON.stringify({ role }),
        });
        return answer.status;
      };
      expect(await patch(EDITOR.email, 'viewer')).toBe(200);
      expect((await post(journey, '/sync/redrive', {}, editor.token)).status).toBe(403);
      expect(await signIn(journey, EDITOR)).toMatchObject({ role: 'viewer' });
      expect(await patch(EDITOR.email, null)).toBe(200);
      expect((await post(journey, '/sync/redrive', {}, editor.token)).status).toBe(200);
      expect(await patch(CREATOR.email, 'viewer')).toBe(409);
    }),
  );

  test(
    'can begin with a pairing code, which serves once and for ten minutes',
    together(async (journey) => {
      const job = await journey.network.job();
      const baseId = baseIdOf(journey);
      const { code } = await createPairingCode(job, { role: 'viewer', name: 'Vera Viewer' });
      const typed = code.toLowerCase().replaceAll('-', ' ');
      const redeemed = await post(journey, '/sign-in/pairing-code', { baseId, code: typed });
      expect(redeemed).toMatchObject({ status: 200, body: { role: 'viewer', name: 'Vera Viewer' } });
      expect(await ask(journey, String(redeemed.body['token']))).toBe(200);
      expect(await post(journey, '/sign-in/pairing-code', { baseId, code })).toMatchObject({
        status: 403,
        body: { error: { code: 'wrongCode' } },
      });
      const late = await createPairingCode(job, { role: 'viewer', name: 'Vera Viewer' });
      journey.clock.advanceMs(11 * MINUTE_MS);
      expect(await post(journey, '/sign-in/pairing-code', { baseId, code: late.code })).toMatchObject({
        status: 403,
      });
    }),
  );
});

test(
  'A browser in an Airtable extension may sign in and nobody else’s page may: the preflight says so',
  together(async (journey) => {
    const preflight = async (origin: string): Promise<string | null> => {
      const answer = await fetch(`${journey.network.server.url}${API_PREFIX}/sign-in/start`, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'content-type',
        },
      });
      return answer.headers.get('access-control-allow-origin');
    };
    const extension = 'https://block--abc123.airtableblocks.com';
    expect(await preflight(extension)).toBe(extension);
    expect(await preflight('https://airtableblocks.com.evil.example.com')).toBeNull();
  }),
);
