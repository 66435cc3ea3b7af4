import { ownersOfRecords } from '../db/links.ts';
import { resourcesBeingMade } from '../db/sent.ts';
import { laterBy, type Job } from './job.ts';

/** A row that somebody has worked in and that stands for nothing known. */
export type Unowned = { resource: string; recordId: string; at: string };

/** Longer than a batch takes from making a row to remembering it; what is older than that is nobody's. */
const MADE_WITHIN_MS = 5 * 60_000;

/**
 * Whether a row may be one that is being made at this moment: somebody was in it before it was remembered whose it is.
 * What is heard now would be lost; a little later it is known.
 */
export async function isTooSoon(job: Job, unowned: readonly Unowned[]): Promise<boolean> {
  const since = laterBy(job, -MADE_WITHIN_MS);
  const recent = unowned.filter(({ at }) => at >= since);
  if (recent.length === 0) return false;
  const { database, connectionId } = job;
  const beingMade = await resourcesBeingMade(database, connectionId, since);
  if (recent.some(({ resource }) => beingMade.has(resource))) return true;
  // In this order: a row that is made no more is remembered by now.
  const ids = recent.map(({ recordId }) => recordId);
  return (await ownersOfRecords(database, connectionId, ids)).size > 0;
}
