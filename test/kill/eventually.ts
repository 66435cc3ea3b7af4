import { setTimeout as delay } from 'node:timers/promises';

const WITHIN_MS = 120_000;

/** Waits for a fact of another process. */
export async function eventually(holds: () => Promise<boolean> | boolean, what: string): Promise<void> {
  const untilMs = Date.now() + WITHIN_MS;
  while (!(await holds())) {
    if (Date.now() > untilMs) throw new Error(`Waited in vain for ${what}.`);
    await delay(5);
  }
}
