import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { createBackend, type Backend } from '../../../extension/backend.ts';
import { API_PREFIX } from '../../../shared/api.ts';
import { session, SERVER } from '../fixtures/basics.ts';
import { refusal } from './panel.tsx';

/** A session's token runs out every quarter of an hour, on whatever line and in the middle of whatever is asked. */

const REFRESH = 'POST /sign-in/refresh';
const REVOKE = 'POST /sign-in/revoke';
/** Whatever is asked for here: of each call the panel takes the part that it needs. */
const ANYTHING = { held: [], nextAfter: null, notices: [], approvals: [], revoked: true };

type Answer = { status?: number; body: unknown };

/** A server that has one valid token, ends it with each renewal, and answers when the test says so. */
function serverOf({ valid }: { valid: string }) {
  const waiting: { route: string; token: string | null; answer: (found: Answer) => void }[] = [];
  let renewals = 0;
  let isOver = false;
  const fetchLike = async (url: string, init: RequestInit = {}) => {
    const route = `${init.method ?? 'GET'} ${new URL(url).pathname.replace(API_PREFIX, '')}`;
    const headers = init.headers as Record<string, string>;
    const token = headers['Authorization']?.replace('Bearer ', '') ?? null;
    const found = await new Promise<Answer>((answer) => waiting.push({ route, token, answer }));
    const { status = 200, body } = found;
    return { ok: status < 300, status, text: async () => JSON.stringify(body) };
  };
  globalThis.fetch = fetchLike as unknown as typeof fetch;
  const usual = (route: string, token: string | null): Answer => {
    if (route === REFRESH) {
      renewals += 1;
      valid = `bas_renewed${renewals}`;
      return { body: { ...session, token: valid, refreshToken: `bas_refresh${renewals}` } };
    }
    if (token !== valid) return refusal(401, 'unauthorized', 'The token is expired.');
    isOver ||= route === REVOKE;
    return { body: ANYTHING };
  };
  return {
    out: () => waiting.map(({ route }) => route),
    /** Answers the first call of a route that is out, as a server does or as the test says, and lets the panel act. */
    answer: async (route: string, instead?: Answer): Promise<void> => {
      const at = waiting.findIndex((one) => one.route === route);
      const [call] = waiting.splice(at, 1);
      if (at < 0 || !call) throw new Error(`${route} is not out: ${waiting.map((one) => one.route).join()}`);
      call.answer(instead ?? usual(call.route, call.token));
      await turn();
    },
    get renewals() {
      return renewals;
    },
    /** Whether somebody has signed out with a token that was valid. */
    get isOver() {
      return isOver;
    },
  };
}

function signedIn(): { backend: Backend; kept: () => string | null; ended: () => number } {
  let kept: string | null = session.token;
  let ended = 0;
  const store = {
    load: () => session,
    save: ({ token }: { token: string }) => void (kept = token),
    clear: () => void (kept = null),
  };
  const backend = createBackend({ address: SERVER, session, store, onEnded: () => void (ended += 1) });
  return { backend, kept: () => kept, ended: () => ended };
}

test('A session is renewed once for what is asked meanwhile and for what was refused late, and nobody is signed out', async () => {
  const server = serverOf({ valid: 'bas_another' });
  const { backend, ended } = signedIn();
  const first = backend.ask('listHeld');
  const late = backend.ask('listApprovals', { query: { state: 'open' } });
  await server.answer('GET /sync/held');
  expect(server.out()).toEqual(['GET /sync/approvals', REFRESH]);
  const meanwhile = backend.ask('listNotices');
  await turn();
  expect(server.out()).toEqual(['GET /sync/approvals', REFRESH]);
  await server.answer(REFRESH);
  await server.answer('GET /sync/held');
  await server.answer('GET /sync/notices');
  // Sent with the first token, and refused only now.
  await server.answer('GET /sync/approvals');
  expect(server.out()).toEqual(['GET /sync/approvals']);
  await server.answer('GET /sync/approvals');
  const answers = await Promise.all([first, meanwhile, late]);
  expect(answers.map(({ ok }) => ok)).toEqual([true, true, true]);
  expect([server.renewals, ended()]).toEqual([1, 0]);
});

test.each([
  ['is away', 503, { kind: 'away', message: 'The database does not answer.' }],
  ['asks for patience', 429, { kind: 'tooMany', message: 'Try again in 20 seconds.' }],
])(
  'Where the server %s as a session is to be renewed, that is said, and not that it has ended',
  async (_what, code, said) => {
    const server = serverOf({ valid: 'bas_another' });
    const { backend, kept, ended } = signedIn();
    const first = backend.ask('listHeld');
    await server.answer('GET /sync/held');
    const meanwhile = backend.ask('listNotices');
    await server.answer(REFRESH, refusal(code, said.kind, said.message));
    expect([await first, await meanwhile]).toMatchObject([{ error: said }, { error: said }]);
    expect([server.out(), kept(), ended()]).toEqual([[], session.token, 0]);
  },
);

test('Whoever signs out while the session is renewed ends the session, and none is kept after it', async () => {
  const server = serverOf({ valid: 'bas_another' });
  const { backend, kept } = signedIn();
  void backend.ask('listHeld');
  await server.answer('GET /sync/held');
  const over = backend.signOut();
  await server.answer(REFRESH);
  await server.answer(REVOKE);
  await over;
  expect([server.isOver, kept()]).toEqual([true, null]);
});
