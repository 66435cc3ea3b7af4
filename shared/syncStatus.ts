import * as z from 'zod';

const instant = z.iso.datetime().describe('A moment in UTC, ISO 8601.');
const day = z.iso.date();
const count = z.number().int().min(0);

export const resourceStatus = z
  .object({
    resource: z.string(),
    label: z.string().describe('The resource in words.'),
    table: z.string().describe("The Airtable table's name when it was created."),
    tableId: z
      .string()
      .nullable()
      .describe('The table in the base, whatever it is called; null where it has none.'),
    enabled: z.boolean(),
    linked: count.describe('Entities that have a row in Airtable.'),
    unpaired: count.describe('Entities whose row is still to come.'),
    outsideWindow: count.describe('Entities too old to stand in Airtable; they are kept in Postgres.'),
    outOfScope: count,
    deleted: count.describe('Entities that are gone from Buildium; their rows are marked.'),
    detached: count.describe('Entities that a person keeps out of the sync.'),
    dirty: count.describe('Entities that must be looked at again.'),
    waiting: count.describe(
      'Those of them that wait for the row of another entity, or for somebody to undo the deletion of their own.',
    ),
    parked: count.describe('Entities given up after repeated refusals, until someone redrives them.'),
    oldestDirtySince: instant.nullable(),
    lagMs: count.describe('Age of the oldest dirty entity that waits for nothing; 0 when there is none.'),
    lastSweepAt: instant.nullable(),
    nextSweepAt: instant.nullable().describe('Null while paused or switched off.'),
    lastFullReadAt: instant.nullable(),
    delayP50Ms: count.nullable().describe('Median time of a change from one side to the other, last 7 days.'),
    delayP95Ms: count.nullable(),
    problem: z.string().nullable().describe('What keeps the resource from syncing and what to do about it.'),
  })
  .meta({ id: 'ResourceStatus' });

export const sideStatus = z
  .object({
    side: z.enum(['airtable', 'buildium']),
    state: z.enum(['up', 'down']),
    kind: z.string().nullable(),
    message: z.string().nullable(),
    whatToDo: z.string().nullable(),
    since: instant.nullable(),
    retryAt: instant.nullable(),
    pausedUntil: instant.nullable().describe('Calls wait until then, since the side asked for fewer.'),
    slowedUntil: instant
      .nullable()
      .describe(
        'Calls are made at two fifths of the usual pace until then, since the side refused that one again and again.',
      ),
    callsToday: count,
    refusedToday: count.describe('Calls of today without a 2xx answer.'),
  })
  .meta({ id: 'SideStatus' });

export const quotaStatus = z
  .object({
    airtable: z.object({
      callsThisMonth: count,
      allowance: count.nullable().describe('Calls a month of the plan; null is without limit.'),
      forecastExhaustedOn: day
        .nullable()
        .describe('The day the calls are used up at the pace of the last 7 days.'),
    }),
    rows: z.object({
      inBase: count.describe('Rows of the sync; rows that people added beside them are not known.'),
      allowance: count,
      forecastFullOn: day.nullable().describe('The day the base is full at the pace of the last 30 days.'),
    }),
  })
  .meta({ id: 'QuotaStatus' });

export const webhookStatus = z
  .object({
    lastBuildiumEventAt: instant.nullable(),
    airtable: z.array(
      z.object({
        webhookId: z.string(),
        cursor: count,
        expiresAt: instant,
        lastPingAt: instant.nullable(),
        lastPayloadAt: instant.nullable(),
        problem: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'WebhookStatus' });

export const finding = z
  .object({
    level: z.enum(['ok', 'note', 'problem']).describe('A problem needs a person; a note wants to be known.'),
    about: z.string().describe('What was looked at: "Spool", "Buildium webhook"…'),
    message: z.string(),
    whatToDo: z.string().nullable().describe('The next step, where there is one.'),
  })
  .meta({ id: 'Finding' });

export const ownTableStatus = z
  .object({
    name: z.string(),
    table: z.string().describe('Its name when it was created.'),
    tableId: z.string().describe('The table in the base, whatever it is called.'),
    writtenFieldIds: z
      .array(z.string())
      .describe('Planned Transactions: the fields that the sync alone writes. Empty for the other tables.'),
  })
  .meta({ id: 'OwnTableStatus' });

export const syncStatus = z
  .object({
    at: instant,
    connectionId: z.string(),
    name: z.string(),
    state: z.enum(['pairing', 'running', 'paused']),
    resources: z.array(resourceStatus),
    ownTables: z.array(ownTableStatus).describe('The tables of the sync that mirror nothing in Buildium.'),
    sides: z.array(sideStatus),
    quota: quotaStatus,
    webhooks: webhookStatus,
    openNotices: count.describe('Notices that nobody has dealt with.'),
    attention: z
      .array(finding)
      .describe('What is wrong or worth knowing, in words, and what to do about it. Empty: all is well.'),
  })
  .meta({ id: 'SyncStatus' });

export type ResourceStatus = z.output<typeof resourceStatus>;
export type OwnTableStatus = z.output<typeof ownTableStatus>;
export type SideStatus = z.output<typeof sideStatus>;
export type QuotaStatus = z.output<typeof quotaStatus>;
export type WebhookStatus = z.output<typeof webhookStatus>;
export type Finding = z.output<typeof finding>;
/** The figures alone, before anything is made of them. */
export type StandingStatus = Omit<SyncStatus, 'attention'>;
export type SyncStatus = z.output<typeof syncStatus>;
