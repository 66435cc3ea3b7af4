import type { AnyResource } from '../../../shared/resources/define.ts';
import type { FieldRow } from '../../db/airtableSchema.ts';
import { keepGoneCells } from '../../db/conflicts.ts';
import type { Queryable } from '../../db/database.ts';
import { forgetRows, linksAfter } from '../../db/linkRepair.ts';
import { saveLinks } from '../../db/links.ts';
import { markDirty, type Mark } from '../../db/marks.ts';
import { nowOf, type Job } from '../job.ts';
import { openVault } from '../personalVault.ts';
import { hasPersonalFields, packSynced, syncedOf } from '../synced.ts';

const PAGE = 1000;

/** `anew`: other field ids, or back from quarantine; what was agreed about them no longer tells anything. */
export function changedFields(
  before: readonly FieldRow[],
  after: readonly FieldRow[],
): { anew: string[]; back: string[]; isNew: boolean } {
  const anew: string[] = [];
  const back: string[] = [];
  let isNew = false;
  for (const field of after) {
    const was = before.find((row) => row.fieldKey === field.fieldKey);
    if (!was) isNew = true;
    else if (was.fieldId !== field.fieldId || was.problem !== null) anew.push(field.fieldKey);
    if (was && was.problem !== null) back.push(field.fieldKey);
  }
  return { anew, back, isNew };
}

/** What both sides were agreed on in these fields tells nothing any more; what is in conflict there is kept. */
export async function forgetAgreed(
  tx: Queryable,
  job: Job,
  resource: AnyResource,
  keys: readonly string[],
): Promise<void> {
  await keepGoneCells(tx, job.connectionId, resource.name, keys);
  for (let after: string | null = null; ; ) {
    const links = await linksAfter(tx, job.connectionId, resource.name, after, PAGE);
    const ids = links.map((link) => link.entityId);
    const vault = hasPersonalFields(resource) ? await openVault(job, tx, resource.name, ids) : null;
    const forgotten = links.map((link) => {
      const synced = Object.fromEntries(
        Object.entries(syncedOf(link, vault)).filter(([key]) => !keys.includes(key)),
      );
      return { ...link, ...packSynced(resource, link.entityId, synced, vault) };
    });
    await saveLinks(tx, job.connectionId, forgotten, nowOf(job));
    if (links.length < PAGE) return;
    after = ids.at(-1) ?? null;
  }
}

/** Its rows stand in another table from now on. */
export async function forgetTable(tx: Queryable, job: Job, resource: AnyResource): Promise<void> {
  await keepGoneCells(tx, job.connectionId, resource.name, null);
  await forgetRows(tx, job.connectionId, resource.name, nowOf(job));
}

/** Every entity of the resource is looked at again, on both sides. @returns how many. */
export async function markEverything(
  db: Queryable,
  job: Job,
  resource: AnyResource,
  by: string,
): Promise<number> {
  let marked = 0;
  for (let after: string | null = null; ; ) {
    const links = await linksAfter(db, job.connectionId, resource.name, after, PAGE);
    const live = links.filter(
      (link) => link.standing !== 'detached' && link.standing !== 'deletedInBuildium',
    );
    const marks = live.map(
      ({ entityId }): Mark => ({
        resource: resource.name,
        entityId,
        reason: 'repaired',
        onBehalfOf: by,
        priority: 'sweep',
        happenedAt: nowOf(job),
      }),
    );
    marked += await markDirty(db, job.connectionId, marks, nowOf(job));
    if (links.length < PAGE) break;
    after = links.at(-1)?.entityId ?? null;
  }
  await job.queues.wake(db, job.connectionId, resource.name);
  return marked;
}
