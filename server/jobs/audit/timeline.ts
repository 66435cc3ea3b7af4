import { resourceNamed } from '../../../shared/resources/index.ts';
import { ok, type Result } from '../../../shared/result.ts';
import type { CallFailure } from '../../callFailure.ts';
import { linksByEntity } from '../../db/links.ts';
import { timelineOf } from '../../db/timeline.ts';
import { unlinkedAmong } from '../../db/unlinkedRows.ts';
import { entityOfRecord, type EntityRef } from '../losses/detach.ts';
import type { Job } from '../job.ts';
import type { OwnTableFailure } from '../ownTables/ownTables.ts';
import { plannedTimeline } from './plannedTimeline.ts';
import { standingOf, unlinkedStanding } from './recordStanding.ts';
import { linkedNames } from './linkedNames.ts';
import { cursorOf, pageOf, subjectOf, type Timeline, type TimelinePage } from './timelinePage.ts';
import { stepOf } from './timelineWords.ts';

/**
 * The story of the entity, or of the planned transaction, that a row stands for.
 * @returns null for a row that the sync does not know.
 */
export async function recordTimeline(
  job: Job,
  airtableRecordId: string,
  page: TimelinePage,
): Promise<Result<Timeline | null, CallFailure | OwnTableFailure>> {
  const ref = await entityOfRecord(job, airtableRecordId);
  if (ref) return ok(await entityTimeline(job, ref, page));
  const rows = await unlinkedAmong(job.database, job.connectionId, [airtableRecordId]);
  const row = rows.get(airtableRecordId);
  if (!row) return plannedTimeline(job, airtableRecordId, page);
  const original = row.entityId === null ? [] : [row.entityId];
  const links = await linksByEntity(job.database, job.connectionId, row.resource, original);
  return ok({
    ...{ resource: row.resource, entityId: null, airtableRecordId, steps: [], nextBefore: null },
    now: unlinkedStanding(row, links.size > 0),
  });
}

/** The story of an entity over both systems, newest first, and how it stands now. */
export async function entityTimeline(
  job: Job,
  { resource, entityId }: EntityRef,
  { before, limit }: TimelinePage,
): Promise<Timeline> {
  const subject = await subjectOf(job, { resource, entityId });
  const rows = await timelineOf(job.database, job.connectionId, {
    ...{ resource, entityId, root: subject.root },
    before: cursorOf(before),
    // One more than asked for tells whether there is a next page.
    limit: limit + 1,
  });
  const shown = rows.slice(0, limit);
  const nameOf = await linkedNames(job, resourceNamed(resource), shown);
  const steps = shown.map((row) => stepOf(resourceNamed(resource), row, nameOf));
  return {
    ...{ resource, entityId, airtableRecordId: subject.link?.airtableRecordId ?? null },
    ...{ now: await standingOf(job, subject), ...pageOf(steps, rows.length > limit) },
  };
}
