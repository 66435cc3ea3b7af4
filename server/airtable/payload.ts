import * as z from 'zod';
import { parseInstant, type Instant } from '../../shared/dates.ts';
import { err, ok, type Result } from '../../shared/result.ts';

/** Cells by field id, in the form that webhooks use: choices and links are objects. */
export type PayloadCells = Record<string, unknown>;

export type PayloadTable = {
  tableId: string;
  created: { recordId: string; createdAt: Instant | null; current: PayloadCells }[];
  changed: { recordId: string; current: PayloadCells; previous: PayloadCells | null }[];
  destroyed: string[];
  /** A field of the table was added, changed or deleted, or the table renamed: the schema is to be read again. */
  fieldsChanged: boolean;
};

/** What one transaction, or a part of it, changed in the base. */
export type AirtablePayload = {
  timestamp: Instant;
  transactionNumber: number;
  /** `client`, `publicApi`, `automation`… */
  source: string;
  user: { id: string; email: string | null; permissionLevel: string | null } | null;
  tables: PayloadTable[];
  createdTableIds: string[];
  destroyedTableIds: string[];
};

export type PayloadProblem =
  /** Airtable says that the webhook itself is broken: create a new one and read the tables in full. */
  { kind: 'webhookBroken'; message: string } | { kind: 'breaksContract'; message: string };

const cellsSchema = z.record(z.string(), z.unknown());
const anySchema = z.record(z.string(), z.unknown());

const sideSchema = z.object({ cellValuesByFieldId: cellsSchema.default({}) });

const tableSchema = z.object({
  createdRecordsById: z
    .record(
      z.string(),
      z.object({ createdTime: z.string().default(''), cellValuesByFieldId: cellsSchema.default({}) }),
    )
    .default({}),
  changedRecordsById: z
    .record(z.string(), z.object({ current: sideSchema.optional(), previous: sideSchema.optional() }))
    .default({}),
  destroyedRecordIds: z.array(z.string()).default([]),
  createdFieldsById: anySchema.optional(),
  changedFieldsById: anySchema.optional(),
  destroyedFieldIds: z.array(z.string()).default([]),
  changedMetadata: z.unknown().optional(),
});

const userSchema = z.object({
  id: z.string(),
  email: z.string().nullish(),
  permissionLevel: z.string().nullish(),
});

const payloadSchema = z.object({
  timestamp: z.string(),
  baseTransactionNumber: z.number().int(),
  actionMetadata: z
    .object({
      source: z.string().default('unknown'),
      sourceMetadata: z
        .object({ user: userSchema.optional().catch(undefined) })
        .optional()
        .catch(undefined),
    })
    .default({ source: 'unknown' }),
  changedTablesById: z.record(z.string(), tableSchema).default({}),
  createdTablesById: anySchema.default({}),
  destroyedTableIds: z.array(z.string()).default([]),
});

const errorSchema = z.object({ error: z.literal(true), code: z.string().default('unknown') });

/** One payload of a webhook. Parts that we do not know are passed over; parts of the wrong type break the contract. */
export function parsePayload(json: unknown): Result<AirtablePayload, PayloadProblem> {
  const broken = errorSchema.safeParse(json);
  if (broken.success) {
    const message = `Airtable reports ${broken.data.code} for our webhook: it is created anew and the tables are read in full.`;
    return err({ kind: 'webhookBroken', message });
  }
  const payload = payloadSchema.safeParse(json);
  if (!payload.success) {
    const parts = payload.error.issues.slice(0, 3).map((issue) => issue.path.join('.') || 'the payload');
    return err({ kind: 'breaksContract', message: `A webhook payload cannot be read: ${parts.join(', ')}.` });
  }
  const { timestamp, baseTransactionNumber, actionMetadata, ...changes } = payload.data;
  const at = parseInstant(timestamp);
  if (at === null)
    return err({ kind: 'breaksContract', message: `A webhook payload has no usable time: ${timestamp}.` });
  return ok({
    timestamp: at,
    transactionNumber: baseTransactionNumber,
    source: actionMetadata.source,
    user: readUser(actionMetadata.sourceMetadata?.user),
    tables: [
      ...Object.entries(changes.changedTablesById).map(([tableId, table]) => readTable(tableId, table)),
    ],
    createdTableIds: Object.keys(changes.createdTablesById),
    destroyedTableIds: changes.destroyedTableIds,
  });
}

function readTable(tableId: string, table: z.infer<typeof tableSchema>): PayloadTable {
  return {
    tableId,
    created: Object.entries(table.createdRecordsById).map(([recordId, record]) => ({
      recordId,
      createdAt: parseInstant(record.createdTime),
      current: record.cellValuesByFieldId,
    })),
    changed: Object.entries(table.changedRecordsById).map(([recordId, { current, previous }]) => ({
      recordId,
      current: current?.cellValuesByFieldId ?? {},
      previous: previous?.cellValuesByFieldId ?? null,
    })),
    destroyed: table.destroyedRecordIds,
    fieldsChanged:
      table.createdFieldsById !== undefined ||
      table.changedFieldsById !== undefined ||
      table.destroyedFieldIds.length > 0 ||
      table.changedMetadata !== undefined,
  };
}

function readUser(user: z.infer<typeof userSchema> | undefined): AirtablePayload['user'] {
  return user
    ? { id: user.id, email: user.email ?? null, permissionLevel: user.permissionLevel ?? null }
    : null;
}
