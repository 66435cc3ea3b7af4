import { isIdArray } from './base.ts';
import type { Base, Table } from './base.ts';
import { computedJson, rowName, scopeOf } from './computed.ts';
import { LinkList } from './linkList.ts';
import { isComputedType } from './model.ts';
import type { Attachment, CellValue, Field, Row } from './model.ts';

/** How links to attachments are made: they name their expiry, two hours after they were shown. */
export type AttachmentUrls = (file: Attachment, nowMs: number) => string;

export type Reader = { base: Base; nowMs: number; attachmentUrl: AttachmentUrls };

const choiceOf = (field: Field, id: string) => field.options?.choices?.find((choice) => choice.id === id);

export function attachmentJson(reader: Reader, file: Attachment): Record<string, unknown> {
  return {
    id: file.id,
    url: reader.attachmentUrl(file, reader.nowMs),
    filename: file.filename,
    size: file.size,
    type: file.type,
  };
}

/** A cell as the REST API answers it (V1); undefined when it is empty and so left out. */
export function cellJson(reader: Reader, table: Table, row: Row, field: Field): unknown {
  if (isComputedType(field.type)) {
    return computedJson(scopeOf(reader.base, table, row, reader.nowMs), field);
  }
  return storedJson(reader, field, row.cells.get(field.id));
}

function storedJson(reader: Reader, field: Field, value: CellValue | undefined): unknown {
  if (value === undefined) return undefined;
  if (value instanceof LinkList) return value.toArray();
  if (isIdArray(value)) {
    return field.type === 'multipleSelects'
      ? value.map((id) => choiceOf(field, id)?.name ?? '')
      : value.map((id) => reader.base.users.get(id));
  }
  if (typeof value === 'object') {
    return 'attachments' in value
      ? value.attachments.map((file) => attachmentJson(reader, file))
      : value.barcode;
  }
  if (typeof value === 'string') {
    if (field.type === 'singleSelect') return choiceOf(field, value)?.name;
    if (field.type === 'singleCollaborator') return reader.base.users.get(value);
  }
  return value;
}

/** A stored value as webhook payloads show it (V2); empty is null. */
export function cellV2(reader: Reader, field: Field, value: CellValue | undefined): unknown {
  if (value === undefined) return null;
  if (value instanceof LinkList) {
    const table = reader.base.tableById(field.options?.linkedTableId);
    return value.toArray().map((id) => {
      const row = table?.rows.get(id) ?? reader.base.trash.get(id)?.row;
      return { id, name: table && row ? rowName(reader.base, table, row) : '' };
    });
  }
  if (isIdArray(value)) {
    return field.type === 'multipleSelects'
      ? value.map((id) => choiceOf(field, id) ?? { id, name: '' })
      : value.map((id) => collaboratorV2(reader.base, id));
  }
  if (typeof value === 'string') {
    if (field.type === 'singleSelect') return choiceOf(field, value) ?? { id: value, name: '' };
    if (field.type === 'singleCollaborator') return collaboratorV2(reader.base, value);
  }
  return storedJson(reader, field, value);
}

const collaboratorV2 = (base: Base, userId: string): unknown => ({
  ...base.users.get(userId),
  permissionLevel: base.collaborators.get(userId) ?? 'none',
});
