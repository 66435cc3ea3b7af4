import { SYNC_COLUMNS } from '../../shared/resources/index.ts';
import { sameValue, type FieldValue } from '../../shared/resources/values.ts';
import type { AirtableRecord } from '../airtable/client.ts';
import type { LinkRow } from '../db/links.ts';
import type { TableMapping } from './baseMapping.ts';

/** A base that was set up before a status existed has no choice for it until it is repaired; the note says it all. */
export function offersStatus({ choices }: TableMapping, status: string): boolean {
  return choices[SYNC_COLUMNS.status.key]?.includes(status) ?? true;
}

/**
 * The cells in which a row says how it stands, as far as its table has them. Their time tells an old write of ours from
 * a new one, should it land late.
 */
export function statusCells(
  table: TableMapping,
  { status, note }: { status: string; note: string | null },
  now: string,
): Record<string, unknown> {
  return {
    ...(table.status !== null && offersStatus(table, status) ? { [table.status]: status } : {}),
    ...(table.note === null ? {} : { [table.note]: note }),
    ...(table.lastSynced === null ? {} : { [table.lastSynced]: now }),
  };
}

/**
 * Whether a row's status cells show something else than was last written to them: a request of ours that took effect
 * late puts an old status back, and so does a person's hand.
 */
export function saysOther(
  table: TableMapping,
  { status, note }: Pick<LinkRow, 'status' | 'note'>,
  { fields }: Pick<AirtableRecord, 'fields'>,
): boolean {
  if (status === null) return false;
  const shows = (fieldId: string | null, value: string | null): boolean =>
    fieldId === null || sameValue((fields[fieldId] ?? null) as FieldValue, value);
  return (offersStatus(table, status) && !shows(table.status, status)) || !shows(table.note, note);
}
