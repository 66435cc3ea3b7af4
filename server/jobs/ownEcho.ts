import type { AnyResource } from '../../shared/resources/define.ts';
import { sameValue } from '../../shared/resources/values.ts';
import { linksByEntity, type RecordOwner } from '../db/links.ts';
import type { SentRow } from '../db/sent.ts';
import type { LinkView } from '../sync/plan.ts';
import type { TableMapping } from './baseMapping.ts';
import { heardValue, restForm } from './heardCells.ts';
import type { Job } from './job.ts';
import { openVault } from './personalVault.ts';
import { saysOther } from './statusCells.ts';
import { digestOf, hasPersonalFields, syncedOf } from './synced.ts';

/** What is remembered of an entity, and since when. */
export type Remembered = {
  synced: LinkView['synced'];
  status: string | null;
  note: string | null;
  at: string;
};

export async function rememberedOf(
  job: Job,
  resource: AnyResource,
  entityIds: readonly string[],
): Promise<Map<string, Remembered>> {
  const links = await linksByEntity(job.database, job.connectionId, resource.name, entityIds);
  const vault = hasPersonalFields(resource)
    ? await openVault(job, job.database, resource.name, entityIds)
    : null;
  return new Map(
    [...links].map(([id, link]) => {
      const { status, note, updatedAt } = link;
      return [id, { synced: syncedOf(link, vault), status, note, at: updatedAt ?? '' }];
    }),
  );
}

/**
 * Whether every value of a change that we made ourselves is one that we sent last, and no news. A request may take
 * effect once more long after it was thought lost: then the row shows something else than was remembered since.
 * @param sent what we sent to the row, the newest last.
 */
export function isEcho(
  job: Job,
  table: TableMapping,
  fields: AnyResource['fields'],
  current: Readonly<Record<string, unknown>>,
  sent: readonly SentRow[],
  remembered: Remembered | undefined,
  owners: ReadonlyMap<string, RecordOwner>,
): boolean {
  if (remembered && saysOldStatus(table, current, sent, remembered)) return false;
  return fields.every((field) => {
    const fieldId = table.fieldIds[field.key];
    if (fieldId === undefined || !(fieldId in current)) return true;
    const value = heardValue(field, current[fieldId], owners);
    const newest = sent.findLast((one) => one.digests[field.key] !== undefined);
    if (!value.ok || newest?.digests[field.key] !== digestOf(job, field.key, value.value)) return false;
    const agreed = remembered?.synced[field.key];
    if (!remembered || !agreed || remembered.at <= newest.sentAt) return true;
    return sameValue(agreed.airtable, value.value);
  });
}

/**
 * Status cells are in nothing that was sent: with no write under way, the row says what is remembered or it is old. With
 * one under way, which may never arrive, an older write is known by the time that it has written into the row.
 */
function saysOldStatus(
  table: TableMapping,
  current: Readonly<Record<string, unknown>>,
  sent: readonly SentRow[],
  remembered: Remembered,
): boolean {
  if (sent.some(({ sentAt }) => sentAt >= remembered.at)) return wasSentBefore(table, current, sent);
  const named = [
    [table.status, remembered.status],
    [table.note, remembered.note],
  ] as const;
  const fields = named.map(([fieldId, value]) => [
    fieldId,
    fieldId !== null && fieldId in current ? restForm(current[fieldId]) : value,
  ]);
  return saysOther(table, remembered, { fields: Object.fromEntries(fields) as Record<string, unknown> });
}

/** Whether the change is of an older write than the last one that was sent to the row. */
function wasSentBefore(
  { lastSynced }: TableMapping,
  current: Readonly<Record<string, unknown>>,
  sent: readonly SentRow[],
): boolean {
  const writtenMs = lastSynced === null ? Number.NaN : Date.parse(String(current[lastSynced]));
  return sent.some(({ sentAt }) => writtenMs < Date.parse(sentAt));
}
