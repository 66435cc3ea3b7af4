import { err, type Result } from '../shared/result.ts';
import { failureBeforeSending, type CallFailure, type CallSide, type CallSubject } from './callFailure.ts';
import type { Clock } from './clock.ts';
import type { Queryable } from './db/database.ts';
import { createCallCounts, type CallCounter, type CallRecord } from './outboundCounts.ts';
import { createAgent, exchange } from './outboundExchange.ts';
import { BLOCKS_AT_MOST_MS, pauseAfter, WAITS_AT_LEAST_MS } from './outboundRetry.ts';
import { createQuotaGate } from './outboundQuota.ts';
import { BlockedTooLong, type BudgetUse, type Priority, type RateBudget } from './rateBudget.ts';

export { failureBeforeSending, failureOfContract } from './callFailure.ts';
export type { CallFailure, CallSide, CallSubject } from './callFailure.ts';
export type { CallCounter, CallRecord } from './outboundCounts.ts';
export { budgetUse } from './rateBudget.ts';
export type { BudgetUse, Priority } from './rateBudget.ts';

export type OutboundRequest = {
  side: CallSide;
  connectionId: string;
  /** The limits that this call counts against, the narrowest first: that one is paused by a 429. */
  budgets: readonly BudgetUse[];
  /** The budget key that a used-up monthly quota closes: calls that name it fail at once until the next hourly try. */
  quotaKey?: string;
  /** It is made although the quota counts as used up, and tells whether it still is: a person asks. */
  asksQuotaAgain?: boolean;
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  url: URL | string;
  headers: Record<string, string>;
  /** Values to keep out of every message. */
  secrets?: readonly string[];
  /** Contact data in the body, to be kept out of every message. */
  personal?: readonly string[];
  /** `URLSearchParams` goes out as a form, everything else as JSON. */
  body?: unknown;
  /**
   * For the call with its repetitions and the pauses between them, 30 seconds by default. Waiting for one's turn
   * in the rate budget does not count: it is our own queue, and says nothing about the other side. But where the other
   * side takes no call for longer than this (40 seconds at least), it fails as rateLimited instead of waiting.
   */
  deadlineMs?: number;
  priority: Priority;
  /** Asked each time that its turn has come, right before it leaves; where the answer is no, nothing is sent. */
  mayLeave?: (() => Promise<boolean>) | undefined;
  /** For counting: `records.list`, `records.update`, `leases.get`. */
  kind: string;
  /** `read` may be repeated; by default that is every GET and nothing else. */
  retry?: 'read' | 'never';
};

export type OutboundResponse = {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  /** Parsed JSON, null when the body is empty. */
  body: unknown;
};

/** Every call out of this server passes here: deadline, shared rate limit, bounded repetition, counting. */
export type Outbound = {
  send(request: OutboundRequest): Promise<Result<OutboundResponse, CallFailure>>;
  /** Calls by connection, side, kind and class of status, since the start. */
  counters(): CallCounter[];
  /** Adds the calls since the last flush to the table `api_calls`. */
  flushCallCounts(database: Queryable): Promise<void>;
  /** Refuses what has not left yet and lets what is under way finish, within its deadline. */
  close(): Promise<void>;
};

/** What calls out need of a logger; pino's fits. */
export type OutboundLog = { warn(fields: object, message: string): void };

export type OutboundParts = {
  rateBudget: RateBudget;
  clock: Clock;
  log: OutboundLog;
  onCall?: (record: CallRecord) => void;
  /** From 0 up to 1, for the jitter of pauses. */
  random?: () => number;
  /** The wire; a simulation has its own. */
  exchange?: typeof exchange;
};

const DEADLINE_MS = 30_000;

