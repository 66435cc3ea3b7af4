import { resourceNamed } from '../../shared/resources/index.ts';
import type { AirtablePayload, PayloadTable } from '../airtable/webhook.ts';
import type { RecordOwner } from '../db/links.ts';
import { madeRowsAmong, type MadeRow } from '../db/madeRows.ts';
import type { TableMapping } from './baseMapping.ts';
import { heardValue } from './heardCells.ts';
import { isOurs } from './heardKnown.ts';
import type { Job } from './job.ts';
import { digestOf } from './synced.ts';

type Owners = ReadonlyMap<string, RecordOwner>;

/** Rows of ours that a page tells of before any link knows them, with what they showed at first. */
export function madeIn(
  job: Job,
  byTableId: ReadonlyMap<string, TableMapping>,
  payloads: readonly AirtablePayload[],
  owners: Owners,
  ownUserId: string,
): MadeRow[] {
  const own = payloads.filter((payload) => isOurs(payload, ownUserId));
  return own.flatMap(({ tables }) =>
    tables.flatMap((changed) => {
      const table = byTableId.get(changed.tableId);
      return table ? madeInTable(job, table, changed, owners) : [];
    }),
  );
}

function madeInTable(job: Job, table: TableMapping, { created }: PayloadTable, owners: Owners): MadeRow[] {
  const { resource, fieldIds, buildiumId } = table;
  const fields = resourceNamed(resource).fields.filter(({ put }) => put !== undefined);
  return created.flatMap(({ recordId, current }): MadeRow[] => {
    const entityId = current[buildiumId];
    if (typeof entityId !== 'string' || owners.has(recordId)) return [];
    const digests = fields.flatMap((field) => {
      const fieldId = fieldIds[field.key];
      if (fieldId === undefined || !(fieldId in current)) return [];
      const value = heardValue(field, current[fieldId], owners);
      return value.ok ? [[field.key, digestOf(job, field.key, value.value)] as const] : [];
    });
    return [{ airtableRecordId: recordId, resource, entityId, digests: Object.fromEntries(digests) }];
  });
}

/** Who typed into a row that we made is known also where nobody has remembered yet whose row it is. */
export async function ownersWithMade(
  job: Job,
  payloads: readonly AirtablePayload[],
  made: readonly MadeRow[],
  owners: Owners,
): Promise<Owners> {
  const unknown = payloads.flatMap(({ tables }) =>
    tables.flatMap(({ changed }) =>
      changed.flatMap(({ recordId }) => (owners.has(recordId) ? [] : [recordId])),
    ),
  );
  const before = await madeRowsAmong(job.database, job.connectionId, unknown);
  if (before.length + made.length === 0) return owners;
  const asOwners = [...before, ...made].map(({ airtableRecordId, resource, entityId }) => {
    return [airtableRecordId, { airtableRecordId, resource, entityId, parentId: null }] as const;
  });
  return new Map([...asOwners, ...owners]);
}
