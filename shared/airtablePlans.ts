/** Rows that a base holds, by Airtable's plan. */
export const ROWS_OF_PLAN = { free: 1_000, team: 50_000, business: 125_000, enterprise: 500_000 } as const;

/** Calls a month that a workspace may make, by Airtable's plan; null is without limit. */
export const CALLS_OF_PLAN = { free: 1_000, team: 100_000, business: null, enterprise: null } as const;
