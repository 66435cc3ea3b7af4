import type { Clock } from '../../server/clock.ts';
import type { ConnectionRow } from '../../server/db/connections.ts';
import { count, type Counts } from './counts.ts';
import {
  clockOf,
  createEngineProcess,
  keepRounds,
  sharedPauses,
  type EngineProcess,
  type Rounds,
} from './engineProcess.ts';
import type { Scheduler } from './scheduler.ts';
import { gatedDatabase, type SharedClient } from './simulatedDatabase.ts';
import type { Template } from './template.ts';
import type { Waiting } from './waiting.ts';
import type { Weather } from './weather.ts';
import { wireOf, type WireParts } from './wire.ts';

const RESTART_AFTER_MS = 60_000;

/** Few transactions are those of a web process: it has more than its share of deaths within one. */
const DEATHS_OFTENER_IN_WEB = 5;
const MOST_STATEMENTS_BEFORE = 8;

export type ProcessParts = {
  shared: SharedClient;
  scheduler: Scheduler;
  base: Template['base'];
  connections: readonly ConnectionRow[];
  waiting: Waiting;
  wire: WireParts;
  counts: Counts;
  violations: string[];
  weather(): Weather;
  rounds(): Rounds;
  onError(error: unknown, what: string): void;
};

/** The server's processes: how each comes to be, dies and is followed by another. */
export type Processes = {
  /** One that never dies, for the checks. */
  observer: EngineProcess;
  workers: readonly EngineProcess[];
  web(): EngineProcess;
  startWeb(): void;
  startWorker(): void;
  die(kind: string, engine: EngineProcess): void;
  /** @returns whether a worker that died before was due to be followed by another. */
  startDue(): boolean;
  /** When the next one follows; null when none is to. */
  nextStartMs(): number | null;
};

export function createProcesses(parts: ProcessParts): Processes {
  const { shared, scheduler, waiting, counts, violations, weather } = parts;
  const { random } = scheduler;
  const restarts: number[] = [];
  const workers: EngineProcess[] = [];
  let started = 0;
  const observer = start('observer');
  const pauses = sharedPauses(scheduler, (): Clock => clockOf(scheduler, observer));
  let web = observer;

  function start(kind: string): EngineProcess {
    started += 1;
    const process = { name: `${kind} ${started}`, isAlive: true };
    const database = gatedDatabase(shared, scheduler, process, {
      onStatement: (sql, _params, inTransaction) => {
        if (!inTransaction && /^\s*insert into links\b/.test(sql))
          violations.push('What was agreed was written outside the transaction of its audit.');
      },
      diesAfter: () => {
        const share = weather().crashInTransaction * (kind === 'web' ? DEATHS_OFTENER_IN_WEB : 1);
        return kind !== 'observer' && random.next() < share
          ? random.integer(0, MOST_STATEMENTS_BEFORE)
          : null;
      },
      onDeath: () => {
        count(counts, 'crashes', `${kind}: inside a transaction`);
        count(counts, 'crash kinds', `${kind}: inside a transaction`);
        die(kind, engine);
      },
    });
    const engine = createEngineProcess({
      ...{ scheduler, process, base: parts.base, connections: parts.connections, waiting, database },
      // Declared before it is first asked: the first process makes no request until then.
      rateBudget: {
        acquire: (...asked) => pauses.acquire(...asked),
        block: (...asked) => pauses.block(...asked),
        unblock: (key, reason) => pauses.unblock(key, reason),
        blocked: (key) => pauses.blocked(key),
        waiting: () => [],
        close: () => undefined,
      },
      exchange: wireOf(parts.wire, process),
    });
    return engine;
  }

  function startWeb(): void {
    web = start('web');
  }

  function startWorker(): void {
    const worker = start('worker');
    workers.push(worker);
    void keepRounds(worker, waiting, scheduler, parts.rounds).catch((error: unknown) =>
      parts.onError(error, 'rounds'),
    );
  }

  function die(kind: string, engine: EngineProcess): void {
    scheduler.kill(engine);
    for (const notice of engine.onDeath) notice();
    scheduler.trace(`${engine.name} dies`);
    if (kind === 'worker') {
      workers.splice(workers.indexOf(engine), 1);
      restarts.push(scheduler.nowMs() + random.integer(500, RESTART_AFTER_MS));
    } else startWeb();
  }

  return {
    ...{ observer, workers, web: () => web, startWeb, startWorker, die },
    startDue: () => {
      const due = restarts.findIndex((dueMs) => dueMs <= scheduler.nowMs());
      if (due < 0) return false;
      restarts.splice(due, 1);
      startWorker();
      return true;
    },
    nextStartMs: () => (restarts.length > 0 ? Math.min(...restarts) : null),
  };
}
