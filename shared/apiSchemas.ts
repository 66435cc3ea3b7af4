import * as z from 'zod';
import { ROLES } from './endpoint.ts';
import { connectionSettings } from './settings.ts';

const instant = z.iso.datetime();
const count = z.number().int().min(0);

export const role = z
  .enum(ROLES)
  .describe('viewer reads, operator also acts, admin also changes settings and tokens.');

export const apiError = z
  .object({
    error: z.object({
      code: z.string().describe('Stable name of the failure.'),
      message: z.string().describe('What happened and what to do about it.'),
      details: z
        .array(z.object({ path: z.string(), message: z.string() }))
        .optional()
        .describe('The values that were wrong, one by one.'),
    }),
  })
  .meta({
    id: 'Error',
    examples: [
      {
        error: {
          code: 'invalid',
          message: 'Not accepted: body.limit: must be at most 200. The page /docs shows what is.',
          details: [{ path: 'body.limit', message: 'must be at most 200' }],
        },
      },
    ],
  });

export const auditEntry = z
  .object({
    auditId: z.string(),
    at: instant,
    actor: z.string(),
    action: z.string(),
    resource: z.string().nullable(),
    entityId: z.string().nullable(),
    airtableRecordId: z.string().nullable(),
    changes: z.record(
      z.string(),
      z.object({ before: z.unknown().optional(), after: z.unknown().optional() }),
    ),
    hasSealedChanges: z.boolean().describe('Contact data changed too; it is kept sealed and not shown here.'),
    why: z.string(),
    runId: z.string().nullable(),
  })
  .meta({ id: 'AuditEntry' });

export const run = z
  .object({
    runId: z.string(),
    kind: z.enum(['firstSync', 'syncNow', 'pairing', 'redrive']),
    state: z.enum(['running', 'finished', 'failed']),
    requestedBy: z.string(),
    startedAt: instant,
    finishedAt: instant.nullable(),
    progress: z.record(z.string(), z.object({ read: count, total: count.nullable(), done: z.boolean() })),
    problem: z.string().nullable(),
  })
  .meta({ id: 'Run' });

export const heldEntity = z
  .object({
    resource: z.string(),
    entityId: z.string(),
    kind: z
      .enum(['parked', 'waiting', 'retrying'])
      .describe('Parked waits for a redrive, waiting for another entity, retrying for its next try.'),
    reason: z.string().nullable(),
    since: instant,
    attempts: count,
    parkedAt: instant.nullable(),
    waitingFor: z.object({ resource: z.string(), entityId: z.string() }).nullable(),
    nextTryAt: instant.nullable(),
  })
  .meta({ id: 'HeldEntity' });

export const notice = z
  .object({
    noticeId: z.string(),
    at: instant,
    kind: z.string(),
    message: z.string(),
    resource: z.string().nullable(),
    entityId: z.string().nullable(),
  })
  .meta({ id: 'Notice' });

export const delayBucket = z
  .object({
    resource: z.string(),
    day: z.iso.date(),
    upToMs: count.describe('Upper end of the bucket; the lower end is half of it.'),
    changes: count,
  })
  .meta({ id: 'DelayBucket' });

export const apiToken = z
  .object({
    tokenId: z.string(),
    name: z.string(),
    role,
    createdAt: instant,
    expiresAt: instant.nullable(),
    revokedAt: instant.nullable(),
    lastUsedAt: instant.nullable(),
  })
  .meta({ id: 'ApiToken' });

export const connectionView = z
  .object({
    connectionId: z.string(),
    name: z.string(),
    state: z.enum(['pairing', 'running', 'paused']),
    timeZone: z.string(),
    buildium: z.object({
      url: z.string(),
      accountId: z.number().int().nullable(),
      webhookUrl: z
        .string()
        .nullable()
        .describe("What to enter under Webhooks in Buildium's settings; shown to admins alone."),
    }),
    airtable: z.object({ url: z.string(), baseId: z.string() }),
    settings: connectionSettings,
    createdAt: instant,
  })
  .meta({ id: 'Connection' });

const settings = connectionSettings.shape;

/** What is absent stays as it is; resources are merged one by one. */
export const connectionPatch = z
  .strictObject({
    name: z.string().trim().min(1).max(200).optional(),
    state: z
      .enum(['running', 'paused'])
      .optional()
      .describe('`paused` stops looks and writes; webhooks are still kept.'),
    timeZone: z.string().optional().describe('An IANA name such as America/New_York.'),
    settings: z
      .strictObject({
        resources: z
          .record(
            z.string(),
            z.strictObject({
              enabled: z.boolean().optional(),
              sweepMinutes: z.number().int().min(1).max(1440).optional(),
            }),
          )
          .optional(),
        historyMonths: settings.historyMonths.unwrap().optional(),
        keepMonthsInAirtable: settings.keepMonthsInAirtable.unwrap().optional(),
        airtablePlan: settings.airtablePlan.unwrap().optional(),
        nightlyAt: settings.nightlyAt.unwrap().optional(),
      })
      .optional(),
  })
  .meta({ id: 'ConnectionPatch' });

export type ConnectionView = z.output<typeof connectionView>;
export type ConnectionPatch = z.output<typeof connectionPatch>;
export type ApiError = z.output<typeof apiError>;

export const conflict = z
  .object({
    conflictId: z.string(),
    resource: z.string(),
    entityId: z.string(),
    airtableRecordId: z.string().nullable(),
    field: z.object({ key: z.string(), column: z.string(), kind: z.string() }),
    state: z.enum(['open', 'resolving', 'resolved', 'closed']),
    openedAt: instant,
    why: z.string(),
    buildium: z.unknown().describe('What Buildium shows, in canonical form: money in cents.'),
    airtable: z.unknown().describe('What Airtable shows.'),
    agreed: z.unknown().describe('What both showed when they last agreed; null when they never did.'),
    stakesCents: z
      .number()
      .int()
      .nullable()
      .describe('How far apart two amounts are; null for other fields.'),
    version: z
      .object({ buildium: z.string(), airtable: z.string() })
      .describe('Stands for the two values; a resolution names the version that it saw.'),
    decision: z.enum(['buildium', 'airtable']).nullable(),
    decidedBy: z.string().nullable(),
    decidedAt: instant.nullable(),
    endedAt: instant.nullable(),
  })
  .meta({ id: 'Conflict' });
