import { resourceNamed } from '../../shared/resources/index.ts';
import type { PayloadTable } from '../airtable/webhook.ts';
import type { Mark } from '../db/marks.ts';
import type { NoticeRow } from '../db/notices.ts';
import type { TableMapping } from './baseMapping.ts';
import type { Known } from './heardKnown.ts';
import { nowOf, type Job } from './job.ts';
import { openNameOf } from './openName.ts';

/** A new row that carries a Buildium id is a copy of the row that has it: never written, listed. */
export function copiesAmong(
  job: Job,
  table: TableMapping,
  changed: PayloadTable,
  { owners, withRow }: Known,
): NoticeRow[] {
  const label = resourceNamed(table.resource).label.one;
  return changed.created.flatMap((row) => {
    const buildiumId = row.current[table.buildiumId];
    if (typeof buildiumId !== 'string' || owners.has(row.recordId)) return [];
    // A row of a table that is only now mapped, and not matched yet, copies nothing.
    if (!withRow.has(`${table.resource} ${buildiumId}`)) return [];
    return [
      {
        noticeId: job.newId(),
        at: nowOf(job),
        resource: table.resource,
        entityId: buildiumId,
        kind: 'copy',
        message: `Row ${nameAmong(table, row)} is a copy of ${label} ${buildiumId}. It is not synced; clear its Buildium ID or delete it.`,
      },
    ];
  });
}

/** A row that we have made of an entity that has another one. */
export type MadeTwice = { airtableRecordId: string; resource: string; entityId: string; mark: Mark };

/**
 * While a row is deleted another one is made; where no answer came, nobody knows of it when an undo brings the first
 * one back. One look at the entity settles which of the two stays.
 */
export function madeTwiceAmong(
  table: TableMapping,
  changed: PayloadTable,
  { owners, withRow }: Known,
  happenedAt: string,
): MadeTwice[] {
  const resource = resourceNamed(table.resource);
  return changed.created.flatMap(({ recordId, current }): MadeTwice[] => {
    const link = withRow.get(`${table.resource} ${String(current[table.buildiumId])}`);
    if (!link || owners.has(recordId)) return [];
    const root = resource.partOf === undefined ? link.entityId : (link.parentId ?? link.entityId);
    const mark: Mark = {
      ...{ resource: resource.partOf ?? resource.name, entityId: root, happenedAt },
      ...{ reason: 'a second row was made', onBehalfOf: 'sync', priority: 'normal' },
    };
    return [{ airtableRecordId: recordId, resource: table.resource, entityId: link.entityId, mark }];
  });
}

/** `“Harbor View – 1A” (recUnit0000000001)`; the id alone where a person gave no name, or it is contact data. */
function nameAmong(table: TableMapping, { recordId, current }: PayloadTable['created'][number]): string {
  const cells = Object.entries(table.fieldIds).map(([key, fieldId]): [string, unknown] => [
    key,
    current[fieldId],
  ]);
  const name = openNameOf(resourceNamed(table.resource), Object.fromEntries(cells));
  return name === null ? recordId : `“${name}” (${recordId})`;
}
