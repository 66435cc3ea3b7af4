import type { Clock } from '../../server/clock.ts';
import type { SimulatorClock } from '../../server/sandbox/clock.ts';

/** Time that stands still until a test moves it. */
export type ManualClock = Clock & {
  advance(ms: number): void;
  /** What is left to each that sleeps, shortest first. */
  sleeping(): number[];
  /**
   * Jumps to the next wake-up whenever somebody sleeps, again and again until stopped. A sleep longer than
   * `atMostMs` is the deadline of a call that is under way: time stands still until it is answered, so that
   * the other side sees each call at the moment it was sent.
   */
  run(options?: { atMostMs?: number }): { stop(): void };
};

export function manualClock(startMs = Date.parse('2026-11-20T12:00:00Z')): ManualClock {
  let nowMs = startMs;
  const sleepers = new Set<{ atMs: number; wake: () => void }>();

  function advance(ms: number): void {
    nowMs += ms;
    for (const sleeper of [...sleepers].sort((left, right) => left.atMs - right.atMs)) {
      if (sleeper.atMs <= nowMs) sleeper.wake();
    }
  }

  const sleeping = (): number[] =>
    [...sleepers].map(({ atMs }) => atMs - nowMs).sort((left, right) => left - right);

  return {
    nowMs: () => nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const abandon = (): void => {
          sleepers.delete(sleeper);
          reject(new Error('The sleep was given up.', { cause: signal?.reason }));
        };
        const sleeper = {
          atMs: nowMs + ms,
          wake: (): void => {
            sleepers.delete(sleeper);
            signal?.removeEventListener('abort', abandon);
            resolve();
          },
        };
        if (signal?.aborted) return abandon();
        signal?.addEventListener('abort', abandon, { once: true });
        sleepers.add(sleeper);
      }),
    advance,
    sleeping,
    run: ({ atMostMs = Infinity } = {}) => {
      let isStopped = false;
      const step = (): void => {
        if (isStopped) return;
        const left = sleeping();
        const [next, longest] = [left[0], left.at(-1)];
        if (next !== undefined && longest !== undefined && longest <= atMostMs) advance(next);
        setImmediate(step);
      };
      setImmediate(step);
      return { stop: () => (isStopped = true) };
    },
  };
}

/** The same time for a simulator, so that its rate limiter sees exactly when we call. It delivers no webhooks on it. */
export function asSimulatorClock(clock: ManualClock): SimulatorClock {
  return {
    nowMs: () => clock.nowMs(),
    advanceMs: (ms) => clock.advance(ms),
    setMs: (ms) => clock.advance(ms - clock.nowMs()),
    setSpeed: () => undefined,
    speed: () => 1,
    realMsUntil: (ms) => Math.max(0, ms - clock.nowMs()),
  };
}
