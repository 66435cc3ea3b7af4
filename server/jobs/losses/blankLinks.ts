import { RESOURCES } from '../../../shared/resources/index.ts';
import type { Queryable } from '../../db/database.ts';
import { leftBlank, type LinkRef } from '../../db/links.ts';
import { markDirty, type Mark } from '../../db/marks.ts';
import { nowOf, type Job } from '../job.ts';

/**
 * What has a row again is linked to again: a row whose link to it was left blank meanwhile hears of it from nobody
 * else, since Buildium shows what it has shown all along.
 */
export async function lookAtBlankLinks(
  tx: Queryable,
  job: Job,
  to: LinkRef,
  reason: string,
  by: string,
): Promise<void> {
  for (const resource of RESOURCES) {
    const root = resource.partOf ?? resource.name;
    const marks: Mark[] = [];
    for (const { key, kind, target } of resource.fields) {
      if (kind !== 'link' || target !== to.resource) continue;
      for (const link of await leftBlank(tx, job.connectionId, {
        resource: resource.name,
        key,
        to: to.entityId,
      }))
        marks.push({
          ...{ resource: root, entityId: resource.partOf ? (link.parentId ?? link.entityId) : link.entityId },
          ...{ reason, onBehalfOf: by, priority: 'normal', happenedAt: nowOf(job) },
        });
    }
    if (marks.length === 0) continue;
    await markDirty(tx, job.connectionId, marks, nowOf(job));
    await job.queues.wake(tx, job.connectionId, root);
  }
}
