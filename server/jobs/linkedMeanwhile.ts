import { resourceNamed } from '../../shared/resources/index.ts';
import type { Queryable } from '../db/database.ts';
import { standingsOf, type LinkRef, type LinkRow } from '../db/links.ts';
import type { Mark } from '../db/marks.ts';
import type { Job } from './job.ts';
import { isLeftAlone, type Decision, type Settlement } from './settlement.ts';

/** What an entity was found to link to, or not to, and what is to be done where that was remembered anew meanwhile. */
type Watched = { rootId: string; to: LinkRef; needsRow: boolean; reason: string };

/**
 * Entities whose links come or stay blank with this look, while what they lead to was remembered anew: whoever did so
 * has not found them, since nothing was remembered of their links yet. They are looked at once more.
 * @param remembered the links of the decisions, in their order.
 */
export async function linkedMeanwhile(
  tx: Queryable,
  job: Job,
  { resource, startedAtMs }: Pick<Settlement, 'resource' | 'startedAtMs'>,
  decisions: readonly Decision[],
  remembered: readonly LinkRow[],
  now: string,
): Promise<Mark[]> {
  const watched = decisions.flatMap((decision, index) => [
    ...newlyShown(decision, remembered[index]),
    ...leftBlank(decision, remembered[index]),
  ]);
  const standings = await standingsOf(
    tx,
    job.connectionId,
    watched.map(({ to }) => to),
  );
  const anew = standings.filter(({ updatedAt }) => Date.parse(updatedAt) >= startedAtMs);
  const standingOf = new Map(anew.map((one) => [`${one.resource} ${one.entityId}`, one.standing]));
  const reasons = new Map<string, string>();
  for (const { rootId, to, needsRow, reason } of watched) {
    const standing = standingOf.get(`${to.resource} ${to.entityId}`);
    const isSo = needsRow ? standing === 'linked' || standing === 'unpaired' : standing !== undefined;
    if (isSo) reasons.set(rootId, reason);
  }
  return [...reasons].map(([entityId, reason]) => ({
    ...{ resource: resource.name, entityId, reason },
    ...{ onBehalfOf: 'sync', priority: 'normal', happenedAt: now },
  }));
}

/** What it shows a value of, a property's name for one, and links to only since this look: the value may be an old one. */
function newlyShown({ member }: Decision, after: LinkRow | undefined): Watched[] {
  return (member.resource.shows ?? []).flatMap(({ link }) => {
    const target = targetOf(member.resource, link);
    if (target === undefined) return [];
    const before = linkedIn(member.link, link) ?? [];
    return (linkedIn(after, link) ?? [])
      .filter((id) => !before.includes(id))
      .map((entityId) => ({
        ...{ rootId: member.rootId, to: { resource: target, entityId }, needsRow: false },
        reason: `${resourceNamed(target).label.one} ${entityId} changed while it was read`,
      }));
  });
}

/** What it links to in Buildium, and its row does not, since that had no row. */
function leftBlank(decision: Decision, after: LinkRow | undefined): Watched[] {
  const { member, plan } = decision;
  if (isLeftAlone(decision) || plan.standing !== 'linked') return [];
  return member.resource.fields.flatMap(({ key }) => {
    const target = targetOf(member.resource, key);
    const [wanted, shown] = [member.decoded.entity[key], linkedIn(after, key)];
    if (target === undefined || !Array.isArray(wanted) || shown === null) return [];
    return (wanted as string[])
      .filter((id) => !shown.includes(id))
      .map((entityId) => ({
        ...{ rootId: member.rootId, to: { resource: target, entityId }, needsRow: true },
        reason: 'what it links to has a row by now',
      }));
  });
}

function targetOf({ fields }: Decision['member']['resource'], link: string): string | undefined {
  return fields.find(({ key, kind }) => key === link && kind === 'link')?.target;
}

/** The ids that a link field was remembered with; null where nothing is remembered of it. */
function linkedIn(row: Pick<LinkRow, 'syncedBuildium'> | null | undefined, key: string): string[] | null {
  const value = row?.syncedBuildium[key];
  return Array.isArray(value) ? value.map(String) : null;
}
