import type { SimulatorClock } from '../../../server/sandbox/clock.ts';
import { START_MS } from './support.ts';

/**
 * A clock on which every look is a quarter of a second later than the one before, so that clients
 * that do not pace themselves stay within the rate limits, whatever the machine's speed.
 */
export function steppingClock(): SimulatorClock {
  let ms = START_MS;
  return {
    nowMs: () => (ms += 250),
    advanceMs: (by) => void (ms += by),
    setMs: (to) => void (ms = to),
    setSpeed: () => undefined,
    speed: () => 1,
    realMsUntil: (simulatedMs) => Math.max(0, simulatedMs - ms),
  };
}
