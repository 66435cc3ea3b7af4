import type { Clock } from '../clock.ts';
import type { Database } from '../db/database.ts';
import type { Queues } from '../jobs/queues.ts';
import type { Logger } from '../log.ts';

type Marked = { connectionId: string; resource: string };

export type WakeUps = {
  /** Wakes these resources soon, each once. Called after their marks are committed. */
  add(marked: readonly Marked[]): void;
  /** Sends what has not been sent. */
  finish(): Promise<void>;
};

/**
 * The first is sent at once; in a storm of webhooks one in so long is as good as hundreds. Each costs the queue three
 * commits, for whose disk the webhooks' own would wait.
 */
const PAUSE_MS = 250;

/**
 * Wakes the work behind webhooks beside their answers. A wake-up that is lost costs half a minute: the server looks
 * every 30 seconds for marks that are due, whatever the queue holds.
 */
export function createWakeUps(parts: {
  database: Database;
  queues: Queues;
  clock: Clock;
  log: Logger;
}): WakeUps {
  const { database, queues, clock, log } = parts;
  const waiting = new Map<string, Marked>();
  const stopping = new AbortController();
  let sending: Promise<void> | null = null;

  const sendAll = async (): Promise<void> => {
    while (waiting.size > 0) {
      const batch = [...waiting.values()];
      waiting.clear();
      for (const { connectionId, resource } of batch) {
        try {
          await queues.wake(database, connectionId, resource);
        } catch (error) {
          log.warn(
            { error: String(error), connectionId, resource },
            'A wake-up was not sent; a round does it.',
          );
        }
      }
      await clock.sleep(PAUSE_MS, stopping.signal).catch(() => undefined);
    }
    sending = null;
  };
  return {
    add: (marked) => {
      for (const one of marked) waiting.set(`${one.connectionId} ${one.resource}`, one);
      if (waiting.size > 0) sending ??= sendAll();
    },
    finish: async () => {
      stopping.abort();
      await sending;
    },
  };
}
