import { seededRandom, type Random } from '../../server/sandbox/random.ts';
import { hashOfTrace, type TraceHash } from './traceHash.ts';

/**
 * One thing at a time: a task runs until its next gate, and the seed picks which gate opens next. Every request,
 * every answer, every database call and every wait is a gate, so that whatever can happen between two of them
 * does happen in some seed. Time is ours: it moves a little with each gate, and jumps when nothing is due.
 */
export type Gate = {
  process: SimulatedProcess;
  label: string;
  dueMs: number;
  /** What happens when the gate opens; awaited before anything else moves. */
  open: () => void | Promise<void>;
};

/** A worker or web process. When it is killed its gates never open, and what it knew is gone. */
export type SimulatedProcess = {
  name: string;
  isAlive: boolean;
  /** It stands still until then: none of its gates opens. */
  heldUntilMs?: number;
};

export type Scheduler = {
  readonly random: Random;
  nowMs(): number;
  moveTo(ms: number): void;
  /** Waits until the seed lets this go on; what it does then is over before anything else moves. */
  pass<T>(process: SimulatedProcess, label: string, act: () => T | Promise<T>): Promise<T>;
  /** A wait on the clock. */
  sleep(process: SimulatedProcess, ms: number, signal?: AbortSignal, label?: string): Promise<void>;
  /** Gates that may open now. */
  due(): Gate[];
  gatesOf(process: SimulatedProcess): Gate[];
  nextDueMs(): number | null;
  open(gate: Gate): Promise<void>;
  kill(process: SimulatedProcess): void;
  /** Everything that runs has come to its next gate. */
  settled(): Promise<void>;
  trace(line: string): void;
  traceHash(): string;
};

const LONGEST_STEP_MS = 40;

/** A step that is not over by then waits for something outside: a transaction that calls out, or a real timer. */
const STUCK_AFTER_MS = 20_000;

/** @param onLine is told what happens, line by line. */
export function createScheduler(
  seed: number,
  startMs: number,
  onLine: (line: string) => void = () => undefined,
): Scheduler {
  const random = seededRandom(seed);
  const hash: TraceHash = hashOfTrace();
  const gates = new Set<Gate>();
  let nowMs = startMs;

  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  function add(gate: Gate): void {
    // A killed process waits for ever: nothing of it is ever seen again.
    if (gate.process.isAlive) gates.add(gate);
  }

  const scheduler: Scheduler = {
    random,
    nowMs: () => nowMs,
    moveTo: (ms) => {
      nowMs = Math.max(nowMs, ms);
    },
    pass: (process, label, act) =>
      new Promise((resolve, reject) => {
        const open = async (): Promise<void> => {
          try {
            const value = await act();
            if (process.isAlive) resolve(value);
          } catch (error) {
            if (process.isAlive) reject(error instanceof Error ? error : new Error(String(error)));
          }
        };
        add({ process, label, dueMs: nowMs, open });
      }),
    sleep: (process, ms, signal, label = 'wait') =>
      new Promise((resolve, reject) => {
        const giveUp = (): void => {
          gates.delete(gate);
          reject(signal?.reason instanceof Error ? signal.reason : new Error('The wait was given up.'));
        };
        const gate: Gate = {
          process,
          label,
          dueMs: nowMs + Math.max(0, ms),
          open: () => {
            signal?.removeEventListener('abort', giveUp);
            resolve();
          },
        };
        if (signal?.aborted) return giveUp();
        signal?.addEventListener('abort', giveUp, { once: true });
        add(gate);
      }),
    due: () => [...gates].filter((gate) => opensAt(gate) <= nowMs),
    gatesOf: (process) => [...gates].filter((gate) => gate.process === process),
    nextDueMs: () => {
      let next: number | null = null;
      for (const gate of gates) {
        const atMs = opensAt(gate);
        if (next === null || atMs < next) next = atMs;
      }
      return next;
    },
    open: async (gate) => {
      gates.delete(gate);
      nowMs += random.integer(1, LONGEST_STEP_MS);
      scheduler.trace(`${nowMs} ${gate.process.name} ${gate.label}`);
      await watch.within(gate);
      await settled();
    },
    kill: (process) => {
      process.isAlive = false;
      for (const gate of gates) if (gate.process === process) gates.delete(gate);
    },
    settled,
    trace: (line) => {
      hash.add(line);
      onLine(line);
    },
    traceHash: () => hash.digest(),
  };
  return scheduler;
}

function opensAt({ dueMs, process }: Gate): number {
  return Math.max(dueMs, process.heldUntilMs ?? 0);
}

type Watch = { within(gate: Gate): Promise<void> };

/** How often within `STUCK_AFTER_MS` is looked: of the time in which the machine sleeps one look is left. */
const LOOKS = 4;

/** The only real timer of the simulation: it turns a hang into a sentence. */
const watch = ((): Watch => {
  let open: { gate: Gate; looks: number; giveUp: (reason: Error) => void } | null = null;
  setInterval(() => {
    if (!open) return;
    open.looks += 1;
    if (open.looks <= LOOKS) return;
    open.giveUp(new Error(`The step "${open.gate.label}" of ${open.gate.process.name} does not end.`));
  }, STUCK_AFTER_MS / LOOKS).unref();
  return {
    within: (gate) =>
      new Promise<void>((resolve, giveUp) => {
        open = { gate, looks: 0, giveUp };
        void Promise.resolve(gate.open()).then(resolve, giveUp);
      }).finally(() => (open = null)),
  };
})();
