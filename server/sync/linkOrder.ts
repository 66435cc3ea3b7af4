import type { AnyResource } from '../../shared/resources/define.ts';
import type { Entity } from './entity.ts';

/**
 * Entities of one resource in rounds: each after those of the same batch that its links point to (a sub-account
 * after its parent), so that a row is made complete at once and not written a second time for its link.
 * What points in a circle comes last, in one round.
 */
export function inLinkOrder<T extends { entityId: string; decoded: { entity: Entity } }>(
  resource: AnyResource,
  members: readonly T[],
): T[][] {
  const selfLinks = resource.fields.filter(
    (field) => field.kind === 'link' && field.target === resource.name,
  );
  if (selfLinks.length === 0) return [[...members]];
  let left = [...members];
  const rounds: T[][] = [];
  while (left.length > 0) {
    const waiting = new Set(left.map((member) => member.entityId));
    const isReady = ({ entityId, decoded }: T): boolean =>
      selfLinks
        .flatMap(({ key }) => (decoded.entity[key] ?? []) as readonly string[])
        .every((id) => id === entityId || !waiting.has(id));
    const ready = left.filter(isReady);
    const round = ready.length > 0 ? ready : left;
    rounds.push(round);
    left = left.filter((member) => !round.includes(member));
  }
  return rounds;
}
