import * as z from 'zod';
import { ROLES } from './endpoint.ts';
import { policy, policyPatch } from './policies.ts';
import { connectionSettings, notificationPatch } from './settings.ts';

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
    airtableRecordId: z
      .string()
      .nullable()
      .describe('The row that it was about, or else the one that the entity has now.'),
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
    kind: z.enum(['firstSync', 'syncNow', 'pairing', 'redrive', 'undo']),
    state: z.enum(['running', 'finished', 'failed']),
    requestedBy: z.string(),
    startedAt: instant,
    finishedAt: instant.nullable(),
    progress: z.record(z.string(), z.object({ read: count, total: count.nullable(), done: z.boolean() })),
    problem: z.string().nullable(),
  })
  .meta({ id: 'Run' });

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
    renewsUntil: instant
      .nullable()
      .describe('The end of the session whose token this is: until then its holder may renew it.'),
    revokedAt: instant.nullable(),
    lastUsedAt: instant.nullable(),
    isLive: z.boolean().describe('It opens the connection now, or can be renewed and then does.'),
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
    settings: connectionSettings.describe(
      'Of the address in `notifications.webhookUrl` only admins are shown the path.',
    ),
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
        reconcileAt: settings.reconcileAt.unwrap().optional(),
        summaryAt: settings.summaryAt.unwrap().optional(),
        accountingBasis: settings.accountingBasis.unwrap().optional(),
        monthEndRuns: settings.monthEndRuns.unwrap().optional(),
        closedAfterDays: settings.closedAfterDays.unwrap().optional(),
        approvalBySecondPerson: settings.approvalBySecondPerson.unwrap().optional(),
        capitalAboveTheLine: settings.capitalAboveTheLine.unwrap().optional(),
        operatingGlAccountIds: settings.operatingGlAccountIds.unwrap().optional(),
        escrowGlAccountIds: settings.escrowGlAccountIds.unwrap().optional(),
        rentGraceDays: settings.rentGraceDays.unwrap().optional(),
        checkRules: settings.checkRules.unwrap().optional(),
        twoWay: settings.twoWay.unwrap().optional(),
        confirmedUnused: settings.confirmedUnused
          .unwrap()
          .optional()
          .describe(
            'Resources whose edits may flow although each save blanks what Buildium never returns (owners: the date of birth; glAccounts: the cash asset mark of a current asset): an admin confirms that it is unused.',
          ),
        stillSeconds: settings.stillSeconds.unwrap().optional(),
        policies: policyPatch.optional().describe('Merged one by one; null takes a policy away.'),
        notifications: notificationPatch.optional(),
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
    field: z.object({
      key: z.string(),
      column: z.string(),
      kind: z.string().describe('Where it is money, every value of this conflict is in integer cents.'),
    }),
    state: z.enum(['open', 'resolving', 'resolved', 'closed']),
    kind: z
      .enum(['bothMoved', 'neverAgreed', 'overwritten', 'undo'])
      .describe(
        'overwritten: our own write fell on an edit. undo: the losing value of another one is brought back.',
      ),
    openedAt: instant,
    why: z.string().describe('Why it is a conflict, and why nobody but a person can decide it.'),
    policy: policy
      .nullable()
      .describe(
        'The policy that decided; null where a person did or has to, as where the policy of the field is manual.',
      ),
    changed: z
      .object({
        buildium: z.object({ at: instant.nullable(), by: z.string().nullable() }),
        airtable: z.object({ at: instant.nullable(), by: z.string().nullable() }),
      })
      .describe("When each side's value was entered and by whom, as far as the side says."),
    buildium: z
      .unknown()
      .describe(
        'What Buildium shows, in canonical form: money in integer cents (230000 is $2,300.00), a date as 2026-11-30, null for blank.',
      ),
    airtable: z.unknown().describe('What Airtable shows, in the same form: money in integer cents.'),
    agreed: z
      .unknown()
      .describe(
        'What both showed when they last agreed, in the same form: money in integer cents; null when they never did.',
      ),
    stakesCents: z
      .number()
      .int()
      .nullable()
      .describe('How far apart two amounts are, in integer cents; null for other fields.'),
    version: z
      .object({ buildium: z.string(), airtable: z.string() })
      .describe('Stands for the two values; a resolution names the version that it saw.'),
    decision: z.enum(['buildium', 'airtable', 'value']).nullable(),
    decidedValue: z
      .unknown()
      .describe('The value that was decided on, once one was: money in integer cents.'),
    decidedBy: z.string().nullable(),
    decidedAt: instant.nullable(),
    endedAt: instant.nullable(),
    endedWhy: z
      .string()
      .nullable()
      .describe('Why it ended without being settled, in a sentence; null where it was settled or is open.'),
    undoes: z.string().nullable().describe('The conflict whose losing value this one brings back.'),
    undoneBy: z.string().nullable().describe('The conflict that has brought the losing value back.'),
    choices: z
      .array(
        z.object({
          side: z.enum(['buildium', 'airtable']),
          value: z.unknown().describe('Money in integer cents.'),
          writesTo: z.enum(['buildium', 'airtable']),
          words: z.string(),
          noiEffectCents: z
            .number()
            .int()
            .nullable()
            .describe(
              "By how much the month's net operating income changes in Buildium's books; null where that has no effect, and in lists.",
            ),
        }),
      )
      .describe('What each choice would do, while one can be made.'),
    canUndo: z.boolean().describe('The losing value is kept and was not brought back yet.'),
    canUndoTo: z
      .array(z.enum(['buildium', 'airtable']))
      .describe('Sides whose value can be brought back; both, where a typed value has settled it.'),
  })
  .meta({ id: 'Conflict' });
