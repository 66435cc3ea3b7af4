import type { Clock } from '../../server/clock.ts';
import { simulatorClock, type SimulatorClock } from '../../server/sandbox/clock.ts';

/** One time for the server and both services. It runs as usual and can jump: an outage of hours takes a moment. */
export type JourneyClock = SimulatorClock & Clock;

export function journeyClock(startMs: number): JourneyClock {
  const time = simulatorClock(startMs);
  const sleepers = new Set<() => void>();
  const jump = (move: (ms: number) => void) => (ms: number) => {
    move(ms);
    for (const wake of [...sleepers]) wake();
  };
  return {
    ...time,
    advanceMs: jump(time.advanceMs),
    setMs: jump(time.setMs),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const untilMs = time.nowMs() + Math.max(0, ms);
        let timer: NodeJS.Timeout | undefined;
        const end = (settle: () => void): void => {
          clearTimeout(timer);
          sleepers.delete(wake);
          signal?.removeEventListener('abort', abandon);
          settle();
        };
        const abandon = (): void =>
          end(() => reject(new Error('The sleep was given up.', { cause: signal?.reason })));
        const wake = (): void => {
          clearTimeout(timer);
          const leftMs = time.realMsUntil(untilMs);
          if (leftMs <= 0) end(resolve);
          else timer = setTimeout(wake, leftMs);
        };
        if (signal?.aborted) return abandon();
        signal?.addEventListener('abort', abandon, { once: true });
        sleepers.add(wake);
        wake();
      }),
  };
}
