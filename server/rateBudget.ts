import type { Clock } from './clock.ts';
import type { Database } from './db/database.ts';
import type { Block, Pace } from './db/rateBudgets.ts';
import {
  countWaiting,
  emptyLine,
  failAll,
  failImpatient,
  takeNext,
  waitingIn,
  type Line,
  type Priority,
  type Waiter,
} from './rateBudgetLine.ts';
import { createSlotSource, type BudgetLog } from './rateBudgetSlots.ts';

export type { Priority } from './rateBudgetLine.ts';

/** One limit that a call counts against; `budgetUse` makes it. */
export type BudgetUse = Pace & {
  /** Calls of this process under way at once. */
  maxInFlight?: number;
};

/**
 * The pace of the calls out, shared by all processes through Postgres. A process holds at most one reserved
 * slot for a set of budgets and gives it to the most urgent caller at the moment it is due, so a person's
 * call never waits behind a sweep that was queued earlier. The hosts' clocks are taken to agree (NTP).
 */
export type RateBudget = {
  /**
   * Resolves when the call may leave, with the function to call when it is over; rejects when aborted.
   * @param patienceMs a block that ends later than this from now is not waited for: `BlockedTooLong`. Default: any is.
   */
  acquire(
    uses: readonly BudgetUse[],
    priority: Priority,
    signal?: AbortSignal,
    patienceMs?: number,
  ): Promise<() => void>;
  /**
   * Stops the budget for all processes.
   * @param slows whether it goes on at the slower pace where this is not the first time within minutes.
   */
  block(key: string, untilMs: number, reason: string, slows?: boolean): Promise<void>;
  /** The reason for the block is gone. A process that has seen it already keeps it to its end. */
  unblock(key: string, reason: string): Promise<void>;
  /** The block in force; one that another process set is seen within five seconds. */
  blocked(key: string): Promise<Block | null>;
  /** Who waits in this process, for the status page. */
  waiting(): { keys: string[]; waiting: Record<Priority, number> }[];
  /** Rejects everyone who waits, now and later. */
  close(): void;
};

/** The other side wants no call for longer than the caller can wait. */
export class BlockedTooLong extends Error {
  override name = 'BlockedTooLong';
  readonly untilMs: number;
  constructor(untilMs: number) {
    super('The call was not waited with: the other side takes none for too long.');
    this.untilMs = untilMs;
  }
}

/**
 * How much nearer together calls may arrive than they were meant to leave: 30 ms by our own lateness, 30 ms by
 * the network. One call too many in any second costs 30 seconds of silence at Airtable, so the margin is always
 * kept: five calls take 1,060 ms, and 5 a second are used at 4.7.
 */
const JITTER_MS = 60;

/** A slot missed by more than this is given back, and another reserved. */
const LATE_MS = 30;

/** On a machine that stalls again and again a call is let go rather than starved. */
const MISSED_AT_MOST = 10;

const LEAD_AT_MOST_MS = 500;

/** The longest window that is watched call by call. */
const LONGEST_SPAN = 50;

/**
 * A limit of `perSecond` calls in any sliding second. After a quiet moment two calls may leave together (a look
 * and its write); a long queue is spaced evenly. `jitterMs: 0` where the rate already keeps clear of the limit.
 */
export function budgetUse(
  key: string,
  perSecond: number,
  {
    jitterMs = JITTER_MS,
    maxInFlight,
    slowedPerSecond,
  }: { jitterMs?: number; maxInFlight?: number; slowedPerSecond?: number } = {},
): BudgetUse {
  return {
    key,
    ...spacing(perSecond, jitterMs),
    ...(maxInFlight === undefined ? {} : { maxInFlight }),
    ...(slowedPerSecond === undefined ? {} : { slowed: spacing(slowedPerSecond, jitterMs) }),
  };
}

function spacing(perSecond: number, jitterMs: number): Pick<Pace, 'intervalMs' | 'spans'> {
  const limit = Math.min(LONGEST_SPAN, Math.max(1, Math.floor(perSecond)));
  return { intervalMs: (1_000 + jitterMs) / perSecond, spans: [Math.min(2, limit), limit] };
}

