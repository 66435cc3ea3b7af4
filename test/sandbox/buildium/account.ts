import { findRoute } from '../../../server/sandbox/buildium/routes.ts';
import type { Seed } from '../../../server/sandbox/buildium/seed.ts';
import { BuildiumWorld } from '../../../server/sandbox/buildium/world.ts';
import { missingFields } from './alwaysThere.ts';
import { specCheck } from './openapi.ts';

export const NOW = '2026-11-22T12:00:00Z';

export type Exchange<T = unknown> = { status: number; headers: Record<string, string>; body: T };

/** Every exchange of every test goes through the document and through the table of fields. */
const againstDocument = specCheck();

/** One Buildium account without sockets. Each request comes 150 ms after the one before. */
export class Account {
  readonly world: BuildiumWorld;
  nowMs: number;
  headers: Record<string, string> = {
    'x-buildium-client-id': 'id',
    'x-buildium-client-secret': 'secret',
    'content-type': 'application/json',
  };
  readonly used = new Set<string>();

  constructor(seed: Seed = 'story', now = NOW) {
    this.nowMs = Date.parse(now);
    this.world = new BuildiumWorld({
      clientId: 'id',
      clientSecret: 'secret',
      accountId: 4711,
      seed,
      nowMs: this.nowMs,
      randomSeed: 7,
    });
  }

  get<T = unknown>(pathAndQuery: string): Exchange<T> {
    return this.send<T>('GET', pathAndQuery);
  }
  post<T = unknown>(path: string, body?: unknown): Exchange<T> {
    return this.send<T>('POST', path, body);
  }
  put<T = unknown>(path: string, body: unknown): Exchange<T> {
    return this.send<T>('PUT', path, body);
  }

  send<T = unknown>(method: string, pathAndQuery: string, body?: unknown): Exchange<T> {
    this.nowMs += 150;
    const [path = '', queryText = ''] = pathAndQuery.split('?');
    const rawBody = body === undefined ? '' : JSON.stringify(body);
    const query = new URLSearchParams(queryText);
    const answer = this.world.handle({ method, path, query, headers: this.headers, rawBody }, this.nowMs);
    const parsed: unknown = answer.body === '' ? undefined : JSON.parse(answer.body);
    this.#check(method, path, answer.status, body, parsed);
    return { status: answer.status, headers: answer.headers, body: parsed as T };
  }

  #check(method: string, path: string, status: number, request: unknown, answer: unknown): void {
    const match = findRoute(method, path);
    if (match === null || match === 'method not allowed') return;
    const { pattern } = match.route;
    // Answers that a gateway gives before the operation is reached are in no operation's list.
    const gateway = [401, 403, 404, 405, 415, 429, 500].includes(status);
    const faults = [
      ...missingFields(method, pattern, status, answer),
      ...(gateway || status >= 400 ? [] : againstDocument({ method, pattern, status, request, answer })),
    ];
    if (faults.length > 0)
      throw new Error(`The answer is not Buildium's:\n${faults.slice(0, 10).join('\n')}`);
    if (status < 300) this.used.add(`${method} ${pattern}`);
  }
}

export const ADDRESS = {
  AddressLine1: '1 Test Street',
  City: 'Boston',
  State: 'MA',
  PostalCode: '02101',
  Country: 'UnitedStates',
};

export type WithId = { Id: number };
