import type { Refusal } from '../db/links.ts';
import type { Claim } from '../db/claims.ts';
import type { Entity } from '../sync/entity.ts';
import type { Job } from './job.ts';
import { fingerprintOf, type Member } from './look.ts';
import { digestOf } from './synced.ts';

/** Knows an edit again by its values and by what Buildium shows of the entity that it is for. */
export function editDigest(job: Pick<Job, 'digestKey'>, { resource, wire }: Member, changes: Entity): string {
  const values = Object.entries(changes).sort(([a], [b]) => (a < b ? -1 : 1));
  const shown = wire ? fingerprintOf(resource, wire) : null;
  return digestOf(job, 'edit', JSON.stringify([values, shown]));
}

/** Marks of the sync itself; all others stand for somebody who has typed, clicked or decided. */
const OWN_MARKS: readonly string[] = ['sweep', 'sync', 'buildium'];

/**
 * The refusal of just this edit, while neither side has changed since: Buildium is not asked the same again at every
 * sweep. A person who types, or who asks for a sync, has it tried once more.
 */
export function refusedBefore(
  job: Pick<Job, 'digestKey'>,
  member: Member,
  changes: Entity,
  { onBehalfOf, runId }: Claim,
): Refusal | null {
  const refused = member.link?.refused ?? null;
  if (refused === null || runId !== null || !OWN_MARKS.includes(onBehalfOf)) return null;
  return refused.digest === editDigest(job, member, changes) ? refused : null;
}