export function createRateBudget(parts: { database: Database; clock: Clock; log: BudgetLog }): RateBudget {
  const { clock } = parts;
  const slots = createSlotSource(parts);
  const lines = new Map<string, Line<BudgetUse>>();
  const inFlight = createInFlight();
  const closing = new AbortController();
  let leadMs = 0;
  let closed: Error | null = null;

  /** Reserves until a slot is met in time and not forbidden meanwhile; then whoever is most urgent may go. */
  async function nextToGo(line: Line<BudgetUse>): Promise<Waiter | undefined> {
    let missedMs: number | null = null;
    for (let missed = 0; ; missed += 1) {
      const slotMs = await slots.reserve(line.uses, clock.nowMs() + leadMs, missedMs);
      // Where reserving itself takes long, the next slot is asked for that much later.
      const answeredLateMs = clock.nowMs() - slotMs;
      leadMs = answeredLateMs > LATE_MS ? Math.min(LEAD_AT_MOST_MS, leadMs + answeredLateMs) : leadMs * 0.9;
      while (clock.nowMs() < slotMs) await clock.sleep(slotMs - clock.nowMs(), closing.signal);
      const isLate = clock.nowMs() - slotMs > LATE_MS && missed < MISSED_AT_MOST;
      if (!isLate && line.uses.every((use) => slots.knownBlock(use.key) === null)) return takeNext(line);
      missedMs = slotMs;
    }
  }

  async function serve(name: string, line: Line<BudgetUse>): Promise<void> {
    try {
      while (waitingIn(line) > 0) {
        const leave = await inFlight.enter(line.uses);
        const waiter = await nextToGo(line).catch((error: unknown) => {
          leave();
          throw error;
        });
        if (waiter) waiter.go(leave);
        else leave();
      }
    } catch (error) {
      failAll(line, error instanceof Error ? error : new Error('The rate budget failed.', { cause: error }));
    } finally {
      lines.delete(name);
    }
  }

  function lineFor(uses: readonly BudgetUse[]): Line<BudgetUse> {
    const name = uses.map((use) => use.key).join('\n');
    const known = lines.get(name);
    if (known) return known;
    const line = emptyLine(uses);
    lines.set(name, line);
    // Whoever asked for the line joins it before the serving starts.
    queueMicrotask(() => void serve(name, line));
    return line;
  }

  function waitInLine(
    uses: readonly BudgetUse[],
    priority: Priority,
    signal: AbortSignal | undefined,
    patienceMs: number,
  ): Promise<() => void> {
    const line = lineFor(uses);
    const waiters = line.waiters[priority];
    const turn = new Promise<() => void>((resolve, reject) => {
      const abandon = (): void => {
        waiters.delete(waiter);
        reject(new Error('The call was given up before its turn came.', { cause: signal?.reason }));
      };
      const waiter: Waiter = {
        go: (leave) => {
          signal?.removeEventListener('abort', abandon);
          resolve(leave);
        },
        fail: (error) => {
          signal?.removeEventListener('abort', abandon);
          reject(error);
        },
        patienceMs,
      };
      signal?.addEventListener('abort', abandon, { once: true });
      waiters.add(waiter);
    });
    // What goes wrong here goes wrong for the line too, which tells it.
    if (patienceMs < Infinity) withPatience(line).catch(() => undefined);
    return turn;
  }

  /** Whoever joins a line knows of no block that another process has set: it keeps its place while that is asked for. */
  async function withPatience(line: Line<BudgetUse>): Promise<void> {
    for (const { key } of line.uses) {
      const block = await slots.blocked(key);
      if (block) failImpatient(line, block.untilMs - clock.nowMs(), new BlockedTooLong(block.untilMs));
    }
  }

  return {
    acquire: async (uses, priority, signal, patienceMs = Infinity) => {
      if (closed) throw closed;
      signal?.throwIfAborted();
      if (uses.length === 0) return () => undefined;
      return waitInLine(uses, priority, signal, patienceMs);
    },
    block: async (key, untilMs, reason, slows = false) => {
      await slots.block(key, { untilMs, reason }, slows);
      // Each in turn would only hear the same refusal again.
      for (const line of lines.values()) {
        if (line.uses.some((use) => use.key === key))
          failImpatient(line, untilMs - clock.nowMs(), new BlockedTooLong(untilMs));
      }
    },
    unblock: (key, reason) => slots.unblock(key, reason),
    blocked: (key) => slots.blocked(key),
    waiting: () =>
      [...lines.values()].map((line) => ({
        keys: line.uses.map((use) => use.key),
        waiting: countWaiting(line),
      })),
    close: () => {
      closed = new Error('The rate budget was closed: the server is stopping.');
      for (const line of lines.values()) failAll(line, closed);
      closing.abort(closed);
    },
  };
}

type InFlight = { enter(uses: readonly BudgetUse[]): Promise<() => void> };

/** How many calls of this process are under way on each budget. */
function createInFlight(): InFlight {
  const counts = new Map<string, number>();
  const waiting = new Set<() => void>();
  const isFull = ({ key, maxInFlight }: BudgetUse): boolean =>
    (counts.get(key) ?? 0) >= (maxInFlight ?? Infinity);
  const add = (uses: readonly BudgetUse[], change: number): void => {
    for (const { key } of uses) counts.set(key, (counts.get(key) ?? 0) + change);
  };
  return {
    enter: async (uses) => {
      while (uses.some(isFull)) await new Promise<void>((resolve) => waiting.add(resolve));
      add(uses, 1);
      let isOver = false;
      return () => {
        if (isOver) return;
        isOver = true;
        add(uses, -1);
        for (const wake of waiting) wake();
        waiting.clear();
      };
    },
  };
}
