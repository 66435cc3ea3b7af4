import type { Clock } from './clock.ts';
import { isDatabaseUnavailable, type Database } from './db/database.ts';
import {
  blockBudget,
  readBlock,
  reserveSlot,
  unblockBudget,
  type Block,
  type Pace,
} from './db/rateBudgets.ts';

/** What the budget needs of a logger; pino's fits. */
export type BudgetLog = {
  warn(fields: object, message: string): void;
  info(fields: object, message: string): void;
};

/** Where slots come from: Postgres, shared by all processes, or this process alone while Postgres is away. */
export type SlotSource = {
  /** The next moment, from `nowMs` on, that all the budgets allow and no block forbids; a missed one is given back. */
  reserve(paces: readonly Pace[], nowMs: number, missedMs: number | null): Promise<number>;
  /** `slows`: a refusal for rate, which soon after another one slows the budget. */
  block(key: string, block: Block, slows: boolean): Promise<void>;
  unblock(key: string, reason: string): Promise<void>;
  blocked(key: string): Promise<Block | null>;
  /** The block that this process knows of without asking anybody. */
  knownBlock(key: string): Block | null;
};

/** After Postgres was away it is not asked again for so long: every attempt may wait for a connection. */
const DATABASE_PAUSE_MS = 5_000;

/** How long "not blocked" is believed without asking Postgres again. */
const UNBLOCKED_FOR_MS = 5_000;

/**
 * While Postgres is away every process keeps half the rate by itself: two of them together keep the limit.
 * Stopping instead would let a restart of the database fail a payment that only waits for Buildium's answer.
 */
const ALONE_SLOWDOWN = 2;

export function createSlotSource({
  database,
  clock,
  log,
}: {
  database: Database;
  clock: Clock;
  log: BudgetLog;
}): SlotSource {
  const blocks = new Map<string, Block>();
  const unblockedUntilMs = new Map<string, number>();
  /** This process's own slots, newest first. */
  const recent = new Map<string, number[]>();
  let askDatabaseFromMs = 0;
  let isAway = false;

  /** Postgres' answer, or null while it is away. */
  async function ask<T>(question: () => Promise<T>): Promise<T | null> {
    if (clock.nowMs() < askDatabaseFromMs) return null;
    try {
      const answer = await question();
      if (isAway) log.info({}, 'The rate budget is shared through Postgres again.');
      isAway = false;
      return answer;
    } catch (error) {
      if (!isDatabaseUnavailable(error)) throw error;
      if (!isAway) {
        log.warn(
          { err: error },
          'Postgres is away: this process calls out at half the rate until it is back.',
        );
      }
      isAway = true;
      askDatabaseFromMs = clock.nowMs() + DATABASE_PAUSE_MS;
      return null;
    }
  }

  function knownBlock(key: string): Block | null {
    const block = blocks.get(key);
    return block && block.untilMs > clock.nowMs() ? block : null;
  }

  function forget(key: string, slotMs: number | null): void {
    const [newest, ...older] = recent.get(key) ?? [];
    if (newest === slotMs) recent.set(key, older);
  }

  function earliestAlone({ key, intervalMs, spans }: Pace): number {
    const slots = recent.get(key) ?? [];
    const ends = spans.map((n) => (slots[n - 1] ?? 0) + n * intervalMs * ALONE_SLOWDOWN);
    return Math.max(slots[0] ?? 0, ...ends, knownBlock(key)?.untilMs ?? 0);
  }

  return {
    knownBlock,
    reserve: async (paces, nowMs, missedMs) => {
      for (const { key } of paces) forget(key, missedMs);
      const slotMs =
        (await ask(() => reserveSlot(database, paces, nowMs, missedMs))) ??
        Math.max(nowMs, ...paces.map((pace) => earliestAlone(pace)));
      for (const { key, spans } of paces) {
        recent.set(key, [slotMs, ...(recent.get(key) ?? [])].slice(0, spans[1] + 1));
      }
      return slotMs;
    },
    block: async (key, block, slows) => {
      if ((knownBlock(key)?.untilMs ?? 0) < block.untilMs) blocks.set(key, block);
      await ask(() => blockBudget(database, key, block, slows ? clock.nowMs() : null));
    },
    unblock: async (key, reason) => {
      if (blocks.get(key)?.reason === reason) blocks.delete(key);
      await ask(() => unblockBudget(database, key, reason));
    },
    blocked: async (key) => {
      const known = knownBlock(key);
      if (known || (unblockedUntilMs.get(key) ?? 0) > clock.nowMs()) return known;
      const found = await ask(() => readBlock(database, key, clock.nowMs()));
      if (found) blocks.set(key, found);
      else unblockedUntilMs.set(key, clock.nowMs() + UNBLOCKED_FOR_MS);
      return found;
    },
  };
}
