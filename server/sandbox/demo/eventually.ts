import { setTimeout as delay } from 'node:timers/promises';

/** What a check answers: null (or an empty list) when it holds, otherwise what is still missing. */
export type StillMissing = string | readonly string[] | null;

export class NeverHappened extends Error {}

/**
 * Asks until a fact holds. It is no sleep: it ends the moment the fact is there, and when the deadline passes it
 * throws with what was missing at the last look.
 * @param what completes the sentence "Waited for …".
 */
export async function eventually(
  what: string,
  check: () => StillMissing | Promise<StillMissing>,
  { withinMs = 15_000, everyMs = 20 }: { withinMs?: number; everyMs?: number } = {},
): Promise<void> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const missing = await check();
    if (missing === null || missing.length === 0) return;
    if (performance.now() >= deadline) {
      const last = typeof missing === 'string' ? missing : missing.slice(0, 8).join('; ');
      throw new NeverHappened(`Waited ${withinMs / 1000} s for ${what}. At the last look: ${last}`);
    }
    await delay(everyMs);
  }
}
