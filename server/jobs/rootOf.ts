import { resourceNamed } from '../../shared/resources/index.ts';

type Linked = { resource: string; entityId: string; parentId: string | null };

/** What is marked and looked at for an entity: itself, or the entity that it is a part of. */
export function rootOf({ resource, entityId, parentId }: Linked): { resource: string; entityId: string } {
  const { partOf } = resourceNamed(resource);
  return partOf === undefined ? { resource, entityId } : { resource: partOf, entityId: parentId ?? entityId };
}
