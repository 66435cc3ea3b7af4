import * as z from 'zod';

/** What Airtable answers, as loosely as we can read it: unknown parts pass, missing ones break the contract. */
export const recordSchema = z.object({
  id: z.string(),
  createdTime: z.string().default(''),
  fields: z.record(z.string(), z.unknown()).default({}),
});

/** A row; its cells by field id. Airtable leaves out empty cells. */
export type AirtableRecord = {
  id: string;
  createdTime: string;
  fields: Record<string, unknown>;
};

export const recordsSchema = z.object({ records: z.array(recordSchema), offset: z.string().optional() });

export const upsertedSchema = z.object({
  records: z.array(recordSchema),
  createdRecords: z.array(z.string()).default([]),
});

export const deletedSchema = z.object({ records: z.array(z.object({ id: z.string() })) });

export const fieldSchema = z.object({
  id: z.string(),
  name: z.string(),
  type: z.string(),
  description: z.string().nullish(),
  options: z.record(z.string(), z.unknown()).nullish(),
});

export type AirtableField = z.infer<typeof fieldSchema>;

export const tableSchema = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string().nullish(),
  primaryFieldId: z.string(),
  fields: z.array(fieldSchema),
});

export type AirtableTable = z.infer<typeof tableSchema>;

export const tablesSchema = z.object({ tables: z.array(tableSchema) });

/** A PATCH on a table answers without its fields. */
export const patchedTableSchema = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string().nullish(),
});

export type PatchedTable = z.infer<typeof patchedTableSchema>;

export const whoamiSchema = z.object({
  id: z.string(),
  email: z.string().nullish(),
  scopes: z.array(z.string()).nullish(),
});

export const baseListSchema = z.object({
  bases: z.array(z.object({ id: z.string(), name: z.string(), permissionLevel: z.string() })),
  offset: z.string().optional(),
});

export type BaseAccess = { id: string; name: string; permissionLevel: string };

export const webhookSchema = z.object({
  id: z.string(),
  areNotificationsEnabled: z.boolean(),
  isHookEnabled: z.boolean().default(true),
  cursorForNextPayload: z.number().int(),
  notificationUrl: z.string().nullish(),
  expirationTime: z.string().nullish(),
  lastSuccessfulNotificationTime: z.string().nullish(),
  specification: z.unknown().optional(),
});

export type AirtableWebhook = z.infer<typeof webhookSchema>;

export const webhookListSchema = z.object({ webhooks: z.array(webhookSchema) });

export const createdWebhookSchema = z.object({
  id: z.string(),
  macSecretBase64: z.string(),
  expirationTime: z.string().nullish(),
});

export type CreatedWebhook = z.infer<typeof createdWebhookSchema>;

export const refreshedWebhookSchema = z.object({ expirationTime: z.string().nullish() });

export const payloadsSchema = z.object({
  cursor: z.number().int(),
  mightHaveMore: z.boolean().default(false),
  payloads: z.array(z.unknown()),
});

export type PayloadPage = z.infer<typeof payloadsSchema>;

export const attachedSchema = z.object({
  id: z.string(),
  fields: z.record(z.string(), z.unknown()).default({}),
});
