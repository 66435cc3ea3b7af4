import type { Queryable } from '../db/database.ts';
import { linksByEntity, standingsOf, type LinkRow } from '../db/links.ts';
import type { Job } from './job.ts';
import type { Decision } from './settlement.ts';

export type Meanwhile = {
  /** Decisions about pairs that stand as the look found them. */
  going: Decision[];
  /** Those about pairs that a person has detached since, with the link as it is now. */
  detached: { decision: Decision; link: LinkRow }[];
};

/**
 * A person may take a pair out of the sync, or back into it, while a look at it is under way: that stays as they said.
 * Of what was detached it is still remembered what the look had written; of what was attached the look knew nothing.
 */
export async function apartMeanwhile(
  tx: Queryable,
  job: Job,
  decisions: readonly Decision[],
): Promise<Meanwhile> {
  const found: Meanwhile = { going: [], detached: [] };
  const refs = decisions.map(({ member }) => ({ resource: member.resource.name, entityId: member.entityId }));
  const apart = new Set(
    (await standingsOf(tx, job.connectionId, refs))
      .filter(({ standing }) => standing === 'detached')
      .map(({ resource, entityId }) => `${resource} ${entityId}`),
  );
  for (const decision of decisions) {
    const { resource, entityId, link } = decision.member;
    const was = link?.standing === 'detached';
    const is = apart.has(`${resource.name} ${entityId}`);
    if (was === is) found.going.push(decision);
    if (was || !is) continue;
    const now = (await linksByEntity(tx, job.connectionId, resource.name, [entityId])).get(entityId);
    if (now) found.detached.push({ decision, link: now });
  }
  return found;
}
