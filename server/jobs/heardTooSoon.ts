import { ownersOfRecords, standingsOf } from '../db/links.ts';
import { resourcesBeingMade, SENT_HEARD_FOR_MS } from '../db/sent.ts';
import { unlinkedAmong } from '../db/unlinkedRows.ts';
import { laterBy, type Job } from './job.ts';

/**
 * A row that stands for nothing known, in which somebody or a late write of ours was, or that somebody has deleted; or a
 * copy of an entity that has no row yet, with the id that it names.
 */
export type Unowned = { resource: string; recordId: string; copyOf: string | null; at: string };

/** Longer than a batch takes from making a row to remembering it: what is older is heard without. */
const HEARD_WITHIN_MS = 5 * 60_000;

/**
 * Whether a row may be one that is being made at this moment: somebody was in it before it was remembered whose it is.
 * What is heard now would be lost; a little later it is known.
 */
export async function isTooSoon(job: Job, unowned: readonly Unowned[]): Promise<boolean> {
  const since = laterBy(job, -HEARD_WITHIN_MS);
  if (!unowned.some(({ at }) => at >= since)) return false;
  const { database, connectionId } = job;
  const ids = unowned.map(({ recordId }) => recordId);
  // What people made themselves is on the list of rows that stand for nothing.
  const listed = await unlinkedAmong(database, connectionId, ids);
  const recent = unowned.filter(({ recordId, at }) => at >= since && !listed.has(recordId));
  if (recent.length === 0) return false;
  const beingMade = await resourcesBeingMade(database, connectionId, laterBy(job, -SENT_HEARD_FOR_MS));
  if (recent.some(({ resource }) => beingMade.has(resource))) return true;
  // In this order: a row that is made no more is remembered by now.
  if ((await ownersOfRecords(database, connectionId, ids)).size > 0) return true;
  const named = recent.flatMap(({ resource, copyOf }) =>
    copyOf === null ? [] : [{ resource, entityId: copyOf }],
  );
  const standings = await standingsOf(database, connectionId, named);
  return standings.some(({ airtableRecordId }) => airtableRecordId !== null);
}
