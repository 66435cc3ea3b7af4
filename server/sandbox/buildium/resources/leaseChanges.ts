import { endAfterMoveOuts } from '../leaseTerms.ts';
import { leaseEntity } from '../lookups.ts';
import type { Lease, MoveOut, World } from '../state.ts';
import type { SaveLease } from './leases.ts';

export function addLease(world: World, saved: SaveLease, nowMs: number): Lease {
  const lease: Lease = {
    id: world.nextId('lease'),
    saved,
    tenants: [],
    moveOuts: [],
    cosigners: [],
    securityDepositCents: null,
    paymentDueDay: 1,
    endedOn: null,
    evictionPendingDate: null,
    createdMs: nowMs,
    updatedMs: nowMs,
  };
  world.leases.set(lease.id, lease);
  indexByUnit(world, lease);
  world.emit({ name: 'Lease.Created', ids: { LeaseId: lease.id } });
  return lease;
}

export function updateLease(world: World, lease: Lease, saved: SaveLease, nowMs: number): void {
  world.leasesByUnit.get(lease.saved.UnitId)?.delete(lease);
  if (saved.IsEvictionPending !== lease.saved.IsEvictionPending)
    lease.evictionPendingDate = saved.IsEvictionPending ? new Date(nowMs).toISOString().slice(0, 10) : null;
  const moved = lease.saved.UnitId !== saved.UnitId;
  lease.saved = saved;
  indexByUnit(world, lease);
  if (moved) moveLedger(world, lease);
  leaseChanged(world, lease, nowMs);
}

/** The lease's entries bear the mark of its unit, old ones too. */
function moveLedger(world: World, lease: Lease): void {
  const entity = leaseEntity(world, lease.id);
  for (const transaction of world.ledger.leaseTransactions(lease.id)) {
    transaction.lines = transaction.lines.map((line) => ({ ...line, entity }));
    world.ledger.touch(transaction);
  }
}

export function leaseChanged(world: World, lease: Lease, nowMs: number): void {
  lease.updatedMs = nowMs;
  world.emit({ name: 'Lease.Updated', ids: { LeaseId: lease.id } });
}

function indexByUnit(world: World, lease: Lease): void {
  const ofUnit = world.leasesByUnit.get(lease.saved.UnitId) ?? new Set();
  world.leasesByUnit.set(lease.saved.UnitId, ofUnit.add(lease));
}

/** Ends the lease as its last tenant leaves; a tenant's second move-out replaces the first. */
export function moveOutTenant(world: World, lease: Lease, moveOut: MoveOut, nowMs: number): void {
  lease.moveOuts = [...lease.moveOuts.filter(({ tenantId }) => tenantId !== moveOut.tenantId), moveOut];
  lease.endedOn = endAfterMoveOuts(lease);
  lease.updatedMs = nowMs;
  world.emit({ name: 'Lease.MoveOut.Created', ids: { LeaseId: lease.id, TenantId: moveOut.tenantId } });
}

export function cancelMoveOut(lease: Lease, tenantId: number, nowMs: number): void {
  lease.moveOuts = lease.moveOuts.filter((moveOut) => moveOut.tenantId !== tenantId);
  lease.endedOn = endAfterMoveOuts(lease);
  lease.updatedMs = nowMs;
}
