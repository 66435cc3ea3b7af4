import type { Random } from '../random.ts';
import { seededRandom } from '../random.ts';
import { ALL_SCOPES, authenticate, authorize } from './auth.ts';
import type { Scope, Token } from './auth.ts';
import { AttachmentStore } from './attachmentStore.ts';
import { Base } from './base.ts';
import type { Reader } from './cellOutput.ts';
import { notFound, Refusal } from './errors.ts';
import { idSource } from './ids.ts';
import type { IdSource } from './ids.ts';
import { Limits } from './limits.ts';
import type { QuotaPolicy } from './limits.ts';
import type { Actor, PermissionLevel, User } from './model.ts';
import type { ApiAnswer, ApiRequest, BaseCall, Call } from './operation.ts';
import { PingOutbox } from './pings.ts';
import { Iterations } from './recordRead.ts';
import { matchRoute } from './routes.ts';
import type { Match } from './routes.ts';
import { createTable } from './schema.ts';
import { Transaction } from './transaction.ts';
import type { CommittedChange } from './transaction.ts';
import { recordPayloads } from './webhooks.ts';

export type WorldOptions = {
  randomSeed?: number;
  /** The secret of the first token, with all scopes and role creator. */
  token?: string;
  baseId?: string;
  quota?: QuotaPolicy;
  /** Records each base may hold; null for no limit. */
  recordsPerBase?: number | null;
};

const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'DELETE,GET,OPTIONS,PATCH,POST,PUT',
  'access-control-allow-headers':
    'authorization,content-length,content-type,user-agent,x-airtable-application-id,x-airtable-user-agent,x-api-version,x-requested-with',
};

/**
 * All of Airtable that the API shows, without sockets and clocks: time comes in with every call and
 * ids from a seed, so that a run replays. Requests enter at `handle`, people at `person.ts`; webhook
 * pings wait in `pings` until somebody posts them.
 */
export class AirtableWorld {
  random: Random;
  newId: IdSource;
  readonly users = new Map<string, User>();
  readonly tokens = new Map<string, Token>();
  readonly bases = new Map<string, Base>();
  readonly workspaces = new Set<string>();
  limits: Limits;
  iterations = new Iterations();
  readonly attachments = new AttachmentStore();
  readonly pings = new PingOutbox();
  /** Requests answered, by kind of call and by status. */
  readonly calls = { byKind: new Map<string, number>(), byStatus: new Map<number, number>() };
  /** Live Airtable's status for a single record that is missing has changed; clients must take both. */
  missingRecord: 403 | 404 = 403;
  /** Whether PATCH of a field may give new choices; some bases refuse it. */
  acceptsChoiceUpdates = true;
  /** The most records whose changes one webhook payload holds. */
  recordsPerPayload = 100;
  readonly #options: WorldOptions;
  readonly #listeners = new Set<(change: CommittedChange) => void>();

  constructor(options: WorldOptions = {}) {
    this.#options = options;
    this.random = seededRandom(options.randomSeed ?? 1);
    this.newId = idSource(this.random);
    this.limits = new Limits(options.quota);
    this.#populate();
  }

