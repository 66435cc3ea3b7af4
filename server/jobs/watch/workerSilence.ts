import { lastBeatAt } from '../../db/heartbeats.ts';
import type { Job } from '../job.ts';

export const START_WORKER = 'Start the server: `npm start`, with WORKER=all or WORKER=jobs.';

/** A worker tells every half minute that it is alive, and is known to have been by the minute. */
const SILENT_MS = 3 * 60_000;

/**
 * Whether nobody works off the queue, as with web processes alone, and since when.
 * @param waitingSince where no worker ever was alive, one may still be starting: since when something waits for it.
 */
export async function workerSilence(
  { database, connectionId, clock }: Pick<Job, 'database' | 'connectionId'> & { clock: { nowMs(): number } },
  waitingSince: string | null,
): Promise<{ sentence: string; since: string } | null> {
  const lastAt = await lastBeatAt(database, connectionId);
  const since = lastAt ?? waitingSince;
  if (since === null || clock.nowMs() - Date.parse(since) <= SILENT_MS) return null;
  const sentence =
    lastAt === null
      ? 'Nothing works off the queue: no worker process has ever run.'
      : `Nothing works off the queue: no worker process has been alive since ${lastAt}.`;
  return { sentence, since };
}
