/** What people plan in Airtable and push to Buildium, by the name of its choice in the column "Kind". */
export const PLANNED_KINDS = {
  leaseCharge: 'Lease charge',
  leasePayment: 'Lease payment',
  leaseCredit: 'Lease credit',
  leaseRefund: 'Lease refund',
  bill: 'Bill',
  journalEntry: 'Journal entry',
} as const;

export type PlannedKind = keyof typeof PLANNED_KINDS;

export const PLANNED_KIND_NAMES = Object.keys(PLANNED_KINDS) as [PlannedKind, ...PlannedKind[]];

/** What is sent to Buildium as money: what people plan, and what the undo of a push alone can ask for. */
export const INTENT_KINDS = { ...PLANNED_KINDS, paymentReversal: 'Payment reversal' } as const;

export type IntentKind = keyof typeof INTENT_KINDS;

export const INTENT_KIND_NAMES = Object.keys(INTENT_KINDS) as [IntentKind, ...IntentKind[]];

/** Kinds that are booked on a lease. */
export const LEASE_KINDS: readonly PlannedKind[] = [
  'leaseCharge',
  'leasePayment',
  'leaseCredit',
  'leaseRefund',
];

/** Kinds whose lines are several rows that share a Group. */
export const GROUPED_KINDS: readonly PlannedKind[] = ['bill', 'journalEntry'];

export function kindOfChoice(choice: string): PlannedKind | null {
  return PLANNED_KIND_NAMES.find((kind) => PLANNED_KINDS[kind] === choice) ?? null;
}

/** What the permission is called on Buildium's key, as its settings name it. */
export const PERMISSION_OF_KIND: Record<IntentKind, string> = {
  leaseCharge: 'Rentals > Lease transactions',
  leasePayment: 'Rentals > Lease transactions',
  leaseCredit: 'Rentals > Lease transactions',
  leaseRefund: 'Accounting > Bank Accounts and Rentals > Lease transactions',
  paymentReversal: 'Accounting > Bank Accounts and Rentals > Lease transactions',
  bill: 'Accounting > Bills',
  journalEntry: 'Accounting > General Ledger Transactions',
};

/** Kinds that are sent again by themselves once they were looked for twice and were not there. */
export const SENT_AGAIN_BY_ITSELF: readonly IntentKind[] = ['leaseCharge', 'bill', 'journalEntry'];
