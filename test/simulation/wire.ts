import { SURELY_OVER_MS } from '../../server/sync/intentSteps.ts';
import { failureOfConnection, type CallSubject } from '../../server/callFailure.ts';
import type { OutboundRequest } from '../../server/outbound.ts';
import { readAnswer, type Exchange, type exchange } from '../../server/outboundExchange.ts';
import { err } from '../../shared/result.ts';
import { updatedThrough } from './buildiumWrites.ts';
import type { Account, Side } from './account.ts';
import { count, type Counts } from './counts.ts';
import type { DueActs } from './dueActs.ts';
import { asStored } from './ownWay.ts';
import type { Scheduler, SimulatedProcess } from './scheduler.ts';
import type { Weather } from './weather.ts';

/** What the wires of all processes share. */
export type WireParts = {
  scheduler: Scheduler;
  accounts: ReadonlyMap<string, Account>;
  /** The weather now: calm once the faults have stopped. */
  weather(): Weather;
  counts: Counts;
  /** Until when a side of an account cannot be reached. */
  outages: Map<string, number>;
  /** Effects of requests whose connection died before them. */
  lateEffects: DueActs;
  /** A write's answer is lost; it lands at that moment, or has landed or never will. */
  onUnclear(account: Account, request: OutboundRequest, lateMs: number | null): void;
  /** Somebody at Buildium's screens, just before a PUT of ours lands. */
  editInGap(account: Account, resource: string, entityId: string): void;
  /** A request that was to change something, whatever was answered. */
  onWrite(request: OutboundRequest): void;
};

/** A request to one of the two services. */
type SideRequest = OutboundRequest & { side: Side };

type Answer = { status: number; headers: Record<string, string>; text: string };

type Fate =
  | { kind: 'answered'; answer: Answer }
  | { kind: 'torn' }
  | { kind: 'unreachable' }
  | { kind: 'timedOut' };

const LONGEST_ANSWER_MS = 400;

/** A long list may take a while, and what it says of its first entries is old by then. */
const LONGEST_LIST_MS = 25_000;

/** A request that has waited so long for its turn is the one of a worker that stood still. */
const HELD_UP_MS = 5_000;

/** Few requests carry money, and few of the others write: they have more than their share of what goes wrong. */
const OFTENER_OF_MONEY = 5;
/** A reversal carries no mark of ours: what becomes of one is a person's to say when its answer is lost. */
const OFTENER_OF_UNMARKED = 12;
const OFTENER_OF_WRITES = 4;

/**
 * In Buildium a late effect lands within the time for which a sent value counts as ours, and one of money while nobody
 * decides on it yet. Airtable tells whose write it was, also of one that lands later than that.
 */
const LATEST_EFFECT_MS = {
  airtable: 25 * 60_000,
  buildium: 10 * 60_000,
  money: SURELY_OVER_MS - 5_000,
};

/** The exchange of one process: the client's request goes straight into the core of a simulator. */
export function wireOf(parts: WireParts, process: SimulatedProcess): typeof exchange {
  const { scheduler } = parts;
  return async (request, subject, { deadlineMs }): Promise<Exchange> => {
    const account = parts.accounts.get(request.connectionId);
    if (!account || request.side === 'receiver')
      throw new Error(`Nobody is simulated who answers ${request.side} for ${request.connectionId}`);
    const label = `${request.method} ${request.side} ${request.kind}`;
    const askedMs = scheduler.nowMs();
    const fate = await scheduler.pass(process, label, () =>
      asLate(account, scheduler.nowMs() - askedMs > HELD_UP_MS, () =>
        leave(parts, account, { ...request, side: request.side as Side }, subject),
      ),
    );
    switch (fate.kind) {
      case 'unreachable':
        return broken(subject, 'the server could not be reached', false);
      case 'torn':
        return broken(subject, 'the connection broke before the answer was whole', true);
      case 'timedOut':
        await scheduler.sleep(process, deadlineMs, undefined, `time-out of ${label}`);
        return broken(subject, 'nothing came in time', true);
      case 'answered': {
        const waitMs = answersAfter(parts, request);
        await scheduler.sleep(process, waitMs, undefined, `answer to ${label}`);
        const { status, headers, text } = fate.answer;
        const retryAfter = headers['retry-after'] ?? null;
        return { result: readAnswer(subject, status, headers, text), status, retryAfter };
      }
    }
  };
}

function answersAfter({ scheduler, weather, counts }: WireParts, { side, kind }: OutboundRequest): number {
  const { random } = scheduler;
  const isList = side === 'buildium' && kind.endsWith('.list');
  if (!isList || random.next() >= weather().slowList) return random.integer(5, LONGEST_ANSWER_MS);
  count(counts, 'faults', 'buildium: a list that takes its time');
  return random.integer(LONGEST_ANSWER_MS, LONGEST_LIST_MS);
}

/** What takes effect meanwhile was sent long ago. */
function asLate<T>(account: Account, isLate: boolean, act: () => T): T {
  account.isLate = isLate;
  try {
    return act();
  } finally {
    account.isLate = false;
  }
}

function broken(subject: CallSubject, why: string, wasSent: boolean): Exchange {
  return { result: err(failureOfConnection(subject, why, wasSent)), status: null, retryAfter: null };
}