export function createOutbound({
  rateBudget,
  clock,
  log,
  onCall,
  random = Math.random,
  exchange: exchangeOnce = exchange,
}: OutboundParts): Outbound {
  const agent = createAgent();
  const counts = createCallCounts();
  const quotas = createQuotaGate({ rateBudget, clock });
  const closing = new AbortController();
  let closed: Promise<void> | undefined;

  async function exchangeIfWanted(request: OutboundRequest, subject: CallSubject, deadlineMs: number) {
    if (request.mayLeave && !(await request.mayLeave())) throw new NotWanted();
    return exchangeOnce(request, subject, { agent, clock, deadlineMs });
  }

  /** Waits for the budget, then sends once. */
  async function attempt(request: OutboundRequest, subject: CallSubject, deadlineMs: number) {
    const queuedAtMs = clock.nowMs();
    const patienceMs = Math.max(WAITS_AT_LEAST_MS, request.deadlineMs ?? DEADLINE_MS);
    const leave = await rateBudget.acquire(request.budgets, request.priority, closing.signal, patienceMs);
    const sentAtMs = clock.nowMs();
    const exchanged = await exchangeIfWanted(request, subject, deadlineMs).finally(leave);
    const callMs = clock.nowMs() - sentAtMs;
    const record = {
      connectionId: request.connectionId,
      side: request.side,
      kind: request.kind,
      call: subject.call,
    };
    const counted = { ...record, status: exchanged.status, waitMs: sentAtMs - queuedAtMs, callMs };
    counts.add(counted, sentAtMs);
    onCall?.(counted);
    return { ...exchanged, callMs };
  }

  /** A refusal for rate or quota holds for everybody who shares the budget, in every process. */
  async function pauseBudget(request: OutboundRequest, failure: CallFailure, pauseMs: number): Promise<void> {
    const [narrowest] = request.budgets;
    if (failure.kind === 'rateLimited' && narrowest) {
      const untilMs = clock.nowMs() + Math.min(pauseMs, BLOCKS_AT_MOST_MS);
      await rateBudget.block(narrowest.key, untilMs, 'rateLimited', narrowest.slowed !== undefined);
    }
    // A person's question must not put off the hourly try.
    const { quotaKey, asksQuotaAgain = false } = request;
    if (failure.kind === 'quotaExhausted' && quotaKey !== undefined && !asksQuotaAgain)
      await quotas.close(quotaKey);
  }

  /** Sends once, and passes on to everybody what the answer says of rate and quota. */
  async function attemptAndTell(
    request: OutboundRequest,
    subject: CallSubject,
    number: number,
    leftMs: number,
  ) {
    const { result, retryAfter, callMs } = await attempt(request, subject, leftMs);
    if (result.ok) {
      const { quotaKey, asksQuotaAgain = false } = request;
      if (quotaKey !== undefined) await quotas.open(quotaKey, asksQuotaAgain);
      return { result, failure: null };
    }
    const failure = result.error;
    const { pauseMs, mayRepeat } = pauseAfter({
      side: request.side,
      attempt: number,
      isRead: !subject.isWrite,
      failure,
      retryAfter,
      nowMs: clock.nowMs(),
      random: random(),
    });
    await pauseBudget(request, failure, pauseMs);
    return { result, failure, pauseMs, mayRepeat, tookMs: callMs + pauseMs };
  }

  async function sendWithin(
    request: OutboundRequest,
    subject: CallSubject,
  ): Promise<Result<OutboundResponse, CallFailure>> {
    let leftMs = request.deadlineMs ?? DEADLINE_MS;
    for (let number = 1; ; number += 1) {
      const leave = await enterQuota(request);
      if (leave === null) {
        const why = 'not sent, because the last call was refused for it';
        return err(failureBeforeSending(subject, 'quotaExhausted', why));
      }
      const told = await attemptAndTell(request, subject, number, leftMs).finally(leave);
      const { result, failure } = told;
      if (failure === null) return result;
      leftMs -= told.tookMs;
      log.warn(
        { connectionId: request.connectionId, kind: request.kind, failure, attempt: number },
        failure.message,
      );
      if (!told.mayRepeat || leftMs <= 0) return result;
      // A paused budget makes the next attempt wait by itself.
      if (failure.kind !== 'rateLimited' || request.budgets.length === 0)
        await clock.sleep(told.pauseMs, closing.signal);
    }
  }

  /** A person's question is asked whatever is known. */
  async function enterQuota({ quotaKey, asksQuotaAgain }: OutboundRequest): Promise<(() => void) | null> {
    return quotaKey === undefined || asksQuotaAgain ? () => undefined : quotas.enter(quotaKey);
  }

  return {
    send: async (request) => {
      const subject = subjectOf(request);
      try {
        return await sendWithin(request, subject);
      } catch (error) {
        if (error instanceof NotWanted)
          return err(
            failureBeforeSending(subject, 'unavailable', 'not sent, because it was not to leave any more'),
          );
        if (error instanceof BlockedTooLong) return err(notWaitedFor(subject, error.untilMs));
        if (!closing.signal.aborted) throw error;
        return err(failureBeforeSending(subject, 'unavailable', 'not sent, because this server is stopping'));
      }
    },
    counters: () => counts.counters(),
    flushCallCounts: (database) => counts.flush(database),
    close: () => {
      closing.abort(new Error('The server is stopping.'));
      return (closed ??= agent.close());
    },
  };
}

function notWaitedFor(subject: CallSubject, untilMs: number): CallFailure {
  const until = new Date(untilMs).toISOString();
  return failureBeforeSending(
    subject,
    'rateLimited',
    `not sent, because the other side takes no calls before ${until}`,
  );
}

/** Whoever asked for it does not want it any more, now that its turn has come. */
class NotWanted extends Error {}

function subjectOf(request: OutboundRequest): CallSubject {
  const { host, pathname } = new URL(request.url);
  return {
    side: request.side,
    // To whoever takes notifications the path is the credential: it is in no message and no log.
    call: `${request.method} ${request.side === 'receiver' ? host : pathname}`,
    isWrite: (request.retry ?? (request.method === 'GET' ? 'read' : 'never')) === 'never',
    secrets: request.secrets ?? [],
    personal: request.personal ?? [],
  };
}
