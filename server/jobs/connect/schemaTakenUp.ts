import type { AnyResource } from '../../../shared/resources/define.ts';
import { resourceNamed } from '../../../shared/resources/index.ts';
import { listFields, listTables, type FieldRow, type TableRow } from '../../db/airtableSchema.ts';
import { forgetRows, linksAfter } from '../../db/linkRepair.ts';
import { saveLinks } from '../../db/links.ts';
import { markDirty, type Mark } from '../../db/marks.ts';
import { nowOf, type Job } from '../job.ts';
import { openVault } from '../personalVault.ts';
import { enabledResources } from '../schema.ts';
import { hasPersonalFields, packSynced, syncedOf } from '../synced.ts';

export type SchemaRows = { tables: readonly TableRow[]; fields: readonly FieldRow[] };

export type TakenUp = {
  /** Fields that were left alone and are synced again, as "Table.field key". */
  fieldsBack: string[];
  /** Entities that are looked at again, by resource. */
  marked: Record<string, number>;
};

const PAGE = 1000;

export async function schemaRows(job: Pick<Job, 'database' | 'connectionId'>): Promise<SchemaRows> {
  const { database, connectionId } = job;
  const [tables, fields] = await Promise.all([
    listTables(database, connectionId),
    listFields(database, connectionId),
  ]);
  return { tables, fields };
}

/**
 * Fills tables and fields that are others than before. What was agreed about them is forgotten first, or their
 * blank cells would look like somebody's edit.
 * @param everything looks at every row, since edits may have been missed.
 */
export async function takeUpSchema(
  job: Job,
  before: SchemaRows,
  by: string,
  everything: boolean,
): Promise<TakenUp> {
  const after = await schemaRows(job);
  const taken: TakenUp = { fieldsBack: [], marked: {} };
  for (const resource of enabledResources(job)) {
    const isNewTable = isMadeAnew(resource, before.tables, after.tables);
    const changed = changedFields(resource, before.fields, after.fields);
    taken.fieldsBack.push(...changed.back.map((key) => `${resource.table}.${key}`));
    if (isNewTable) await forgetRows(job.database, job.connectionId, resource.name, nowOf(job));
    else if (changed.anew.length > 0) await forgetAgreed(job, resource, changed.anew);
    // Edits made while nobody told us of them show only when every row is looked at.
    if (!isNewTable && changed.anew.length === 0 && !changed.isNew && !everything) continue;
    const root = resource.partOf ?? resource.name;
    taken.marked[root] ??= await markEverything(job, resourceNamed(root), by);
  }
  return taken;
}

function isMadeAnew(resource: AnyResource, before: readonly TableRow[], after: readonly TableRow[]): boolean {
  const idIn = (rows: readonly TableRow[]): string | undefined =>
    rows.find((row) => row.resource === resource.name)?.tableId;
  return idIn(before) !== undefined && idIn(before) !== idIn(after);
}

/** `anew`: other field ids, or back from quarantine; what was agreed about them no longer tells anything. */
function changedFields(
  resource: AnyResource,
  before: readonly FieldRow[],
  after: readonly FieldRow[],
): { anew: string[]; back: string[]; isNew: boolean } {
  const anew: string[] = [];
  const back: string[] = [];
  let isNew = false;
  for (const field of after.filter((row) => row.resource === resource.name && row.problem === null)) {
    const was = before.find((row) => row.resource === resource.name && row.fieldKey === field.fieldKey);
    if (!was) isNew = true;
    else if (was.fieldId !== field.fieldId || was.problem !== null) anew.push(field.fieldKey);
    if (was && was.problem !== null) back.push(field.fieldKey);
  }
  return { anew, back, isNew };
}

/** What both sides were agreed on in these fields tells nothing any more. */
export async function forgetAgreed(job: Job, resource: AnyResource, keys: readonly string[]): Promise<void> {
  let after: string | null = null;
  do {
    const from: string | null = after;
    after = await job.database.transaction(async (tx) => {
      const links = await linksAfter(tx, job.connectionId, resource.name, from, PAGE);
      const ids = links.map((link) => link.entityId);
      const vault = hasPersonalFields(resource) ? await openVault(job, tx, resource.name, ids) : null;
      const forgotten = links.map((link) => {
        const synced = Object.fromEntries(
          Object.entries(syncedOf(link, vault)).filter(([key]) => !keys.includes(key)),
        );
        return { ...link, ...packSynced(resource, link.entityId, synced, vault) };
      });
      await saveLinks(tx, job.connectionId, forgotten, nowOf(job));
      return links.length < PAGE ? null : (ids.at(-1) ?? null);
    });
  } while (after !== null);
}

/** Every entity of the resource is looked at again, on both sides. @returns how many. */
export async function markEverything(job: Job, resource: AnyResource, by: string): Promise<number> {
  let marked = 0;
  for (let after: string | null = null; ; ) {
    const links = await linksAfter(job.database, job.connectionId, resource.name, after, PAGE);
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
    marked += await markDirty(job.database, job.connectionId, marks, nowOf(job));
    if (links.length < PAGE) break;
    after = links.at(-1)?.entityId ?? null;
  }
  await job.queues.wake(job.database, job.connectionId, resource.name);
  return marked;
}
