import { seededRandom } from '../random.ts';
import { refuse, type Answer } from './answers.ts';
import { checkKey, checkPermission, type ApiKey } from './keys.ts';
import { Ledger } from './ledger.ts';
import { checkQueryText } from './paging.ts';
import { Query } from './query.ts';
import { RateLimit } from './rateLimit.ts';
import { findRoute } from './routes.ts';
import type { RouteMatch } from './router.ts';
import { seedWorld, type Seed } from './seed.ts';
import { FIRST_IDS, type IdKind, type World } from './state.ts';
import { parseBody } from './validation.ts';
import { Outbox } from './webhooks.ts';

export type WorldRequest = {
  method: string;
  path: string;
  query: URLSearchParams;
  /** Lower-case names. */
  headers: Readonly<Record<string, string | undefined>>;
  rawBody: string;
};
export type WorldAnswer = { status: number; headers: Record<string, string>; body: string };

export type WorldOptions = {
  clientId: string;
  clientSecret: string;
  accountId: number;
  seed: Seed;
  nowMs: number;
  randomSeed: number;
};

/**
 * One Buildium account: its records, rules, keys and outgoing events. It has no sockets, reads no clock and
 * draws no chance but from its seed, so that the same requests at the same times give the same answers.
 */
export class BuildiumWorld {
  readonly key: ApiKey;
  readonly rateLimit = new RateLimit();
  /** How often each route was called, by `GET /v1/rentals`; refused requests count too. */
  readonly calls = new Map<string, number>();
  readonly statuses = new Map<number, number>();
  outbox: Outbox;
  records: World;
  readonly #options: WorldOptions;
  #nowMs: number;
  #requests = 0;

  constructor(options: WorldOptions) {
    this.#options = options;
    this.#nowMs = options.nowMs;
    const { clientId, clientSecret } = options;
    this.key = { clientId, clientSecret, revoked: false, permissions: {} };
    this.outbox = new Outbox(seededRandom(options.randomSeed), options.accountId);
    this.records = this.#seeded(options.seed, options.nowMs);
  }

  /** Back to a seed. Keys and the webhook subscription stay. */
  reset(seed: Seed, nowMs: number): void {
    const { subscription, behaviour } = this.outbox;
    this.outbox = new Outbox(seededRandom(this.#options.randomSeed), this.#options.accountId);
    this.outbox.subscribe(subscription);
    this.outbox.behaviour = behaviour;
    this.records = this.#seeded(seed, nowMs);
    this.calls.clear();
    this.statuses.clear();
  }

  #seeded(seed: Seed, nowMs: number): World {
    const world = emptyWorld(this.#options.accountId);
    seedWorld(world, seed, nowMs);
    world.emit = (event) => this.outbox.record(event, this.#nowMs);
    return world;
  }

  /** A person at Buildium's own screens; their changes fire events like anyone's. */
  act<T>(nowMs: number, action: (world: World) => T): T {
    this.#nowMs = nowMs;
    return action(this.records);
  }

  /** A form that a person sends: the rules of the endpoint, without its key and its limits. */
  submit(method: 'POST' | 'PUT', path: string, body: unknown, nowMs: number): Answer {
    this.#nowMs = nowMs;
    const match = findRoute(method, path);
    if (match === null || match === 'method not allowed')
      throw new Error(`There is no form ${method} ${path}.`);
    const headers = { 'content-type': 'application/json' };
    const rawBody = JSON.stringify(body);
    const request = { method, path, query: new URLSearchParams(), headers, rawBody };
    return answerRoute(this.records, request, match, nowMs);
  }

  handle(request: WorldRequest, atMs: number): WorldAnswer {
    const nowMs = Math.floor(atMs);
    this.#nowMs = nowMs;
    this.#requests += 1;
    const match = findRoute(request.method, request.path);
    const known = match !== null && match !== 'method not allowed';
    count(this.calls, `${request.method} ${known ? match.route.pattern : '(unknown)'}`);
    const answer = this.#answer(request, match, nowMs);
    count(this.statuses, answer.status);
    return this.#written(answer, nowMs);
  }

  #answer(request: WorldRequest, match: RouteMatch | 'method not allowed' | null, nowMs: number): Answer {
    const refusal =
      checkKey(this.key, request.headers) ??
      this.rateLimit.check(nowMs) ??
      checkQueryText(request.query.toString(), request.query);
    if (refusal) return refusal;
    if (match === null) return refuse(404, 'The requested resource could not be found.');
    if (match === 'method not allowed') return refuse(405, 'The method is not allowed for this resource.');
    return (
      checkPermission(this.key, match.route.permission, request.method) ??
      answerRoute(this.records, request, match, nowMs)
    );
  }

  #written(answer: Answer, nowMs: number): WorldAnswer {
    const body = answer.body === undefined ? '' : JSON.stringify(answer.body);
    const headers: Record<string, string> = {
      Date: new Date(nowMs).toUTCString(),
      'x-amzn-RequestId': `sandbox-${this.#options.randomSeed}-${this.#requests}`,
      ...(body && { 'Content-Type': 'application/json; charset=utf-8' }),
      ...answer.headers,
    };
    return { status: answer.status, headers, body };
  }
}

function count<Key>(counters: Map<Key, number>, key: Key): void {
  counters.set(key, (counters.get(key) ?? 0) + 1);
}

function answerRoute(world: World, request: WorldRequest, { route, ids }: RouteMatch, nowMs: number): Answer {
  const call = {
    world,
    nowMs,
    today: new Date(nowMs).toISOString().slice(0, 10),
    query: new Query(request.query),
    params: request.query,
    id: (name: string) => ids[name] ?? 0,
  };
  if (!route.body) return route.handle(call, null);
  if (!/^application\/(\w+\+)?json\b/.test(request.headers['content-type'] ?? ''))
    return refuse(415, 'The request must have the content type application/json.');
  const json = parseJson(request.rawBody);
  if (!json.ok) return refuse(400, 'The request body is not valid JSON.');
  const body = parseBody(route.body, json.value);
  return body.ok ? route.handle(call, body.value) : body.refusal;
}

function parseJson(text: string): { ok: true; value: unknown } | { ok: false } {
  try {
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch {
    return { ok: false };
  }
}

function emptyWorld(accountId: number): World {
  const lastIds = new Map<IdKind, number>();
  const collections = {
    properties: new Map(),
    units: new Map(),
    owners: new Map(),
    tenants: new Map(),
    leases: new Map(),
    rents: new Map(),
    vendors: new Map(),
    vendorCategories: new Map(),
    glAccounts: new Map(),
    bankAccounts: new Map(),
    staff: new Map(),
    transactions: new Map(),
    unitsByProperty: new Map(),
    leasesByUnit: new Map(),
    rentsByLease: new Map(),
  };
  const world: Omit<World, 'ledger'> & { ledger?: Ledger } = {
    accountId,
    companyEntityId: 88_001,
    companyName: 'Harborline Property Management',
    ...collections,
    lock: { globalDate: null, propertyDates: new Map() },
    nextId: (kind) => {
      const next = (lastIds.get(kind) ?? FIRST_IDS[kind] - 1) + 1;
      lastIds.set(kind, next);
      return next;
    },
    emit: () => undefined,
  };
  // The ledger reads the world it belongs to.
  return Object.assign(world, { ledger: new Ledger(world as World) });
}