  /** Goes back to the beginning, ids included; listeners stay. */
  reset(): void {
    Object.assign(this, { missingRecord: 403, acceptsChoiceUpdates: true, recordsPerPayload: 100 });
    this.random = seededRandom(this.#options.randomSeed ?? 1);
    this.newId = idSource(this.random);
    this.limits = new Limits(this.#options.quota);
    this.iterations = new Iterations();
    this.pings.clear();
    const { byKind, byStatus } = this.calls;
    for (const held of [this.users, this.tokens, this.bases, this.workspaces, byKind, byStatus]) held.clear();
    this.#populate();
  }

  /** One base as Airtable makes it new, and its owner with a token for everything. */
  #populate(): void {
    const options = this.#options;
    const owner = this.addUser({ email: 'owner@example.com', name: 'Olive Owner' });
    const workspaceId = this.newId('wsp');
    this.workspaces.add(workspaceId);
    const base = this.addBase({
      name: 'PM Balance Sheet',
      workspaceId,
      ownerId: owner.id,
      ...(options.baseId ? { id: options.baseId } : {}),
    });
    this.transact(base, this.apiActor(owner, 'create'), 0, (tx) =>
      createTable(tx, { name: 'Table 1', fields: [{ name: 'Name', type: 'singleLineText' }] }),
    );
    this.addToken({ userId: owner.id, ...(options.token ? { secret: options.token } : {}) });
  }

  // People, tokens, bases

  addUser(given: { id?: string; email: string; name: string }): User {
    const user = { id: given.id ?? this.newId('usr'), email: given.email, name: given.name };
    this.users.set(user.id, user);
    return user;
  }

  addToken(given: {
    userId: string;
    secret?: string;
    scopes?: readonly Scope[];
    resources?: 'all' | readonly string[];
  }): Token {
    const hex = Array.from({ length: 64 }, () => this.random.integer(0, 15).toString(16)).join('');
    const resources = given.resources ?? 'all';
    const token: Token = {
      secret: given.secret ?? `${this.newId('pat')}.${hex}`,
      userId: given.userId,
      scopes: new Set(given.scopes ?? ALL_SCOPES),
      resources: resources === 'all' ? 'all' : new Set(resources),
      revoked: false,
    };
    this.tokens.set(token.secret, token);
    return token;
  }

  addBase(given: { id?: string; name: string; workspaceId: string; ownerId: string }): Base {
    const { users, newId } = this;
    const recordLimit = this.#options.recordsPerBase ?? null;
    const { id = newId('app'), name, workspaceId, ownerId } = given;
    const base = new Base({ id, name, workspaceId, users, newId, recordLimit });
    base.collaborators.set(ownerId, 'create');
    this.bases.set(base.id, base);
    return base;
  }

  // Requests

  /** Answers one request at a moment of simulated time. */
  handle(request: ApiRequest, atMs: number): ApiAnswer {
    const nowMs = Math.floor(atMs);
    const file = this.attachments.answer(request, nowMs);
    const answer = file ?? this.#answer(request, nowMs);
    this.#count(this.calls.byStatus, answer.status);
    return { ...answer, headers: { ...CORS, ...answer.headers } };
  }

  #answer(request: ApiRequest, nowMs: number): ApiAnswer {
    if (request.method === 'OPTIONS') return { status: 200, headers: {}, body: undefined };
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    try {
      const match = matchRoute(request.method, request.path);
      if (!match) throw notFound();
      return { status: 200, headers, body: this.#carryOut(match, request, nowMs) };
    } catch (error) {
      if (error instanceof Refusal) return { status: error.status, headers, body: error.body };
      throw error;
    }
  }

  /** The checks in Airtable's order: token, limits, parameters, then base, table and the rest. */
  #carryOut(match: Match, request: ApiRequest, nowMs: number): unknown {
    const token = authenticate(this.tokens, request.headers['authorization']);
    const baseId = match.params['base'] ?? null;
    const workspaceId = (baseId === null ? undefined : this.bases.get(baseId))?.workspaceId ?? null;
    this.limits.admit({ userId: token.userId, baseId, workspaceId, isMeta: match.isMeta }, nowMs);
    const user = this.users.get(token.userId);
    if (!user) throw new Error(`Token of unknown user ${token.userId}: add the user before the token`);
    const prepared = match.operation.prepare({ params: match.params, request });
    this.#count(this.calls.byKind, prepared.kind);
    return prepared.run({ world: this, token, user, nowMs, params: match.params });
  }

  /** Lets a call into its base, or throws the 403 that says no more than it must. */
  enter(call: Call, scopes: readonly Scope[], needed: PermissionLevel): BaseCall {
    const known = this.bases.get(call.params['base'] ?? '');
    const { base, level } = authorize(known, call.token, scopes, needed);
    return { ...call, base, level, actor: this.apiActor(call.user, level) };
  }

  apiActor(user: User, permissionLevel: PermissionLevel): Actor {
    return { source: 'publicApi', user, permissionLevel };
  }

  reader(base: Base, nowMs: number): Reader {
    return {
      base,
      nowMs,
      attachmentUrl: (file, shownMs) => this.attachments.url(file, shownMs),
    };
  }

  // Changes

  /** Carries out changes that become visible together, or not at all when one is refused. */
  transact<T>(base: Base, actor: Actor, nowMs: number, work: (tx: Transaction) => T): T {
    const tx = new Transaction(base, actor, nowMs);
    let result: T;
    try {
      result = work(tx);
    } catch (error) {
      tx.rollback();
      throw error;
    }
    const change = tx.commit();
    if (change) {
      recordPayloads(this, base, change);
      for (const listener of this.#listeners) listener(change);
    }
    return result;
  }

  /** Tells a listener of every committed change, as the web client of a base hears of it. */
  subscribe(listener: (change: CommittedChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #count<Key>(counts: Map<Key, number>, key: Key): void {
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
}
