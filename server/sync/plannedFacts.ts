import { isBlank } from '../../shared/resources/values.ts';
import type { PlannedItem } from './plannedItem.ts';
import { linkedId, type PlannedRow } from './plannedRow.ts';
import type { ShownTransaction } from './plannedShown.ts';

/** What is known of Buildium around the planned rows, as the sync last saw it. */
export type PlannedFacts = {
  leases: ReadonlyMap<string, LeaseFact>;
  glAccounts: ReadonlyMap<string, GlAccountFact>;
  units: ReadonlyMap<string, { name: string; propertyId: string | null }>;
  properties: ReadonlyMap<string, { name: string; isActive: boolean }>;
  bankAccounts: ReadonlyMap<string, { name: string; isActive: boolean }>;
  vendors: ReadonlyMap<string, { isActive: boolean }>;
  /** Days through which the books are closed; null where the key may not read them. */
  lock: { through: string | null; ofProperty: ReadonlyMap<string, string> } | null;
};

export type LeaseFact = {
  name: string;
  propertyId: string | null;
  unitId: string | null;
  tenantIds: readonly string[];
  /** Active, Past or Future. */
  status: string | null;
  endsOn: string | null;
};

export type GlAccountFact = {
  name: string;
  /** Asset, Liability, Equity, Income or Expense. */
  type: string | null;
  /** Buildium's own name of an account that it keeps itself. */
  defaultName: string | null;
  isBank: boolean;
  isActive: boolean;
};

/** The lease of a row: the one that it links to, else the active lease of its unit where there is just one. */
export function leaseIdOf(row: PlannedRow, facts: PlannedFacts): string | null {
  const own = linkedId(row, 'lease');
  const unitId = linkedId(row, 'unit');
  if (own !== null || unitId === null) return own;
  const active = [...facts.leases].filter(
    ([, lease]) => lease.unitId === unitId && lease.status === 'Active',
  );
  return active.length === 1 ? (active[0]?.[0] ?? null) : null;
}

/**
 * A booked item on the lease that it is booked on: its unit alone names that lease, whoever lives there by now. A row
 * whose unit is another one today is not of it any more.
 */
export function onItsLease(
  item: PlannedItem,
  { leaseId }: Pick<ShownTransaction, 'leaseId'>,
  facts: PlannedFacts,
): PlannedItem {
  if (leaseId === null) return item;
  const known = facts.leases.get(leaseId);
  const rows = item.rows.map((row) => {
    const unitId = linkedId(row, 'unit');
    const isItsUnit = unitId !== null && (known === undefined || known.unitId === unitId);
    return isItsUnit && isBlank(row.values['lease'])
      ? { ...row, values: { ...row.values, lease: [leaseId] } }
      : row;
  });
  return { ...item, rows };
}

/** The properties whose books an item touches. */
export function propertyIdsOf(item: PlannedItem, facts: PlannedFacts): string[] {
  const ids = item.rows.flatMap((row) => {
    const lease = facts.leases.get(leaseIdOf(row, facts) ?? '');
    return lease?.propertyId ?? linkedId(row, 'property') ?? [];
  });
  return [...new Set(ids)];
}

/** The day through which one of the properties is closed, the latest; a property's own day goes before the general one. */
export function lockedThrough(propertyIds: readonly string[], { lock }: PlannedFacts): string | null {
  if (!lock) return null;
  const days = propertyIds.map((id) => lock.ofProperty.get(id) ?? lock.through);
  return days.reduce<string | null>(
    (latest, day) => (day !== null && day > (latest ?? '') ? day : latest),
    null,
  );
}

/** Whose books a person would look in: the lease, the bill's vendor, the journal entry's property. */
export function partyOf(item: PlannedItem, facts: PlannedFacts): { resource: string; id: string } | null {
  const [row] = item.rows;
  if (!row || item.kind === null) return null;
  const [resource, id] =
    item.kind === 'bill'
      ? ['vendors', linkedId(row, 'vendor')]
      : item.kind === 'journalEntry'
        ? ['properties', linkedId(row, 'property')]
        : ['leases', leaseIdOf(row, facts)];
  return id === null ? null : { resource: resource ?? '', id };
}
