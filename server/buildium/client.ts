import { createHash } from 'node:crypto';
import { instantFromMs, type Instant } from '../../shared/dates.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { BuildiumCredentials } from '../connectionSecrets.ts';
import { systemClock, type Clock } from '../clock.ts';
import {
  budgetUse,
  failureBeforeSending,
  failureOfContract,
  type CallFailure,
  type Outbound,
  type OutboundRequest,
  type OutboundResponse,
  type Priority,
} from '../outbound.ts';
import { createTokenSource, type TokenSource, type TokenStore } from './oauth.ts';
import { readAllPages } from './paging.ts';
import { encodeQuery, type BuildiumQuery } from './query.ts';

export type { BuildiumQuery } from './query.ts';
export type { StoredToken, TokenStore } from './oauth.ts';

export type { BuildiumCredentials } from '../connectionSecrets.ts';

export type CallOptions = {
  priority?: Priority;
  deadlineMs?: number;
  /** Contact data in the body: no message repeats it. */
  personal?: readonly string[];
  /** Asked when its turn has come, right before it leaves. */
  mayLeave?: () => Promise<boolean>;
};

type Answer<T> = Promise<Result<T, CallFailure>>;

export type BuildiumPage = { items: unknown[]; totalCount: number | null; serverDate: Instant | null };

export type BuildiumClient = {
  get(path: string, query?: BuildiumQuery, options?: CallOptions): Answer<unknown>;
  /** One page of at most 1,000, sorted by Id unless the query says otherwise. */
  page(
    path: string,
    query: BuildiumQuery,
    page: { offset: number; limit: number },
    options?: CallOptions,
  ): Answer<BuildiumPage>;
  /** All pages. `serverDate` is Buildium's clock at the first of them: the cursor for the next `lastupdatedfrom`. */
  list(
    path: string,
    query?: BuildiumQuery,
    options?: CallOptions,
  ): Answer<{ items: unknown[]; serverDate: Instant | null }>;
  post(path: string, body: unknown, options?: CallOptions): Answer<unknown>;
  put(path: string, body: unknown, options?: CallOptions): Answer<unknown>;
  patch(path: string, body: unknown, options?: CallOptions): Answer<unknown>;
};

export type BuildiumClientOptions = {
  outbound: Outbound;
  connectionId: string;
  /** `https://api.buildium.com`, the sandbox's, or a simulator's; paths start with `/v1`. */
  baseUrl: string;
  credentials: BuildiumCredentials;
  /** Buildium allows ten. */
  requestsPerSecond?: number;
  tokenStore?: TokenStore;
  clock?: Clock;
};

/** Clear of Buildium's limit of ten a second, so that no further margin is needed. */
const REQUESTS_PER_SECOND = 8;
const IN_FLIGHT_AT_MOST = 8;

/** Above this Buildium lowers or refuses the limit. */
export const LARGEST_PAGE = 1_000;

type Call = {
  method: OutboundRequest['method'];
  path: string;
  query?: BuildiumQuery | undefined;
  body?: unknown;
  options?: CallOptions | undefined;
  /** What the call is counted as. */
  verb: 'get' | 'list' | 'post' | 'put' | 'patch';
};

