import { CHORE_DELAY_SECONDS, type ChoreJob, type Queues } from '../../server/jobs/queues.ts';
import type { Scheduler } from './scheduler.ts';

/** What waits to be done, shared by all processes as the queue in Postgres is: each thing stands in it once. */
export type Waiting = {
  add(what: string, delayMs: number): void;
  take(what: string): void;
  /** What a worker may take now. */
  due(): string[];
  /** When the next one may be taken; null when nothing waits for its time. */
  nextDueMs(): number | null;
  isEmpty(): boolean;
};

/** @param pickUpMs how long a worker that is free may take until it sees what is due. */
export function createWaiting(
  { random, nowMs }: Pick<Scheduler, 'random' | 'nowMs'>,
  pickUpMs: number,
): Waiting {
  const waiting = new Map<string, number>();
  return {
    add: (what, delayMs) => {
      if (!waiting.has(what)) waiting.set(what, nowMs() + delayMs + random.integer(0, pickUpMs));
    },
    take: (what) => void waiting.delete(what),
    due: () => [...waiting].filter(([, dueMs]) => dueMs <= nowMs()).map(([what]) => what),
    nextDueMs: () => {
      const later = [...waiting.values()].filter((dueMs) => dueMs > nowMs());
      return later.length > 0 ? Math.min(...later) : null;
    },
    isEmpty: () => waiting.size === 0,
  };
}

export function queuesOver(waiting: Waiting): Queues {
  return {
    wake: (_db, connectionId, resource) =>
      Promise.resolve(waiting.add(`wake ${connectionId} ${resource}`, 0)),
    chore: (_db, { connectionId, chore }: ChoreJob) =>
      Promise.resolve(
        waiting.add(`chore ${connectionId} ${chore}`, (CHORE_DELAY_SECONDS[chore] ?? 0) * 1000),
      ),
    work: () => Promise.resolve(),
    stop: () => Promise.resolve(),
  };
}
