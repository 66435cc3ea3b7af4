import type { ConnectionRow } from '../../server/db/connections.ts';
import { jobOf, type JobParts } from '../../server/context.ts';
import type { Clock } from '../../server/clock.ts';
import type { Database } from '../../server/db/database.ts';
import { dueChores, runChore } from '../../server/jobs/chores.ts';
import { drain } from '../../server/jobs/drain.ts';
import type { Job } from '../../server/jobs/job.ts';
import type { ChoreJob } from '../../server/jobs/queues.ts';
import { wakeDueIntents } from '../../server/jobs/push/pushRun.ts';
import { wakeDue } from '../../server/jobs/runs.ts';
import { createOutbound } from '../../server/outbound.ts';
import type { exchange } from '../../server/outboundExchange.ts';
import type { RateBudget } from '../../server/rateBudget.ts';
import { seededRandom, type Random } from '../../server/sandbox/random.ts';
import type { Scheduler, SimulatedProcess } from './scheduler.ts';
import { queuesOver, type Waiting } from './waiting.ts';

/** A worker: the engine's own jobs on a gated database, a gated wire and our clock. */
export type EngineProcess = SimulatedProcess & {
  jobs: ReadonlyMap<string, Job>;
  database: Database;
  clock: Clock;
  /** Things under way. */
  running: number;
  /** What others notice when it dies. */
  onDeath: (() => void)[];
};

export type ProcessParts = {
  scheduler: Scheduler;
  process: SimulatedProcess;
  base: Pick<JobParts, 'config' | 'log' | 'keyring'>;
  connections: readonly ConnectionRow[];
  waiting: Waiting;
  rateBudget: RateBudget;
  database: Database;
  exchange: typeof exchange;
};

/** Things that one worker has under way at most. */
const AT_ONCE = 3;

export function clockOf(scheduler: Scheduler, process: SimulatedProcess): Clock {
  return {
    nowMs: () => scheduler.nowMs(),
    sleep: (ms, signal) => scheduler.sleep(process, ms, signal),
  };
}

export function createEngineProcess(parts: ProcessParts): EngineProcess {
  const { scheduler, process, base, connections, waiting, rateBudget, database } = parts;
  const clock = clockOf(scheduler, process);
  const { random } = scheduler;
  const outbound = createOutbound({
    ...{ rateBudget, clock, log: base.log, exchange: parts.exchange },
    random: () => random.next(),
  });
  const jobParts: JobParts = {
    ...base,
    ...{ clock, database, outbound, queues: queuesOver(waiting), owner: process.name, mailer: null },
  };
  const ids = seededIds(random, clock);
  const stopping = new AbortController().signal;
  // No two processes draw the same: a mark that two pushes share would be none.
  const keys = seededRandom(random.integer(1, 1e9));
  const randomBytes = (size: number): Buffer =>
    Buffer.from(Array.from({ length: size }, () => keys.integer(0, 255)));
  const jobs = new Map(
    connections.map((row): [string, Job] => [
      row.connectionId,
      { ...jobOf(jobParts, row, ids, stopping, undefined), randomBytes },
    ]),
  );
  return Object.assign(process, { jobs, database, clock, running: 0, onDeath: [] });
}

/** UUIDs of version 7 whose chance comes from the seed. */
export function seededIds(random: Random, clock: Pick<Clock, 'nowMs'>): () => string {
  let counter = 0;
  return () => {
    counter += 1;
    const time = Math.floor(clock.nowMs()).toString(16).padStart(12, '0');
    const order = (counter & 0xfff).toString(16).padStart(3, '0');
    const tail = Array.from({ length: 15 }, () => random.integer(0, 15).toString(16)).join('');
    return `${time.slice(0, 8)}-${time.slice(8)}-7${order}-8${tail.slice(0, 3)}-${tail.slice(3)}`;
  };
}

export function mayTake(process: EngineProcess, waiting: Waiting, nowMs: number): boolean {
  const isFree = process.isAlive && process.running < AT_ONCE && (process.heldUntilMs ?? 0) <= nowMs;
  return isFree && waiting.due().length > 0;
}

/** Takes something that waits, as the worker's handlers do. */
export function take(
  process: EngineProcess,
  waiting: Waiting,
  scheduler: Scheduler,
  onError: (error: unknown, what: string) => void,
): void {
  const what = scheduler.random.pick(waiting.due());
  waiting.take(what);
  const [kind, connectionId = '', name = ''] = what.split(' ');
  const job = process.jobs.get(connectionId);
  if (!job) throw new Error(`Nobody knows connection ${connectionId}`);
  process.running += 1;
  scheduler.trace(`${process.name} takes ${what}`);
  const work = kind === 'wake' ? drain(job, name) : runChore(job, name as ChoreJob['chore']);
  void work
    .catch((error: unknown) => onError(error, what))
    .finally(() => {
      process.running -= 1;
    });
}

/** Milliseconds between two of a worker's own looks. */
export type Rounds = { wake: number; chores: number };

/** What the worker does by itself: due marks are woken, due chores are queued, for as long as it lives. */
export async function keepRounds(
  process: EngineProcess,
  waiting: Waiting,
  scheduler: Scheduler,
  every: () => Rounds,
): Promise<void> {
  const queues = queuesOver(waiting);
  const { database, clock } = process;
  let choresAt = scheduler.nowMs();
  for (;;) {
    await clock.sleep(scheduler.random.integer(every().wake / 2, every().wake));
    await wakeDue({ database, queues, clock });
    await wakeDueIntents({ database, queues, clock });
    if (scheduler.nowMs() < choresAt) continue;
    choresAt = scheduler.nowMs() + every().chores;
    for (const job of process.jobs.values()) {
      for (const chore of await dueChores(job))
        await queues.chore(database, { connectionId: job.connectionId, chore });
    }
  }
}

/** The pace is tested elsewhere; here only a pause after a refusal is kept, for all processes alike. */
export function sharedPauses(scheduler: Scheduler, clocks: () => Clock): RateBudget {
  const blocks = new Map<string, { untilMs: number; reason: string }>();
  const inForce = (key: string): Awaited<ReturnType<RateBudget['blocked']>> => {
    const block = blocks.get(key);
    return block && block.untilMs > scheduler.nowMs() ? block : null;
  };
  return {
    acquire: async (uses) => {
      const untilMs = Math.max(0, ...uses.map(({ key }) => inForce(key)?.untilMs ?? 0));
      if (untilMs > scheduler.nowMs()) await clocks().sleep(untilMs - scheduler.nowMs());
      return () => undefined;
    },
    block: (key, untilMs, reason) => Promise.resolve(void blocks.set(key, { untilMs, reason })),
    unblock: (key) => Promise.resolve(void blocks.delete(key)),
    blocked: (key) => Promise.resolve(inForce(key)),
    waiting: () => [],
    close: () => undefined,
  };
}
