import type { World } from './state.ts';

/** What Buildium's screens let a person delete, as long as nothing hangs on it. */
export const REMOVABLE = ['property', 'unit', 'owner', 'tenant', 'vendor', 'lease'] as const;

/** Returns why it must stay, or null when it is gone. Owners go without an event, like all their changes. */
export function removeRecord(world: World, kind: (typeof REMOVABLE)[number], id: number): string | null {
  switch (kind) {
    case 'property':
      return removeProperty(world, id);
    case 'unit':
      return removeUnit(world, id);
    case 'owner':
      return world.owners.delete(id) ? null : `The owner ${id} does not exist.`;
    case 'tenant':
      return removeTenant(world, id);
    case 'vendor':
      return removeVendor(world, id);
    case 'lease':
      return removeLease(world, id);
  }
}

function removeProperty(world: World, id: number): string | null {
  const units = world.unitsByProperty.get(id) ?? [];
  if (!world.properties.has(id)) return `The property ${id} does not exist.`;
  if (units.some((unit) => world.leasesByUnit.get(unit.id)?.size)) return 'The property has leases.';
  for (const unit of units) removeUnit(world, unit.id);
  world.properties.delete(id);
  world.emit({ name: 'Rental.Deleted', ids: { PropertyId: id } });
  return null;
}

function removeUnit(world: World, id: number): string | null {
  const unit = world.units.get(id);
  if (!unit) return `The unit ${id} does not exist.`;
  if (world.leasesByUnit.get(id)?.size) return 'The unit has leases.';
  const others = (world.unitsByProperty.get(unit.propertyId) ?? []).filter((other) => other !== unit);
  world.unitsByProperty.set(unit.propertyId, others);
  world.units.delete(id);
  world.emit({ name: 'RentalUnit.Deleted', ids: { UnitId: id } });
  return null;
}

function removeTenant(world: World, id: number): string | null {
  if (!world.tenants.delete(id)) return `The tenant ${id} does not exist.`;
  for (const lease of world.leases.values())
    lease.tenants = lease.tenants.filter(({ tenantId }) => tenantId !== id);
  world.emit({ name: 'LeaseTenant.Deleted', ids: { TenantId: id } });
  return null;
}

function removeVendor(world: World, id: number): string | null {
  if (!world.vendors.has(id)) return `The vendor ${id} does not exist.`;
  const used = [...world.transactions.values()].some(
    (transaction) => 'vendorId' in transaction && transaction.vendorId === id,
  );
  if (used) return 'The vendor has transactions.';
  world.vendors.delete(id);
  world.emit({ name: 'Vendor.Deleted', ids: { VendorId: id } });
  return null;
}

function removeLease(world: World, id: number): string | null {
  const lease = world.leases.get(id);
  if (!lease) return `The lease ${id} does not exist.`;
  if (world.ledger.leaseTransactions(id).length > 0) return 'The lease has transactions.';
  world.leasesByUnit.get(lease.saved.UnitId)?.delete(lease);
  world.leases.delete(id);
  world.emit({ name: 'Lease.Deleted', ids: { LeaseId: id } });
  return null;
}
