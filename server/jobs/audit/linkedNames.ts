import type { AnyResource } from '../../../shared/resources/define.ts';
import { resourceNamed } from '../../../shared/resources/index.ts';
import { linksByEntity } from '../../db/links.ts';
import type { TimelineRow } from '../../db/timeline.ts';
import type { Job } from '../job.ts';
import { openNameOf } from '../openName.ts';

/** What the entities that a field links to are called. */
export type NameOf = (target: string, entityId: string) => string;

/** The names of all that these steps link to, each with its id; the id alone where there is no name to show. */
export async function linkedNames(
  job: Job,
  resource: AnyResource,
  rows: readonly TimelineRow[],
): Promise<NameOf> {
  const wanted = new Map<string, Set<string>>();
  for (const { changes } of rows) {
    for (const [key, change] of Object.entries(changes ?? {})) {
      const target = resource.fields.find((field) => field.key === key)?.target;
      if (target === undefined) continue;
      const ids = wanted.get(target) ?? new Set<string>();
      for (const id of [change.before, change.after].flat()) if (typeof id === 'string') ids.add(id);
      wanted.set(target, ids);
    }
  }
  const names = new Map<string, string>();
  for (const [target, ids] of wanted) {
    for (const [id, link] of await linksByEntity(job.database, job.connectionId, target, [...ids])) {
      const name = openNameOf(resourceNamed(target), link.syncedBuildium);
      if (name !== null) names.set(`${target} ${id}`, `${name} (${id})`);
    }
  }
  return (target, entityId) => names.get(`${target} ${entityId}`) ?? entityId;
}