/** The request leaves: what becomes of it is drawn here, and its effect happens here. */
function leave(parts: WireParts, account: Account, request: SideRequest, subject: CallSubject): Fate {
  const { scheduler, counts } = parts;
  const { random } = scheduler;
  const { side } = request;
  const weather = parts.weather();
  count(counts, 'requests', `${request.method} ${side} ${request.kind}`);
  if ((parts.outages.get(outageKey(account, side)) ?? 0) > scheduler.nowMs()) {
    count(counts, 'faults', `${side}: request in an outage`);
    return { kind: 'unreachable' };
  }
  // A late PUT is made from what was read before it left.
  const readAt = account.lastGet.get(new URL(request.url).pathname) ?? 0;
  const carryOut = (): Answer => handle(parts, account, request, readAt);
  const isPush = isMoney(request);
  const oftener = oftenerOf(request, subject.isWrite);
  const drawn = random.next() / oftener;
  const fault = faultFor(weather, drawn, subject.isWrite);
  if (fault !== null) {
    count(counts, 'faults', `${side}: ${fault}${subject.isWrite ? ' of a write' : ''}`);
    if (isPush) count(counts, 'faults of a push', fault);
    scheduler.trace(fault);
  }
  const lateMs = scheduler.nowMs() + random.integer(100, LATEST_EFFECT_MS[isPush ? 'money' : side]);
  if (fault !== null && fault !== 'too many' && subject.isWrite)
    parts.onUnclear(account, request, fault === 'late effect' ? lateMs : null);
  switch (fault) {
    case 'torn before':
      return { kind: 'torn' };
    case 'torn after':
      carryOut();
      return { kind: 'torn' };
    case 'time-out after effect':
      carryOut();
      return { kind: 'timedOut' };
    case 'late effect': {
      parts.lateEffects.add(lateMs, () => void asLate(account, true, carryOut));
      return { kind: 'torn' };
    }
    case 'server error':
      return { kind: 'answered', answer: failed(503) };
    case 'server error after effect':
      carryOut();
      return { kind: 'answered', answer: failed(502) };
    case 'too many':
      return { kind: 'answered', answer: failed(429) };
    case null:
      return { kind: 'answered', answer: carryOut() };
  }
}

export const FAULTS = [
  'torn before',
  'torn after',
  'time-out after effect',
  'late effect',
  'server error',
  'server error after effect',
  'too many',
] as const;
type Fault = (typeof FAULTS)[number];

function faultFor(weather: Weather, drawn: number, isWrite: boolean): Fault | null {
  const shares: [Fault, number][] = [
    ['torn before', weather.tornBefore],
    ['torn after', weather.tornAfter],
    ['time-out after effect', weather.timeOutAfter],
    ['late effect', isWrite ? weather.lateEffect : 0],
    ['server error', weather.serverError],
    ['server error after effect', weather.serverErrorAfter],
    ['too many', weather.tooMany],
  ];
  let from = 0;
  for (const [fault, part] of shares) {
    from += part;
    if (drawn < from) return fault;
  }
  return null;
}

/** What creates or changes a transaction: values flow by PUT to the things themselves. */
function isMoney({ side, method, url }: SideRequest): boolean {
  const path = new URL(url).pathname;
  return (
    side === 'buildium' && (method === 'POST' || /\/(charges|payments|bills|journalentries)\/\d+$/.test(path))
  );
}

function oftenerOf(request: SideRequest, isWrite: boolean): number {
  if (new URL(request.url).pathname.endsWith('/reversepayments')) return OFTENER_OF_UNMARKED;
  if (isMoney(request)) return OFTENER_OF_MONEY;
  return isWrite ? OFTENER_OF_WRITES : 1;
}

function failed(status: number): Answer {
  return { status, headers: { 'content-type': 'application/json' }, text: '{}' };
}

function handle(parts: WireParts, account: Account, request: SideRequest, readAt: number): Answer {
  const url = new URL(request.url);
  const answer = ask(parts, account, request, url, readAt);
  const isWrite = request.method !== 'GET' && !/\/(listRecords|webhooks)/.test(url.pathname);
  // One that is refused counts as well: the same again would be refused again.
  if (isWrite) parts.onWrite(request);
  if (isWrite && answer.status >= 300)
    count(parts.counts, 'refusals', `${request.method} ${request.side} ${request.kind}`);
  return answer;
}

function ask(parts: WireParts, account: Account, request: SideRequest, url: URL, readAt: number): Answer {
  const atMs = parts.scheduler.nowMs() + account.skewMs[request.side];
  return request.side === 'airtable'
    ? askAirtable(account, request, url, atMs)
    : askBuildium(parts, account, request, { url, atMs, readAt });
}

function askAirtable(account: Account, request: SideRequest, url: URL, atMs: number): Answer {
  const { status, headers, body } = account.airtable.handle(
    {
      method: request.method,
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      rawBody: new TextEncoder().encode(request.body === undefined ? '' : JSON.stringify(request.body)),
    },
    atMs,
  );
  return { status, headers: lowerCased(headers), text: body === undefined ? '' : JSON.stringify(body) };
}

function askBuildium(
  parts: WireParts,
  account: Account,
  request: SideRequest,
  { url, atMs, readAt }: { url: URL; atMs: number; readAt: number },
): Answer {
  const ask = (): Answer => {
    const answer = account.buildium.handle(
      {
        method: request.method,
        path: url.pathname,
        query: url.searchParams,
        headers: { ...request.headers, 'content-type': 'application/json' },
        rawBody: request.body === undefined ? '' : JSON.stringify(asStored(account, request.body)),
      },
      atMs,
    );
    return { status: answer.status, headers: lowerCased(answer.headers), text: answer.body };
  };
  return updatedThrough(parts, account, request.method, url.pathname, readAt, ask);
}

function lowerCased(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

export function outageKey(account: Account, side: Side): string {
  return `${account.name} ${side}`;
}
