import type { Clock } from '../clock.ts';
import type { Database } from '../db/database.ts';
import type { Queues } from '../jobs/queues.ts';
import type { Logger } from '../log.ts';
import { isAwayError } from './databaseAway.ts';
import { createGroups } from './groups.ts';
import type { Metrics } from './metrics.ts';
import type { Spool } from './spool.ts';
import { spooledEvents } from './spooledEvents.ts';
import { storeArrivals, type Arrival } from './storeArrivals.ts';
import { createWakeUps, type WakeUps } from './wakeUps.ts';
import { withDeadline } from './withDeadline.ts';

/** What became of an authentic event; only `full` must not be answered 2xx. */
export type Kept = 'accepted' | 'duplicate' | 'spooled' | 'full';

export type Intake = {
  /** Resolves when the event is durable, in Postgres or in the spool. */
  keep(arrival: Arrival): Promise<Kept>;
  /** Finishes what has arrived; events in the spool stay for the next start. */
  close(): Promise<void>;
};

export type IntakeParts = {
  database: Database;
  queues: Queues;
  clock: Clock;
  log: Logger;
  metrics: Metrics;
  spool: Spool;
  newId: () => string;
};

/** Arrivals within this time share one transaction: a commit costs an fsync, and Buildium waits 10 seconds. */
const GROUP_MS = 5;
const GROUP_AT_MOST = 500;
/** A commit may wait for the disk behind a large one of the sync's; the next group's need not wait for both. */
const GROUPS_AT_ONCE = 3;

/** Then the database counts as away and the group goes to the spool; should it still commit, the receipts tell. */
const STORE_WITHIN_MS = 3_000;

const REPLAY_EVERY_MS = 1_000;

export function openIntake(parts: IntakeParts): Intake {
  const { spool, clock, log } = parts;
  const stopping = new AbortController();
  const storing = { ...parts, wakeUps: createWakeUps(parts) };
  const spooled = spooledEvents({ ...parts, store: (arrivals) => store(storing, arrivals) });
  let isAway = false;

  const keepGroup = async (arrivals: readonly Arrival[]): Promise<(arrival: Arrival) => Kept> => {
    if (!isAway) {
      try {
        const fresh = await store(storing, arrivals);
        return (arrival) => (fresh.has(arrival) ? 'accepted' : 'duplicate');
      } catch (error) {
        if (!isAwayError(error)) throw error;
        isAway = true;
        log.warn({ error: String(error) }, 'The database is away: webhooks are kept in the spool meanwhile.');
      }
    }
    const outcome = await spooled.keep(arrivals);
    return () => (outcome === 'kept' ? 'spooled' : 'full');
  };
  const replay = async (): Promise<void> => {
    if (!isAway && spool.sizeBytes() === 0) return;
    try {
      await withDeadline(parts.database.query('select 1'), STORE_WITHIN_MS, 'Asking the database');
      isAway = false;
      const replayed = await spooled.replay();
      if (replayed > 0) log.info({ replayed }, 'The database is back: the spooled webhooks are stored.');
    } catch (error) {
      if (!isAwayError(error))
        log.error({ error }, 'Spooled webhooks could not be stored; tried again in a second.');
    }
  };
  const replaying = (async () => {
    while (!stopping.signal.aborted) {
      await replay();
      await clock.sleep(REPLAY_EVERY_MS, stopping.signal).catch(() => undefined);
    }
  })();

  const groups = createGroups({
    windowMs: GROUP_MS,
    atMost: GROUP_AT_MOST,
    atOnce: GROUPS_AT_ONCE,
    carryOut: keepGroup,
  });
  return {
    keep: (arrival) => groups.add(arrival),
    close: async () => {
      stopping.abort();
      await replaying;
      await groups.finish();
      await storing.wakeUps.finish();
      await spool.close();
    },
  };
}

type Storing = IntakeParts & { wakeUps: WakeUps };

async function store(parts: Storing, arrivals: readonly Arrival[]): Promise<Set<Arrival>> {
  const now = new Date(parts.clock.nowMs()).toISOString();
  const storing = storeArrivals(parts.database, arrivals, now);
  const stored = await withDeadline(storing, STORE_WITHIN_MS, 'Storing webhooks');
  for (const [resource, marks] of stored.markedByResource) parts.metrics.marked(resource, marks);
  parts.wakeUps.add(stored.marked);
  return stored.fresh;
}
