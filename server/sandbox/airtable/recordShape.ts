import { invalidRequest, unknownFieldName } from './errors.ts';
import { cellJson } from './cellOutput.ts';
import type { AttachmentUrls } from './cellOutput.ts';
import { cellText } from './cellText.ts';
import type { Base, Table } from './base.ts';
import { isTimeZone } from './instants.ts';
import type { Field, Row } from './model.ts';

/** How the cells of an answer look. */
export type Shape = {
  byFieldId: boolean;
  /** Null for JSON values, else the reader's time zone for text. */
  textZone: string | null;
  /** Null for all fields. */
  fields: readonly string[] | null;
  commentCount: boolean;
};

export const PLAIN_SHAPE: Shape = { byFieldId: false, textZone: null, fields: null, commentCount: false };

/** Reads `cellFormat` with the two parameters that text needs. */
export function textZone(format: unknown, timeZone: unknown, userLocale: unknown): string | null {
  if (format === undefined || format === 'json') return null;
  if (format !== 'string') throw invalidRequest();
  if (typeof timeZone !== 'string' || typeof userLocale !== 'string' || userLocale === '')
    throw invalidRequest();
  if (!isTimeZone(timeZone)) throw invalidRequest();
  return timeZone;
}

/** The fields an answer shows, by name or id as asked; an unknown one refuses the request. */
export function shownFields(table: Table, shape: Shape): readonly Field[] {
  if (!shape.fields) return table.fields;
  const wanted = new Set(
    shape.fields.map((name) => {
      const field = table.field(name);
      if (!field) throw unknownFieldName(name);
      return field;
    }),
  );
  return table.fields.filter((field) => wanted.has(field));
}

/** A record as an answer shows it; empty cells are left out. */
export function recordJson(
  reader: { base: Base; nowMs: number; attachmentUrl: AttachmentUrls },
  table: Table,
  row: Row,
  shape: Shape,
  fields: readonly Field[] = shownFields(table, shape),
): Record<string, unknown> {
  const cells: Record<string, unknown> = {};
  for (const field of fields) {
    const shown =
      shape.textZone === null
        ? cellJson(reader, table, row, field)
        : cellText(reader.base, table, row, field, { timeZone: shape.textZone, nowMs: reader.nowMs }) ||
          undefined;
    if (shown !== undefined) cells[shape.byFieldId ? field.id : field.name] = shown;
  }
  return {
    id: row.id,
    createdTime: new Date(row.createdMs).toISOString(),
    ...(shape.commentCount ? { commentCount: row.comments.length } : {}),
    fields: cells,
  };
}
