import type { PlainDate } from '../../../shared/dates.ts';
import type { Lease, World } from './state.ts';

/**
 * What Buildium works out of a lease's dates when it is asked. A status that rolls over with the calendar
 * fires no event and moves no `LastUpdatedDateTime`.
 */
export type LeaseStatus = 'Active' | 'Past' | 'Future';

/**
 * A fixed lease does not end by itself unless its tenants move out by themselves: it stays Active past its
 * end date, which is how leases without tenants are still Active years later.
 */
export function leaseStatus(lease: Lease, today: PlainDate): LeaseStatus {
  if (lease.endedOn !== null && lease.endedOn <= today) return 'Past';
  if (lease.saved.LeaseFromDate > today) return 'Future';
  return endsByItself(lease, today) ? 'Past' : 'Active';
}

function endsByItself(lease: Lease, today: PlainDate): boolean {
  const { LeaseType, LeaseToDate, AutomaticallyMoveOutTenants } = lease.saved;
  return (
    LeaseType === 'Fixed' &&
    AutomaticallyMoveOutTenants === true &&
    LeaseToDate !== null &&
    LeaseToDate < today
  );
}

export function termType(lease: Lease, today: PlainDate): 'MonthToMonth' | 'Standard' {
  const { LeaseType, LeaseToDate } = lease.saved;
  const rolledOver = LeaseType === 'FixedWithRollover' && LeaseToDate !== null && LeaseToDate < today;
  return LeaseType === 'AtWill' || rolledOver ? 'MonthToMonth' : 'Standard';
}

export function tenantStatus(
  lease: Lease,
  tenantId: number,
  today: PlainDate,
): 'MovedOut' | 'Current' | 'Future' {
  const moveOut = lease.moveOuts.find((candidate) => candidate.tenantId === tenantId);
  if (moveOut && moveOut.moveOutDate <= today) return 'MovedOut';
  const status = leaseStatus(lease, today);
  if (status === 'Past') return 'MovedOut';
  return status === 'Future' ? 'Future' : 'Current';
}

export function currentTenantIds(lease: Lease, today: PlainDate): number[] {
  return lease.tenants
    .map(({ tenantId }) => tenantId)
    .filter((tenantId) => tenantStatus(lease, tenantId, today) === 'Current');
}

export function isOccupied(world: World, unitId: number, today: PlainDate): boolean {
  return [...(world.leasesByUnit.get(unitId) ?? [])].some(
    (lease) => leaseStatus(lease, today) === 'Active' && currentTenantIds(lease, today).length > 0,
  );
}

/** The last tenant's move-out ends the lease; a lease with anyone left goes on. */
export function endAfterMoveOuts(lease: Lease): PlainDate | null {
  const left = lease.tenants.map(
    ({ tenantId }) => lease.moveOuts.find((moveOut) => moveOut.tenantId === tenantId)?.moveOutDate ?? null,
  );
  if (left.length === 0 || left.includes(null)) return null;
  return left.reduce((latest, date) => ((date ?? '') > (latest ?? '') ? date : latest), null);
}

/** The rent that a lease charges a month from now on, from the schedule in force. */
export function monthlyRentCents(world: World, leaseId: number, today: PlainDate): number | null {
  const schedules = (world.rentsByLease.get(leaseId) ?? []).filter(
    (rent) => rent.endDate === null || rent.endDate >= today,
  );
  const inForce = schedules.findLast((rent) => rent.startDate <= today) ?? schedules[0];
  return inForce?.saved.Charges.reduce((sum, charge) => sum + charge.Amount, 0) ?? null;
}
