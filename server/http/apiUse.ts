import type { Middleware } from 'koa';
import { DateTime } from 'luxon';
import type { Clock } from '../clock.ts';
import { connectionById } from '../db/connections.ts';
import type { Database } from '../db/database.ts';
import { countTimings, type Timing } from '../db/timings.ts';
import type { Logger } from '../log.ts';
import { HttpProblem } from './problem.ts';
import { sessionOf } from './session.ts';

/** Counts how long each connection's requests took: kept in memory, and written down now and then. */
export type ApiUse = {
  /** Stands right behind the session: who is refused at the door belongs to no connection. */
  timed(endpoint: string): Middleware;
  flush(): Promise<void>;
  close(): Promise<void>;
};

const WRITTEN_EVERY_MS = 30_000;

export function openApiUse(parts: { database: Database; clock: Clock; log: Logger }): ApiUse {
  const { database, clock, log } = parts;
  let counted = new Map<string, Timing[]>();

  async function flush(): Promise<void> {
    const taken = counted;
    counted = new Map();
    for (const [connectionId, timings] of taken) {
      const connection = await connectionById(database, connectionId);
      const day = DateTime.fromMillis(clock.nowMs(), { zone: connection?.timeZone ?? 'utc' }).toISODate();
      if (connection && day !== null) await countTimings(database, connectionId, day, timings);
    }
  }
  const flushQuietly = (): Promise<void> =>
    // Figures are worth no failed request and no retry: what is lost with the database away is lost.
    flush().catch((error: unknown) => log.warn({ error }, "The API's times could not be written down."));

  const timer = setInterval(() => void flushQuietly(), WRITTEN_EVERY_MS);
  timer.unref();
  return {
    timed: (endpoint) => async (ctx, next) => {
      const started = performance.now();
      let failed = false;
      try {
        await next();
      } catch (error) {
        failed = !(error instanceof HttpProblem) || error.status >= 500;
        throw error;
      } finally {
        const { connectionId } = sessionOf(ctx);
        const timing = { kind: 'api' as const, name: endpoint, tookMs: performance.now() - started, failed };
        const own = counted.get(connectionId);
        if (own) own.push(timing);
        else counted.set(connectionId, [timing]);
      }
    },
    flush: flushQuietly,
    close: async () => {
      clearInterval(timer);
      await flushQuietly();
    },
  };
}
