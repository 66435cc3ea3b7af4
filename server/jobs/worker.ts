import type { Clock } from '../clock.ts';
import { SecretsDoNotOpen } from '../connectionSecrets.ts';
import { listConnections } from '../db/connections.ts';
import { isDatabaseUnavailable, type Database } from '../db/database.ts';
import { beat } from '../db/heartbeats.ts';
import type { Logger } from '../log.ts';
import { dueChores, runChore } from './chores.ts';
import { drain } from './drain.ts';
import { createGathering } from './gathering.ts';
import type { Job } from './job.ts';
import { wakeDueIntents } from './push/pushRun.ts';
import type { Queues } from './queues.ts';
import { wakeDue } from './runs.ts';

export type WorkerParts = {
  database: Database;
  queues: Queues;
  clock: Clock;
  log: Logger;
  jobFor(connectionId: string): Promise<Job | null>;
  /** Done at every round, such as writing counters down. */
  onRound?: () => Promise<void>;
};

export type Worker = { stop(): Promise<void> };

/** Chores are looked for this often. */
const ROUND_MS = 30_000;

/** Marks whose time has come (an edit that was still for ten seconds, a retry) are woken this often, whatever the queue holds. */
const WAKE_MS = 2_000;

/** Takes wake-ups and chores from the queue, and makes sure that nothing due is forgotten. */
export async function startWorker(parts: WorkerParts): Promise<Worker> {
  const { queues, clock, log, jobFor } = parts;
  const stopping = new AbortController();
  const withJob = async (connectionId: string, work: (job: Job) => Promise<void>): Promise<void> => {
    const job = await jobFor(connectionId).catch((error: unknown) => {
      // Each round tells it: a wake-up comes every few seconds.
      if (error instanceof SecretsDoNotOpen) return null;
      throw error;
    });
    if (job?.state === 'running' && !stopping.signal.aborted) await work(job);
  };
  const gather = createGathering();
  await queues.work({
    onWake: ({ connectionId, resource }) =>
      gather(`${connectionId} ${resource}`, () => withJob(connectionId, (job) => drain(job, resource))),
    onChore: ({ connectionId, chore }) => withJob(connectionId, (job) => runChore(job, chore)),
  });
  const repeat = async (everyMs: number, work: () => Promise<void>): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        await work();
      } catch (error) {
        const reason = isDatabaseUnavailable(error) ? 'the database cannot be reached' : String(error);
        log.warn({ error }, `A round failed, ${reason}; the next one is in ${everyMs / 1000} seconds.`);
      }
      await clock.sleep(everyMs, stopping.signal).catch(() => undefined);
    }
  };
  const rounds = Promise.all([
    repeat(WAKE_MS, async () => {
      await wakeDue(parts);
      await wakeDueIntents(parts);
    }),
    repeat(ROUND_MS, () => round(parts)),
  ]);
  return {
    stop: async () => {
      stopping.abort();
      await rounds;
    },
  };
}

async function round(parts: WorkerParts): Promise<void> {
  const { database, clock, log } = parts;
  for (const { connectionId, state } of await listConnections(database)) {
    await beat(database, connectionId, new Date(clock.nowMs()).toISOString());
    if (state !== 'running') continue;
    try {
      await queueChores(parts, connectionId);
    } catch (error) {
      if (isDatabaseUnavailable(error)) throw error;
      // The message names what does not open and holds nothing of it.
      const about = error instanceof SecretsDoNotOpen ? { connectionId } : { connectionId, error };
      log.warn(about, `Nothing is done for connection ${connectionId} in this round: ${String(error)}`);
    }
  }
  await parts.onRound?.();
}

async function queueChores({ database, queues, jobFor }: WorkerParts, connectionId: string): Promise<void> {
  const job = await jobFor(connectionId);
  if (!job) return;
  for (const chore of await dueChores(job)) await queues.chore(database, { connectionId, chore });
}
