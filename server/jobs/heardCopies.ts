import { resourceNamed } from '../../shared/resources/index.ts';
import type { PayloadTable } from '../airtable/webhook.ts';
import type { Mark } from '../db/marks.ts';
import type { NoticeRow } from '../db/notices.ts';
import type { TableMapping } from './baseMapping.ts';
import type { Known } from './heardKnown.ts';
import { nowOf, type Job } from './job.ts';
import { openNameOf } from './openName.ts';
import { rootOf } from './rootOf.ts';

/** A new row that carries a Buildium id is a copy of the row that has it: never written, listed. */
export function copiesAmong(
  job: Job,
  table: TableMapping,
  changed: PayloadTable,
  { owners, named }: Known,
): NoticeRow[] {
  const label = resourceNamed(table.resource).label.one;
  return changed.created.flatMap((row) => {
    const buildiumId = row.current[table.buildiumId];
    if (typeof buildiumId !== 'string' || owners.has(row.recordId)) return [];
    // A row of a table that is only now mapped, and not matched yet, copies nothing.
    const link = named.get(`${table.resource} ${buildiumId}`);
    if (!link || link.airtableRecordId === null) return [];
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

/** A row that we have made of an entity that has another one by now, or is to have none any more. */
export type MadeUnheard = { airtableRecordId: string; resource: string; entityId: string; mark: Mark };

/**
 * Where the making of a row gets no answer, nobody knows of the row when an undo brings a deleted one back, or when it
 * comes to be after its entity was deleted in Buildium. One look at the entity settles what becomes of it.
 */
export function madeUnheardAmong(
  table: TableMapping,
  changed: PayloadTable,
  { owners, named }: Known,
  happenedAt: string,
): MadeUnheard[] {
  const { resource } = table;
  return changed.created.flatMap(({ recordId, current }): MadeUnheard[] => {
    const link = named.get(`${resource} ${String(current[table.buildiumId])}`);
    if (!link || owners.has(recordId)) return [];
    const mark: Mark = {
      ...rootOf({ ...link, resource }),
      ...{ happenedAt, reason: 'a row was made without an answer', onBehalfOf: 'sync', priority: 'normal' },
    };
    return [{ airtableRecordId: recordId, resource, entityId: link.entityId, mark }];
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
