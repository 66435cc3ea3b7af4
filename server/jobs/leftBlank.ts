import type { Queryable } from '../db/database.ts';
import { rowsMadeSince, type LinkRow } from '../db/links.ts';
import type { Mark } from '../db/marks.ts';
import type { Job } from './job.ts';
import { isLeftAlone, type Decision, type Settlement } from './settlement.ts';

/**
 * Entities whose links were left blank for what had no row, where it has come to have one during this look: whoever
 * took it back, or made its row, did not find them, since nothing was remembered of them yet.
 * @param remembered the links of the decisions, in their order.
 */
export async function leftBlankTooLate(
  tx: Queryable,
  job: Job,
  { resource, startedAtMs }: Pick<Settlement, 'resource' | 'startedAtMs'>,
  decisions: readonly Decision[],
  remembered: readonly LinkRow[],
  now: string,
): Promise<Mark[]> {
  const blank = decisions.flatMap((decision, index) => {
    const { rootId } = decision.member;
    return blankIn(decision, remembered[index]).map((to) => ({ rootId, ...to }));
  });
  if (blank.length === 0) return [];
  const since = new Date(startedAtMs).toISOString();
  const made = await rowsMadeSince(tx, job.connectionId, blank, since);
  const roots = new Set(
    blank.filter((to) => made.has(`${to.resource} ${to.entityId}`)).map(({ rootId }) => rootId),
  );
  return [...roots].map((entityId) => ({
    ...{ resource: resource.name, entityId, reason: 'what it links to has a row by now' },
    ...{ onBehalfOf: 'sync', priority: 'normal', happenedAt: now },
  }));
}

/** What the entity links to in Buildium, and its row does not. */
function blankIn(decision: Decision, after: LinkRow | undefined): { resource: string; entityId: string }[] {
  const { member, plan } = decision;
  if (isLeftAlone(decision) || plan.standing !== 'linked') return [];
  return member.resource.fields.flatMap(({ key, kind, target }) => {
    const wanted = member.decoded.entity[key];
    if (kind !== 'link' || target === undefined || !Array.isArray(wanted)) return [];
    const shown = after?.syncedBuildium[key];
    if (!Array.isArray(shown)) return [];
    return (wanted as string[])
      .filter((id) => !shown.includes(id))
      .map((entityId) => ({ resource: target, entityId }));
  });
}
