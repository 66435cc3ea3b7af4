import { setTimeout as pause } from 'node:timers/promises';

/** Looks grow rarer, or asking would use up what the API lets one token ask in a minute. */
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 300;

/** Far beyond what anything here takes: only a fact that never comes true meets it. */
const GIVEN_UP_AFTER_MS = 40_000;

/**
 * Looks until the facts are as expected, and answers what the last look found. It ends at the first look that
 * holds; at the deadline the last look's own failure is what the test shows.
 */
export async function eventually<T>(look: () => T | Promise<T>): Promise<T> {
  const deadline = performance.now() + GIVEN_UP_AFTER_MS;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 1.3)) {
    try {
      return await look();
    } catch (error) {
      if (performance.now() >= deadline) throw error;
    }
    await pause(pauseMs);
  }
}
