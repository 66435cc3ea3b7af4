import { resourceNamed } from '../../../shared/resources/index.ts';
import { linksByEntity } from '../../db/links.ts';
import { timelineOf } from '../../db/timeline.ts';
import { unlinkedAmong } from '../../db/unlinkedRows.ts';
import { entityOfRecord, type EntityRef } from '../losses/detach.ts';
import type { Job } from '../job.ts';
import { standingOf, unlinkedStanding, type RecordStanding, type Subject } from './recordStanding.ts';
import { stepOf, type TimelineStep } from './timelineWords.ts';

export type Timeline = {
  resource: string;
  entityId: string | null;
  airtableRecordId: string | null;
  now: RecordStanding;
  steps: TimelineStep[];
  nextBefore: string | null;
};

export type TimelinePage = { before: string | null; limit: number };

/** The story of the entity that a row stands for. @returns null for a row that nobody has told the sync of. */
export async function recordTimeline(
  job: Job,
  airtableRecordId: string,
  page: TimelinePage,
): Promise<Timeline | null> {
  const ref = await entityOfRecord(job, airtableRecordId);
  if (ref) return entityTimeline(job, ref, page);
  const rows = await unlinkedAmong(job.database, job.connectionId, [airtableRecordId]);
  const row = rows.get(airtableRecordId);
  if (!row) return null;
  const original = row.entityId === null ? [] : [row.entityId];
  const links = await linksByEntity(job.database, job.connectionId, row.resource, original);
  return {
    ...{ resource: row.resource, entityId: null, airtableRecordId, steps: [], nextBefore: null },
    now: unlinkedStanding(row, links.size > 0),
  };
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
  const steps = rows.slice(0, limit).map((row) => stepOf(resourceNamed(resource), row));
  const last = steps.at(-1);
  return {
    ...{ resource, entityId, airtableRecordId: subject.link?.airtableRecordId ?? null },
    now: await standingOf(job, subject),
    steps,
    nextBefore: rows.length > limit && last ? `${last.at} ${last.stepId}` : null,
  };
}

export async function subjectOf(job: Job, { resource, entityId }: EntityRef): Promise<Subject> {
  const links = await linksByEntity(job.database, job.connectionId, resource, [entityId]);
  const link = links.get(entityId) ?? null;
  const { partOf } = resourceNamed(resource);
  const root =
    partOf === undefined
      ? { resource, entityId }
      : { resource: partOf, entityId: link?.parentId ?? entityId };
  return { resource, entityId, root, link };
}

function cursorOf(before: string | null): { at: string; stepId: string } | null {
  const space = before?.indexOf(' ') ?? -1;
  if (before === null || space < 0 || Number.isNaN(Date.parse(before.slice(0, space)))) return null;
  return { at: before.slice(0, space), stepId: before.slice(space + 1) };
}
