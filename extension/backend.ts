import type { Endpoints } from '../shared/api.ts';
import type { InputOf } from '../shared/endpoint.ts';
import { ok, type Result } from '../shared/result.ts';
import type { SignInSession } from '../shared/signIn.ts';
import { CALLS, SIGN_IN_CALLS, type Answer, type CallName } from './contract.ts';
import { call, callForFile, type Request } from './http.ts';
import type { Problem } from './problem.ts';
import type { SessionStore } from './sessionStore.ts';

type Part<Name, Value> = [Value] extends [null] ? object : { [Key in Name & string]?: Value };

/** What an endpoint of the contract takes: nothing that it does not name. */
export type AskInput<Name extends CallName> = Part<'query', InputOf<Endpoints[Name], 'query'>> &
  Part<'body', InputOf<Endpoints[Name], 'body'>> &
  Part<'params', InputOf<Endpoints[Name], 'params'>>;

/**
 * They read or make whole tables of the base, settle a whole list, or ask Buildium of each of some hundred records
 * before they answer.
 */
const LONG_WORK: ReadonlySet<CallName> = new Set([
  'push',
  'undoRun',
  'repairBase',
  'proposeMapping',
  'changeMapping',
  'searchPairing',
  'finishPairing',
  'resolveConflicts',
]);
const LONG_WORK_WITHIN_MS = 180_000;

/** The signed-in person's way to the server. */
export type Backend = {
  address: string;
  session: SignInSession;
  ask<Name extends CallName>(name: Name, input?: AskInput<Name>): Promise<Result<Answer<Name>, Problem>>;
  /** A file, such as a statement or a table for a spreadsheet. */
  file<Name extends CallName>(name: Name, input?: AskInput<Name>): Promise<Result<Blob, Problem>>;
  signOut(): Promise<void>;
};

export function createBackend(options: {
  address: string;
  session: SignInSession;
  store: SessionStore;
  /** The session has ended and cannot be renewed. */
  onEnded: () => void;
}): Backend {
  const { address, store, onEnded } = options;
  let { session } = options;
  let renewing: Promise<Result<string, Problem>> | null = null;

  const renew = (): Promise<Result<string, Problem>> => {
    renewing ??= renewSession().finally(() => (renewing = null));
    return renewing;
  };
  /** Its new token. A server that is away for a moment, or asks for patience, ends no session. */
  const renewSession = async (): Promise<Result<string, Problem>> => {
    const { connectionId, refreshToken } = session;
    const body = { connectionId, refreshToken };
    const renewed = await call<SignInSession>({ address, call: SIGN_IN_CALLS.refreshSignIn, body });
    if (renewed.ok) {
      session = renewed.value;
      backend.session = session;
      store.save(session);
      return ok(session.token);
    }
    if (renewed.error.kind === 'signedOut') {
      store.clear();
      onEnded();
    }
    return renewed;
  };

  const requestFor = (name: CallName, input: unknown, token: string): Request => ({
    address,
    call: CALLS[name],
    ...(LONG_WORK.has(name) ? { withinMs: LONG_WORK_WITHIN_MS } : {}),
    ...((input ?? {}) as Pick<Request, 'params' | 'query' | 'body'>),
    token,
  });
  /** Renews the session once, where the server says that it is over. */
  const asSomebody = async <T>(
    send: (token: string) => Promise<Result<T, Problem>>,
  ): Promise<Result<T, Problem>> => {
    // The token at hand is void from the moment that the server takes a renewal.
    const held = renewing ? await renewing : ok(session.token);
    if (!held.ok) return held;
    const answer = await send(held.value);
    // The server's own word and not the clock here, which may be minutes off.
    if (answer.ok || answer.error.kind !== 'signedOut') return answer;
    // Renewed for another call meanwhile, it is another token already.
    const renewed = session.token === held.value ? await renew() : ok(session.token);
    return renewed.ok ? send(renewed.value) : renewed;
  };

  const backend: Backend = {
    address,
    session,
    ask: (name, input) => asSomebody((token) => call<Answer<typeof name>>(requestFor(name, input, token))),
    file: (name, input) => asSomebody((token) => callForFile(requestFor(name, input, token))),
    signOut: async () => {
      await asSomebody((token) => call(requestFor('signOut', undefined, token)));
      store.clear();
      onEnded();
    },
  };
  return backend;
}
