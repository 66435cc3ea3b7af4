import type { TimedCall } from './serverProcess.ts';

/** How much of a stretch of time at least one of these spans covers. */
export function coveredMs(
  spans: readonly (readonly [fromMs: number, toMs: number])[],
  fromMs: number,
  toMs: number,
): number {
  let covered = 0;
  let until = fromMs;
  for (const [from, to] of [...spans].sort((a, b) => a[0] - b[0])) {
    const end = Math.min(to, toMs);
    covered += Math.max(0, end - Math.max(from, until));
    until = Math.max(until, end);
  }
  return covered;
}

/** From the moment it was sent until its answer was there. */
export function underWay({ endedAtMs, callMs }: TimedCall): readonly [number, number] {
  return [endedAtMs - callMs, endedAtMs];
}

/** With the wait for its turn in the rate budget before. */
export function waitingOrUnderWay({ endedAtMs, callMs, waitMs }: TimedCall): readonly [number, number] {
  return [endedAtMs - callMs - waitMs, endedAtMs];
}
