import {
  ENDPOINTS,
  type ApiBody,
  type ApiQuery,
  type ApiResponse,
  type EndpointName,
} from '../shared/api.ts';
import type { InputOf } from '../shared/endpoint.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { SIGN_IN_ENDPOINTS, type SignInSession } from '../shared/signIn.ts';
import { call, type Request } from './http.ts';
import { SIGNED_OUT, type Problem } from './problem.ts';
import type { SessionStore } from './sessionStore.ts';

type Part<Name, Value> = [Value] extends [null] ? object : { [Key in Name & string]?: Value };

/** What an endpoint of the contract takes: nothing that it does not name. */
export type AskInput<Name extends EndpointName> = Part<'query', ApiQuery<Name>> &
  Part<'body', ApiBody<Name>> &
  Part<'params', InputOf<(typeof ENDPOINTS)[Name], 'params'>>;

/** The signed-in person's way to the server. */
export type Backend = {
  address: string;
  session: SignInSession;
  ask<Name extends EndpointName>(
    name: Name,
    input?: AskInput<Name>,
  ): Promise<Result<ApiResponse<Name>, Problem>>;
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
  let renewing: Promise<boolean> | null = null;

  const renew = (): Promise<boolean> => {
    renewing ??= renewSession().finally(() => (renewing = null));
    return renewing;
  };
  const renewSession = async (): Promise<boolean> => {
    const { connectionId, refreshToken } = session;
    const { refreshSignIn } = SIGN_IN_ENDPOINTS;
    const request = { address, ...refreshSignIn, body: { connectionId, refreshToken } };
    const renewed = await call(request, refreshSignIn.response);
    if (renewed.ok) {
      session = renewed.value;
      backend.session = session;
      store.save(session);
      return true;
    }
    // A server that is away for a moment ends no session.
    if (renewed.error.kind !== 'signedOut') return false;
    store.clear();
    onEnded();
    return false;
  };

  const backend: Backend = {
    address,
    session,
    ask: async (name, input) => {
      const { method, path, response } = ENDPOINTS[name];
      const given = (input ?? {}) as Pick<Request, 'params' | 'query' | 'body'>;
      const send = () => call({ address, method, path, ...given, token: session.token }, response);
      const answer = await send();
      // The server's own word and not the clock here, which may be minutes off.
      const isOver = !answer.ok && answer.error.kind === 'signedOut';
      const last = isOver && (await renew()) ? await send() : answer;
      if (last.ok) return ok(last.value as ApiResponse<typeof name>);
      return err(last.error.kind === 'signedOut' ? SIGNED_OUT : last.error);
    },
    signOut: async () => {
      const { method, path, response } = ENDPOINTS.signOut;
      await call({ address, method, path, token: session.token }, response);
      store.clear();
      onEnded();
    },
  };
  return backend;
}
