import { resourceNamed } from '../../shared/resources/index.ts';
import { isBlank, sameValue, type FieldValue } from '../../shared/resources/values.ts';
import type { AirtablePayload, PayloadTable } from '../airtable/webhook.ts';
import type { AirtableEdit } from '../db/airtableEdits.ts';
import type { RecordOwner } from '../db/links.ts';
import type { SentRow } from '../db/sent.ts';
import type { TableMapping } from './baseMapping.ts';
import { isWritable } from './carryOver.ts';
import { heardValue } from './heardCells.ts';
import type { Job } from './job.ts';
import { digestOf } from './synced.ts';

type Owners = ReadonlyMap<string, RecordOwner>;

/** Who has typed what, of the fields that flow to Buildium. */
export function editsIn(
  job: Job,
  table: TableMapping,
  payload: AirtablePayload,
  changed: PayloadTable,
  owners: Owners,
): AirtableEdit[] {
  const resource = resourceNamed(table.resource);
  const fields = resource.fields.filter(({ put }) => put !== undefined);
  return changed.changed.flatMap(({ recordId, current }) => {
    const owner = owners.get(recordId);
    if (owner?.resource !== resource.name) return [];
    return fields.flatMap((field): AirtableEdit[] => {
      const fieldId = table.fieldIds[field.key];
      if (fieldId === undefined || !(fieldId in current)) return [];
      const value = heardValue(field, current[fieldId], owners);
      if (!value.ok) return [];
      return [
        {
          ...{ resource: resource.name, entityId: owner.entityId, fieldKey: field.key },
          ...{ editedAt: payload.timestamp, source: payload.source },
          ...{ userId: payload.user?.id ?? null, userEmail: payload.user?.email ?? null },
          digest: digestOf(job, field.key, value.value),
        },
      ];
    });
  });
}

/** An edit that our own write fell upon, between its look and its arrival. */
export type Overwritten = {
  resource: string;
  entityId: string;
  airtableRecordId: string;
  fieldKey: string;
  /** What somebody had typed, and what we wrote over it. */
  lost: FieldValue;
  written: FieldValue;
  isWritable: boolean;
};

/**
 * Airtable has no conditional write; the previous values in the payload of our own one are the only sign of an edit
 * that fell into the gap: a value that neither the look before it had read nor we had sent.
 */
export function overwrittenIn(
  job: Job,
  table: TableMapping,
  changed: PayloadTable,
  owners: Owners,
  sent: readonly SentRow[],
): Overwritten[] {
  const resource = resourceNamed(table.resource);
  return changed.changed.flatMap(({ recordId, current, previous }) => {
    const entityId = owners.get(recordId)?.entityId;
    if (entityId === undefined || previous === null) return [];
    const mine = sent.filter((row) => row.entityId === entityId && row.side === 'airtable');
    return resource.fields.flatMap((field): Overwritten[] => {
      const fieldId = table.fieldIds[field.key];
      if (fieldId === undefined || !(fieldId in current)) return [];
      const written = heardValue(field, current[fieldId], owners);
      const lost = heardValue(field, previous[fieldId], owners);
      if (!written.ok || !lost.ok || sameValue(written.value, lost.value)) return [];
      const digests = {
        written: digestOf(job, field.key, written.value),
        lost: digestOf(job, field.key, lost.value),
      };
      const ours = mine.filter(
        (row) =>
          isOf(row, field.key, digests.written) &&
          (row.saw?.[field.key] !== undefined || (row.isCreate && isTyped(lost.value, field.key, row, mine))),
      );
      const isKnown = mine.some(
        (row) => row.saw?.[field.key] === digests.lost || row.digests[field.key] === digests.lost,
      );
      if (ours.length === 0 || isKnown) return [];
      return [
        {
          ...{ resource: resource.name, entityId, airtableRecordId: recordId, fieldKey: field.key },
          ...{ lost: lost.value, written: written.value, isWritable: isWritable(job, resource, field.key) },
        },
      ];
    });
  });
}

/** Of a value that somebody has typed since it was sent the digest is taken back; that something was sent is still known. */
function isOf({ digests, saw, isCreate }: SentRow, key: string, written: string): boolean {
  const digest = digests[key];
  return digest === undefined ? saw?.[key] !== undefined || isCreate : digest === written;
}

/**
 * A row that was to be made was there already, since nobody knew of the first time; nothing had been read of it. A
 * blank is somebody's only where the first time had filled it in.
 */
function isTyped(lost: FieldValue, key: string, { fence }: SentRow, sent: readonly SentRow[]): boolean {
  return (
    !isBlank(lost) || sent.some((one) => one.isCreate && one.fence < fence && one.digests[key] !== undefined)
  );
}
