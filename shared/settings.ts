import * as z from 'zod';
import { CHECK_KINDS } from './checkKinds.ts';
import { policySettings } from './policies.ts';

export { CALLS_OF_PLAN, ROWS_OF_PLAN } from './airtablePlans.ts';

const resourceSettings = z.strictObject({
  enabled: z.boolean().default(true),
  /** Minutes between sweeps; the resource's own pace where absent. */
  sweepMinutes: z.number().int().min(1).max(1440).optional(),
  /** Keys of fields that have no place in the base; chosen with the mapping. */
  leftOut: z.array(z.string().max(60)).max(100).optional(),
});

/** An owner's date of birth and a GL account's mark as cash asset can be written to Buildium and never read. */
export const CONFIRMABLE = ['owners', 'glAccounts'] as const;
export type Confirmable = (typeof CONFIRMABLE)[number];

export const NOTIFICATION_KINDS = [
  'conflict',
  'calculation',
  'alert',
  'dailySummary',
  'weeklyTrend',
] as const;
export type NotificationKind = (typeof NOTIFICATION_KINDS)[number];

const kinds = z.array(z.enum(NOTIFICATION_KINDS));

const notificationShape = {
  emails: z.array(z.email()).max(20),
  webhookUrl: z
    .string()
    .max(2_000)
    .refine(isSafeAddress, 'must be an https address (http only on this machine), without a user name in it')
    .nullable(),
  /** What goes out by e-mail and what to the webhook. */
  emailKinds: kinds,
  webhookKinds: kinds,
};

/** The address as everybody may read it: for many receivers its path is what lets messages in. */
export function withoutPath(webhookUrl: string | null): string | null {
  return webhookUrl === null ? null : new URL(webhookUrl).origin;
}

/** What is absent stays as it is. */
export const notificationPatch = z.strictObject(notificationShape).partial();

/** Who is told of what, and where. */
const notificationSettings = z.strictObject({
  emails: notificationShape.emails.default([]),
  webhookUrl: notificationShape.webhookUrl.default(null),
  emailKinds: kinds.default([...NOTIFICATION_KINDS]),
  webhookKinds: kinds.default([...NOTIFICATION_KINDS]),
});

const buildiumIds = z.array(z.number().int().positive()).max(1_000);

/** How the month's money is calculated. */
const accountingSettings = {
  /** Of the runs that the schedule asks for; Buildium's own default is cash. */
  accountingBasis: z.enum(['cash', 'accrual']).default('cash'),
  /** Net operating income and draws by themselves at 23:59 on the last day of the month. */
  monthEndRuns: z.boolean().default(true),
  /** Days after the month's end when it counts as closed: it is calculated again if something was posted late. */
  closedAfterDays: z.number().int().min(1).max(28).default(10),
  /** Whoever asked for a run cannot approve it. */
  approvalBySecondPerson: z.boolean().default(false),
  /** Counts capital expenditure against the income of its month. */
  capitalAboveTheLine: z.boolean().default(false),
  /** GL accounts of banks whose money owners can draw; each property's operating account in Buildium where none is named. */
  operatingGlAccountIds: buildiumIds.default([]),
  /** GL accounts of banks that hold tenants' deposits: they cover these and nothing else. */
  escrowGlAccountIds: buildiumIds.default([]),
  /** Rent counts as late once it is open so many days after it was due; Buildium's API does not tell a lease's grace. */
  rentGraceDays: z.number().int().min(0).max(31).default(5),
  /** What stops a property's figures and what is only said beside them, where it is not the default. */
  checkRules: z.partialRecord(z.enum(CHECK_KINDS), z.enum(['block', 'warn'])).default({}),
};

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as 02:30');

/** What a connection may choose. Every default is what most people want. */
export const connectionSettings = z.strictObject({
  resources: z.record(z.string(), resourceSettings).default({}),
  /** Months of history read at the first sync. */
  historyMonths: z.number().int().min(1).max(120).default(24),
  /** Months of transactions and bills that stand in Airtable; older ones stay in Postgres. */
  keepMonthsInAirtable: z.number().int().min(1).max(120).default(13),
  /** Edits of writable fields flow from Airtable to Buildium. Off, they are put back with an audit line. */
  twoWay: z.boolean().default(true),
  /** Resources whose edits flow although each blanks what Buildium never returns: an admin has confirmed that it is unused. */
  confirmedUnused: z.array(z.enum(CONFIRMABLE)).default([]),
  /** An edit in Airtable is looked at once its row has been still for so long; never later than two minutes after the first. */
  stillSeconds: z.number().int().min(0).max(120).default(10),
  /** Who wins where both sides changed a field apart. */
  policies: policySettings.prefault({}),
  notifications: notificationSettings.prefault({}),
  airtablePlan: z.enum(['free', 'team', 'business', 'enterprise']).default('team'),
  ...accountingSettings,
  /** When the full nightly read starts, in the connection's time zone. */
  nightlyAt: timeOfDay.default('02:30'),
  /** When both sides are compared, in the connection's time zone; null: only when somebody asks. */
  reconcileAt: timeOfDay.nullable().default('05:00'),
  /** When the day's summary goes out, and on Mondays the trend of the weeks. */
  summaryAt: timeOfDay.default('07:00'),
});

export type ConnectionSettings = z.infer<typeof connectionSettings>;

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

function isSafeAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  if (username !== '' || password !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname));
}