export function createBuildiumClient(client: BuildiumClientOptions): BuildiumClient {
  const signIn = createSignIn(client);
  const budgets = [
    budgetUse(
      buildiumBudgetKey(client.baseUrl, client.credentials.clientId),
      client.requestsPerSecond ?? REQUESTS_PER_SECOND,
      {
        jitterMs: 0,
        maxInFlight: IN_FLIGHT_AT_MOST,
      },
    ),
  ];

  async function send(call: Call): Answer<OutboundResponse> {
    const query = encodeQuery(call.query ?? {});
    if (!query.ok) return err(failureBeforeSending(subjectOf(call), 'invalid', query.error));
    const request = (headers: Record<string, string>): OutboundRequest => ({
      side: 'buildium',
      connectionId: client.connectionId,
      budgets,
      method: call.method,
      url: `${client.baseUrl.replace(/\/+$/, '')}${call.path}${query.value}`,
      headers,
      secrets: Object.values(headers).map((value) => value.replace(/^Bearer /, '')),
      ...(call.body === undefined ? {} : { body: call.body }),
      ...(call.options?.deadlineMs === undefined ? {} : { deadlineMs: call.options.deadlineMs }),
      ...(call.options?.personal === undefined ? {} : { personal: call.options.personal }),
      mayLeave: call.options?.mayLeave,
      priority: call.options?.priority ?? 'normal',
      kind: kindOf(call),
    });
    return signIn((headers) => client.outbound.send(request(headers)));
  }

  async function body(call: Call): Answer<unknown> {
    const answer = await send(call);
    return answer.ok ? ok(answer.value.body) : answer;
  }

  const page: BuildiumClient['page'] = async (path, query, { offset, limit }, options) => {
    const call: Call = {
      method: 'GET',
      path,
      query: { orderby: 'Id asc', ...query, offset, limit },
      options,
      verb: 'list',
    };
    const answer = await send(call);
    if (!answer.ok) return answer;
    const { status, body: items, headers } = answer.value;
    if (!Array.isArray(items))
      return err(failureOfContract(subjectOf(call), status, 'the answer is not a list'));
    return ok({
      items: items as unknown[],
      totalCount: readCount(headers['x-total-count']),
      serverDate: readDate(headers.date),
    });
  };

  return {
    get: (path, query, options) => body({ method: 'GET', path, query, options, verb: 'get' }),
    page,
    list: (path, query = {}, options) =>
      readAllPages((offset) => page(path, query, { offset, limit: LARGEST_PAGE }, options), LARGEST_PAGE),
    post: (path, content, options) => body({ method: 'POST', path, body: content, options, verb: 'post' }),
    put: (path, content, options) => body({ method: 'PUT', path, body: content, options, verb: 'put' }),
    patch: (path, content, options) => body({ method: 'PATCH', path, body: content, options, verb: 'patch' }),
  };
}

/** One budget for each key, whoever uses it; the key itself is not readable from it. */
export function buildiumBudgetKey(baseUrl: string, clientId: string): string {
  const fingerprint = createHash('sha256')
    .update(`${new URL(baseUrl).host}|${clientId}`)
    .digest('hex');
  return `buildium:key:${fingerprint.slice(0, 16)}`;
}

type SignIn = (
  send: (headers: Record<string, string>) => Answer<OutboundResponse>,
) => Answer<OutboundResponse>;

/** Adds the credentials; a token that was answered with 401 is replaced once (nothing took effect, so writes too). */
function createSignIn(client: BuildiumClientOptions): SignIn {
  const { credentials } = client;
  if (credentials.kind === 'apiKey') {
    const headers = {
      'x-buildium-client-id': credentials.clientId,
      'x-buildium-client-secret': credentials.clientSecret,
    };
    return (send) => send(headers);
  }
  const tokens: TokenSource = createTokenSource({
    ...client,
    credentials,
    clock: client.clock ?? systemClock,
  });
  return async (send) => {
    const first = await tokens.token();
    if (!first.ok) return first;
    const answer = await send({ authorization: `Bearer ${first.value}` });
    if (answer.ok || answer.error.kind !== 'unauthorized') return answer;
    const second = await tokens.token(first.value);
    return second.ok ? send({ authorization: `Bearer ${second.value}` }) : second;
  };
}

function subjectOf({ method, path }: Call) {
  return { side: 'buildium', call: `${method} ${path}`, isWrite: method !== 'GET', secrets: [] } as const;
}

/** `/v1/leases/12/transactions` read as a list is `leases.transactions.list`. */
function kindOf({ path, verb }: Call): string {
  const names = path.split('/').filter((part) => part !== '' && part !== 'v1' && !/^\d+$/.test(part));
  return [...names, verb].join('.');
}

function readCount(header: string | undefined): number | null {
  return header !== undefined && /^\d+$/.test(header.trim()) ? Number(header) : null;
}

function readDate(header: string | undefined): Instant | null {
  const ms = Date.parse(header ?? '');
  return Number.isNaN(ms) ? null : instantFromMs(ms);
}
