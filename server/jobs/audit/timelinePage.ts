import { resourceNamed } from '../../../shared/resources/index.ts';
import { linksByEntity } from '../../db/links.ts';
import type { EntityRef } from '../losses/detach.ts';
import type { Job } from '../job.ts';
import type { RecordStanding, Subject } from './recordStanding.ts';
import type { TimelineStep } from './timelineWords.ts';

export type Timeline = {
  resource: string;
  entityId: string | null;
  airtableRecordId: string | null;
  now: RecordStanding;
  steps: TimelineStep[];
  nextBefore: string | null;
};

/** `before` is the `nextBefore` of the page before. */
export type TimelinePage = { before: string | null; limit: number };

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

export function cursorOf(before: string | null): { at: string; stepId: string } | null {
  const space = before?.indexOf(' ') ?? -1;
  if (before === null || space < 0 || Number.isNaN(Date.parse(before.slice(0, space)))) return null;
  return { at: before.slice(0, space), stepId: before.slice(space + 1) };
}

/** A page's steps, and where the next one begins. */
export function pageOf(steps: TimelineStep[], isMore: boolean): Pick<Timeline, 'steps' | 'nextBefore'> {
  const last = steps.at(-1);
  return { steps, nextBefore: isMore && last ? `${last.at} ${last.stepId}` : null };
}
