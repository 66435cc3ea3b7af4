import type { Clock } from './clock.ts';
import type { RateBudget } from './rateBudget.ts';

/**
 * A monthly quota, by its budget key. Once used up it is closed for an hour in every process; then a process asks with
 * one call alone, and the others wait for what becomes of it.
 */
export type QuotaGate = {
  /** @returns what to call when the call is over; null when it must not be made. */
  enter(key: string): Promise<(() => void) | null>;
  close(key: string): Promise<void>;
  /**
   * A call was answered. Other processes that know of the block keep it to its end.
   * @param isForAll whether a block is lifted of which this process knows nothing.
   */
  open(key: string, isForAll: boolean): Promise<void>;
};

/** The month may have begun anew, or the plan been upgraded. */
const ASKED_EVERY_MS = 3_600_000;

const REASON = 'quotaExhausted';

export function createQuotaGate({
  rateBudget,
  clock,
}: {
  rateBudget: Pick<RateBudget, 'block' | 'unblock' | 'blocked'>;
  clock: Pick<Clock, 'nowMs'>;
}): QuotaGate {
  const usedUp = new Set<string>();
  const asking = new Map<string, Promise<void>>();
  return {
    enter: async (key) => {
      for (;;) {
        await asking.get(key);
        if (await rateBudget.blocked(key)) return null;
        if (!usedUp.has(key)) return () => undefined;
        if (asking.has(key)) continue;
        const { promise, resolve } = Promise.withResolvers<void>();
        asking.set(key, promise);
        return () => {
          asking.delete(key);
          resolve();
        };
      }
    },
    close: async (key) => {
      usedUp.add(key);
      await rateBudget.block(key, clock.nowMs() + ASKED_EVERY_MS, REASON);
    },
    open: async (key, isForAll) => {
      if (usedUp.delete(key) || isForAll) await rateBudget.unblock(key, REASON);
    },
  };
}
