import { resourceNamed } from '../../shared/resources/index.ts';
import { editedBy } from '../db/airtableEdits.ts';
import type { Queryable } from '../db/database.ts';
import { linksByEntity } from '../db/links.ts';
import { markDirty, type Mark } from '../db/marks.ts';
import type { Queues } from './queues.ts';

/** After a person's role has changed: what was held because of it may go on, and what was not may have to be held. */
export async function lookAtEditsAgain(
  tx: Queryable,
  queues: Queues,
  { connectionId, userId, by, now }: { connectionId: string; userId: string; by: string; now: string },
): Promise<void> {
  const marks: Mark[] = [];
  for (const { resource, entityId } of await editedBy(tx, connectionId, userId)) {
    const { partOf } = resourceNamed(resource);
    const links = partOf ? await linksByEntity(tx, connectionId, resource, [entityId]) : null;
    marks.push({
      ...{ resource: partOf ?? resource, entityId: links?.get(entityId)?.parentId ?? entityId },
      ...{ reason: 'the rights of who edited it have changed', onBehalfOf: by },
      ...{ priority: 'normal', happenedAt: now },
    });
  }
  await markDirty(tx, connectionId, marks, now);
  for (const resource of new Set(marks.map((mark) => mark.resource)))
    await queues.wake(tx, connectionId, resource);
}
