import * as z from 'zod';

/** Rows that a base holds, by Airtable's plan. */
export const ROWS_OF_PLAN = { free: 1_000, team: 50_000, business: 125_000, enterprise: 500_000 } as const;

/** Calls a month that a workspace may make, by Airtable's plan; null is without limit. */
export const CALLS_OF_PLAN = { free: 1_000, team: 100_000, business: null, enterprise: null } as const;

const resourceSettings = z.strictObject({
  enabled: z.boolean().default(true),
  /** Minutes between sweeps; the resource's own pace where absent. */
  sweepMinutes: z.number().int().min(1).max(1440).optional(),
});

/** What a connection may choose. Every default is what most people want. */
export const connectionSettings = z.strictObject({
  resources: z.record(z.string(), resourceSettings).default({}),
  /** Months of history read at the first sync. */
  historyMonths: z.number().int().min(1).max(120).default(24),
  /** Months of transactions and bills that stand in Airtable; older ones stay in Postgres. */
  keepMonthsInAirtable: z.number().int().min(1).max(120).default(13),
  /** Edits of writable fields flow from Airtable to Buildium. Off, they are put back with an audit line. */
  twoWay: z.boolean().default(false),
  airtablePlan: z.enum(['free', 'team', 'business', 'enterprise']).default('team'),
  /** When the full nightly read starts, in the connection's time zone. */
  nightlyAt: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as 02:30')
    .default('02:30'),
});

export type ConnectionSettings = z.infer<typeof connectionSettings>;
