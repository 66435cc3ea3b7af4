import { ok } from '../../shared/result.ts';
import { createCall, type AirtableClientOptions, type Answer, type CallOptions } from './call.ts';
import { recordReads, type RecordQuery } from './readRecords.ts';
import { schemaCalls, type FieldPatch, type NewField, type NewTable } from './schemaCalls.ts';
import { webhookCalls, type WebhookSpecification } from './webhookCalls.ts';
import {
  attachedSchema,
  type AirtableField,
  type AirtableRecord,
  type AirtableTable,
  type AirtableWebhook,
  type BaseAccess,
  type CreatedWebhook,
  type PatchedTable,
  type PayloadPage,
} from './wire.ts';
import { recordWrites, type CellValues } from './writeRecords.ts';

export { airtableBudgetKeys } from './call.ts';
export type { AirtableClientOptions, Answer, CallOptions } from './call.ts';
export type { RecordQuery } from './readRecords.ts';
export type { FieldPatch, NewField, NewTable } from './schemaCalls.ts';
export type { WebhookSpecification } from './webhookCalls.ts';
export { ROWS_PER_WRITE } from './writeRecords.ts';
export type { CellValues } from './writeRecords.ts';
export type {
  AirtableField,
  AirtableRecord,
  AirtableTable,
  AirtableWebhook,
  BaseAccess,
  CreatedWebhook,
  PatchedTable,
  PayloadPage,
} from './wire.ts';

/** One Airtable base, by field ids only. */
export type AirtableClient = {
  whoami(options?: CallOptions): Answer<{ id: string; email: string | null; scopes: string[] | null }>;
  /** Name and permission level of this base; null when the token does not see it. */
  baseAccess(options?: CallOptions): Answer<BaseAccess | null>;
  tables(options?: CallOptions): Answer<AirtableTable[]>;
  createTable(input: NewTable, options?: CallOptions): Answer<AirtableTable>;
  updateTable(
    tableId: string,
    patch: { name?: string; description?: string },
    options?: CallOptions,
  ): Answer<PatchedTable>;
  createField(tableId: string, input: NewField, options?: CallOptions): Answer<AirtableField>;
  updateField(
    tableId: string,
    fieldId: string,
    patch: FieldPatch,
    options?: CallOptions,
  ): Answer<AirtableField>;
  listRecords(tableId: string, query: RecordQuery, options?: CallOptions): Answer<AirtableRecord[]>;
  /** Any number of ids, a hundred a request; rows that are gone are simply absent. */
  recordsById(
    tableId: string,
    recordIds: readonly string[],
    fieldIds: readonly string[],
    options?: CallOptions,
  ): Answer<AirtableRecord[]>;
  /** Rows whose field shows one of the values, a hundred values a request. Numbers for number fields, text for text. */
  recordsByFieldValue(
    tableId: string,
    fieldId: string,
    values: readonly (string | number)[],
    fieldIds: readonly string[],
    options?: CallOptions,
  ): Answer<AirtableRecord[]>;
  /** Rows that show one of the texts in that field, however it is spelt: case, blanks around, composed accents or not. */
  recordsReadingAs(
    tableId: string,
    fieldId: string,
    texts: readonly string[],
    fieldIds: readonly string[],
    options?: CallOptions,
  ): Answer<AirtableRecord[]>;
  /** At most ten rows, as for every write; the answer is in the order sent. */
  createRecords(
    tableId: string,
    rows: readonly { fields: CellValues }[],
    options?: CallOptions,
  ): Answer<AirtableRecord[]>;
  updateRecords(
    tableId: string,
    rows: readonly { id: string; fields: CellValues }[],
    options?: CallOptions,
  ): Answer<AirtableRecord[]>;
  upsertRecords(
    tableId: string,
    mergeFieldIds: readonly string[],
    rows: readonly { fields: CellValues }[],
    options?: CallOptions,
  ): Answer<{ records: AirtableRecord[]; createdIds: string[] }>;
  deleteRecords(tableId: string, recordIds: readonly string[], options?: CallOptions): Answer<string[]>;
  webhooks: {
    list(options?: CallOptions): Answer<AirtableWebhook[]>;
    create(
      spec: { notificationUrl: string | null; specification: WebhookSpecification },
      options?: CallOptions,
    ): Answer<CreatedWebhook>;
    refresh(webhookId: string, options?: CallOptions): Answer<{ expirationTime: string | null }>;
    remove(webhookId: string, options?: CallOptions): Answer<null>;
    enableNotifications(webhookId: string, enable: boolean, options?: CallOptions): Answer<null>;
    /** At most 50 payloads from the cursor on, 1 being the first ever. */
    payloads(webhookId: string, cursor: number, limit?: number, options?: CallOptions): Answer<PayloadPage>;
  };
  uploadAttachment(
    input: { recordId: string; fieldId: string; filename: string; contentType: string; bytes: Uint8Array },
    options?: CallOptions,
  ): Answer<{ recordId: string; fields: CellValues }>;
};

export function createAirtableClient(options: AirtableClientOptions): AirtableClient {
  const call = createCall(options);
  const { baseId } = options;
  return {
    ...schemaCalls(call, baseId),
    ...recordReads(call, baseId),
    ...recordWrites(call, baseId),
    webhooks: webhookCalls(call, baseId),
    uploadAttachment: async ({ recordId, fieldId, filename, contentType, bytes }, callOptions) => {
      const answer = await call({
        method: 'POST',
        path: `/v0/${baseId}/${encodeURIComponent(recordId)}/${encodeURIComponent(fieldId)}/uploadAttachment`,
        body: { contentType, filename, file: Buffer.from(bytes).toString('base64') },
        schema: attachedSchema,
        kind: 'attachments.upload',
        reach: 'content',
        options: callOptions,
      });
      return answer.ok ? ok({ recordId: answer.value.id, fields: answer.value.fields }) : answer;
    },
  };
}
