import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../server/clock.ts';
import { simulatorClock, type SimulatorClock } from '../../server/sandbox/clock.ts';

/**
 * Time that all processes of a measurement share: it left the machine's time at `startedAtMs` and has run at
 * `speed` since. At speed 1 it is the machine's time.
 */
export type SharedTime = { startedAtMs: number; speed: number };

function sharedNowMs({ startedAtMs, speed }: SharedTime): number {
  return startedAtMs + (Date.now() - startedAtMs) * speed;
}

/** The server's clock: its limits, pauses and deadlines pass as fast as the simulated services' time. */
export function serverClock(time: SharedTime): Clock {
  return {
    nowMs: () => sharedNowMs(time),
    sleep: async (ms, signal) => {
      await delay(Math.max(0, ms / time.speed), undefined, signal ? { signal } : {});
    },
  };
}

export function simulatorsClock(time: SharedTime): SimulatorClock {
  return simulatorClock(sharedNowMs(time), time.speed);
}
