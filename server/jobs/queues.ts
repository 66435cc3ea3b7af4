import { PgBoss } from 'pg-boss';
import { KEPT_ALIVE, type Queryable } from '../db/database.ts';
import type { Logger } from '../log.ts';

/** Wakes a resource of a connection: its dirty ids are looked at. */
export type WakeJob = { connectionId: string; resource: string };

/** Work that has a time of its own instead of ids. */
export type ChoreJob = {
  connectionId: string;
  chore:
    | 'runs'
    | 'sweep'
    | 'hearAirtable'
    | 'nightly'
    | 'renewWebhooks'
    | 'reconcile'
    | 'figures'
    | 'sealAudit'
    | 'notify'
    | 'push'
    | 'monthEnd'
    | 'calculations'
    | 'entered'
    | 'runTables';
};

export type Queues = {
  /**
   * Leaves at most one queued wake-up for the resource, inside the given transaction: a thousand events are one
   * wake-up and a thousand marks.
   */
  wake(db: Queryable, connectionId: string, resource: string): Promise<void>;
  /** At most one queued run of the chore for the connection. */
  chore(db: Queryable, job: ChoreJob): Promise<void>;
  work(handlers: {
    onWake(job: WakeJob): Promise<void>;
    onChore(job: ChoreJob): Promise<void>;
  }): Promise<void>;
  /** Waits for what runs, at most so long. */
  stop(graceMs: number): Promise<void>;
};

const WAKE = 'wake';
const CHORE = 'chore';

/** A worker that was killed is noticed within this time plus a monitor's round. */
const HEARTBEAT_SECONDS = 10;

/** Resources looked at side by side in one process; the two APIs' budgets are what limits them. */
const WORKERS = 6;

/**
 * Airtable pings after every change, our own writes included. Reading what changed costs a call of the base's few,
 * so pings are gathered for a while; an edit is looked at when it was still for ten seconds, so nobody waits for it.
 */
export const CHORE_DELAY_SECONDS: Partial<Record<ChoreJob['chore'], number>> = {
  hearAirtable: 8,
  entered: 2,
};

export type QueueOptions = {
  /** A connection that holds LISTEN: behind PgBouncer this must be the database itself. */
  url: string;
  log: Logger;
  /** Only sends: a web process without workers. */
  sendsOnly?: boolean;
  /** A statement that takes longer has failed. */
  answersWithinMs?: number;
};

export async function openQueues({
  url,
  log,
  sendsOnly = false,
  answersWithinMs,
}: QueueOptions): Promise<Queues> {
  // It hands them on to the driver, though its types name none of them.
  const ofDriver = {
    ...KEPT_ALIVE,
    ...(answersWithinMs === undefined ? {} : { query_timeout: answersWithinMs }),
  };
  const boss = new PgBoss({
    ...ofDriver,
    connectionString: url,
    application_name: 'sync-queue',
    max: 4,
    useListenNotify: !sendsOnly,
    supervise: !sendsOnly,
    schedule: false,
    monitorIntervalSeconds: 10,
    superviseIntervalSeconds: 10,
  });
  // A queue without this listener ends the process when the database restarts.
  boss.on('error', (error) =>
    log.warn(
      { error: error instanceof Error ? error.message : JSON.stringify(error) },
      'The queue lost its database for a moment; it goes on by itself.',
    ),
  );
  await boss.start();
  for (const name of [WAKE, CHORE]) {
    await boss.createQueue(name, {
      policy: 'short',
      notify: true,
      retryLimit: 2,
      heartbeatSeconds: HEARTBEAT_SECONDS,
      expireInSeconds: 3600,
      deleteAfterSeconds: 3600,
    });
  }
  return {
    wake: async (db, connectionId, resource) => {
      await boss.send(WAKE, { connectionId, resource }, { db, singletonKey: `${connectionId} ${resource}` });
    },
    chore: async (db, job) => {
      const singletonKey = `${job.connectionId} ${job.chore}`;
      await boss.send(CHORE, job, { db, singletonKey, startAfter: CHORE_DELAY_SECONDS[job.chore] ?? 0 });
    },
    work: async ({ onWake, onChore }) => {
      const options = {
        localConcurrency: WORKERS,
        pollingIntervalSeconds: 0.5,
        notifyPollingIntervalSeconds: 5,
        heartbeatRefreshSeconds: 4,
      };
      await boss.work<WakeJob>(WAKE, options, async (jobs) => {
        for (const job of jobs) await onWake(job.data);
      });
      // A delayed job is announced by no NOTIFY when its time comes.
      await boss.work<ChoreJob>(CHORE, { ...options, notifyPollingIntervalSeconds: 1 }, async (jobs) => {
        for (const job of jobs) await onChore(job.data);
      });
    },
    stop: async (graceMs) => {
      await boss.stop({ graceful: true, timeout: graceMs });
    },
  };
}
