import { resourceNamed } from '../../shared/resources/index.ts';
import { sameValue } from '../../shared/resources/values.ts';
import { ok, type Result } from '../../shared/result.ts';
import type { AirtableRecord } from '../airtable/client.ts';
import type { CallFailure } from '../callFailure.ts';
import {
  linksByEntity,
  linksWithRows,
  ownersOfRecords,
  type LinkRow,
  type RecordOwner,
} from '../db/links.ts';
import { markDirty, type Mark } from '../db/marks.ts';
import { entityFromRecord } from '../sync/entity.ts';
import { saysOwnPause } from '../sync/plan.ts';
import { loadBaseMapping, type TableMapping } from './baseMapping.ts';
import { nowOf, type Job } from './job.ts';
import { openVault } from './personalVault.ts';
import { saysOther } from './statusCells.ts';
import { hasPersonalFields, syncedOf } from './synced.ts';

const PAGE = 100;

/**
 * Reads a whole table of the base and marks every row that shows something else than was last agreed, and every
 * entity whose row is not there. For when changes in Airtable went unheard: the webhook lapsed or its cursor has a gap.
 * @returns how many entities were marked.
 */
export async function readTable(
  job: Job,
  resourceName: string,
  reason: string,
): Promise<Result<number, CallFailure>> {
  const table = (await loadBaseMapping(job.database, job.connectionId)).get(resourceName);
  if (!table || table.problem !== null) return ok(0);
  const seen = new Set<string>();
  let marked = 0;
  const look = async (records: AirtableRecord[]): Promise<void> => {
    for (const record of records) seen.add(record.id);
    marked += await markDiffering(job, table, records, reason);
  };
  const fieldIds = [...new Set([table.buildiumId, ...Object.values(table.fieldIds)])];
  const read = await job.airtable.listRecords(
    table.tableId,
    { fieldIds, pageSize: PAGE, onPage: look },
    { priority: 'sweep' },
  );
  if (!read.ok) return read;
  const missing = (await linksWithRows(job.database, job.connectionId, resourceName)).filter(
    (link) => !seen.has(link.airtableRecordId ?? ''),
  );
  marked += await mark(job, resourceName, missing, `${reason}: its row is not in the table`);
  return ok(marked);
}

async function markDiffering(
  job: Job,
  table: TableMapping,
  records: readonly AirtableRecord[],
  reason: string,
): Promise<number> {
  const resource = resourceNamed(table.resource);
  const owners = await ownersOfRecords(
    job.database,
    job.connectionId,
    records.flatMap((record) => [record.id, ...linkedRecordIds(record)]),
  );
  const ids = records.flatMap((record) => owners.get(record.id)?.entityId ?? []);
  const links = await linksByEntity(job.database, job.connectionId, resource.name, ids);
  const vault = hasPersonalFields(resource) ? await openVault(job, job.database, resource.name, ids) : null;
  const differing = records.flatMap((record) => {
    const link = links.get(owners.get(record.id)?.entityId ?? '');
    if (!link || link.airtableRecordId !== record.id) return [];
    const synced = syncedOf(link, vault);
    const { entity, problems } = entityFromRecord(
      resource,
      record.fields,
      table.fieldIds,
      entityIdIn(owners),
    );
    const moved = Object.entries(entity).some(([key, value]) => {
      const agreed = synced[key];
      return agreed === undefined || !sameValue(agreed.airtable, value);
    });
    const isPaused = table.pause !== null && record.fields[table.pause] === true;
    const isOther = isPaused !== saysOwnPause(link) || saysOther(table, link, record);
    return moved || problems.length > 0 || isOther ? [link] : [];
  });
  return mark(job, resource.name, differing, reason);
}

const entityIdIn =
  (owners: ReadonlyMap<string, RecordOwner>) =>
  (target: string, recordId: string): string | null => {
    const owner = owners.get(recordId);
    return owner && owner.resource === target ? owner.entityId : null;
  };

function linkedRecordIds(record: AirtableRecord): string[] {
  return Object.values(record.fields).flatMap((cell) =>
    Array.isArray(cell)
      ? cell.filter((item): item is string => typeof item === 'string' && item.startsWith('rec'))
      : [],
  );
}

async function mark(
  job: Job,
  resourceName: string,
  links: readonly Pick<LinkRow, 'entityId' | 'parentId'>[],
  reason: string,
): Promise<number> {
  const root = resourceNamed(resourceName).partOf ?? resourceName;
  const marks = links.map(
    (link): Mark => ({
      resource: root,
      entityId: root === resourceName ? link.entityId : (link.parentId ?? link.entityId),
      reason,
      onBehalfOf: 'sweep',
      priority: 'sweep',
      happenedAt: nowOf(job),
    }),
  );
  await markDirty(job.database, job.connectionId, marks, nowOf(job));
  if (marks.length > 0) await job.queues.wake(job.database, job.connectionId, root);
  return marks.length;
}
