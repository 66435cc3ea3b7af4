import * as z from 'zod';
import type { Database } from '../db/database.ts';
import { ABOUT_NO_RECORD, appendAudit, type AuditRow } from '../db/audit.ts';
import type { Logger } from '../log.ts';
import { isAwayError } from './databaseAway.ts';
import type { Spool } from './spool.ts';
import type { Arrival } from './storeArrivals.ts';

export type SpooledEvents = {
  /** Keeps all of them on disk, or none when there is no room. */
  keep(arrivals: readonly Arrival[]): Promise<'kept' | 'full'>;
  /** Stores what waits on disk, and leaves a trace in the audit of each connection. @returns how many events. */
  replay(): Promise<number>;
};

const spooledArrival = z.object({
  connectionId: z.string(),
  receiptId: z.string(),
  eventName: z.string(),
  eventAt: z.string(),
  receivedAt: z.string(),
  resource: z.string().nullable(),
  ids: z.array(z.string()),
});

/** What waited of one connection: how many events, and when the first and the last of them came. */
type Waited = { events: number; from: string; to: string };

/** Webhooks in the time without a database. `store` resolves with those that had not been received before. */
export function spooledEvents(parts: {
  database: Database;
  log: Logger;
  spool: Spool;
  clock: { nowMs(): number };
  newId: () => string;
  store: (arrivals: readonly Arrival[]) => Promise<Set<Arrival>>;
}): SpooledEvents {
  const { database, log, spool, clock, newId, store } = parts;
  // Kept over a replay that breaks off: what was stored by then is told after the next.
  const waited = new Map<string, Waited>();
  const storeNoting = async (arrivals: readonly Arrival[]): Promise<void> => {
    for (const { connectionId, receivedAt } of await store(arrivals)) {
      const { events, from, to } = waited.get(connectionId) ?? {
        events: 0,
        from: receivedAt,
        to: receivedAt,
      };
      waited.set(connectionId, {
        events: events + 1,
        from: receivedAt < from ? receivedAt : from,
        to: receivedAt > to ? receivedAt : to,
      });
    }
  };
  /** A connection that was deleted meanwhile has nothing to mark; its events must not hold up the others. */
  const storeAlone = async (arrival: Arrival): Promise<void> => {
    try {
      await storeNoting([arrival]);
    } catch (error) {
      if (isAwayError(error)) throw error;
      const { connectionId, eventName, ids } = arrival;
      log.error(
        { error, connectionId, eventName, ids },
        'A spooled webhook could not be stored and is left out.',
      );
    }
  };
  const storeLines = async (lines: readonly string[]): Promise<void> => {
    const arrivals = lines.map((line): Arrival => spooledArrival.parse(JSON.parse(line)));
    try {
      await storeNoting(arrivals);
    } catch (error) {
      if (isAwayError(error)) throw error;
      for (const arrival of arrivals) await storeAlone(arrival);
    }
  };
  return {
    keep: (arrivals) => spool.append(arrivals.map((arrival) => JSON.stringify(arrival))),
    replay: async () => {
      const replayed = await spool.replay(storeLines);
      for (const [connectionId, one] of waited) {
        const now = new Date(clock.nowMs()).toISOString();
        await appendAudit(database, connectionId, [traceOf(newId(), one)], now);
        waited.delete(connectionId);
      }
      return replayed;
    },
  };
}

function traceOf(auditId: string, { events, from, to }: Waited): AuditRow {
  const what = events === 1 ? '1 event of Buildium was' : `${events} events of Buildium were`;
  return {
    ...{ auditId, actor: 'sync', action: 'eventsReplayed', runId: null },
    ...ABOUT_NO_RECORD,
    why: `The database was away: ${what} kept on disk from ${from} to ${to}, and stored once it was back`,
  };
}
