/**
 * The simulators' time. It starts at a given instant and runs at a given multiple of real time,
 * so that a test can move a month or let a benchmark's hour pass in minutes.
 */
export type SimulatorClock = {
  /** Milliseconds since 1970 in simulated time. */
  nowMs(): number;
  /** Moves simulated time forward at once. */
  advanceMs(ms: number): void;
  /** Sets simulated time. */
  setMs(ms: number): void;
  /** Simulated milliseconds that pass in one real millisecond. */
  setSpeed(speed: number): void;
  speed(): number;
  /** Real milliseconds to wait until the simulated instant; 0 when it has passed. */
  realMsUntil(simulatedMs: number): number;
};

export function simulatorClock(startMs: number = Date.now(), initialSpeed = 1): SimulatorClock {
  let originSimulatedMs = startMs;
  let originRealMs = performance.now();
  let speed = initialSpeed;
  const nowMs = (): number => originSimulatedMs + (performance.now() - originRealMs) * speed;
  const rebase = (simulatedMs: number): void => {
    originSimulatedMs = simulatedMs;
    originRealMs = performance.now();
  };
  return {
    nowMs,
    advanceMs: (ms) => rebase(nowMs() + ms),
    setMs: rebase,
    setSpeed: (next) => {
      rebase(nowMs());
      speed = next;
    },
    speed: () => speed,
    realMsUntil: (simulatedMs) => Math.max(0, (simulatedMs - nowMs()) / speed),
  };
}
