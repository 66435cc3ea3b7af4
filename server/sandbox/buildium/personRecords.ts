import * as z from 'zod';
import { leaseStatus } from './leaseTerms.ts';
import { action, refused, submitted, type Outcome, type PersonAction } from './personAction.ts';
import { updateGlAccount } from './resources/glAccounts.ts';
import { leaseChanged, moveOutTenant, updateLease } from './resources/leaseChanges.ts';
import { saveLease } from './resources/leases.ts';
import { saveOwner, updateOwner } from './resources/owners.ts';
import { saveRental, setPropertyActivity, updateProperty } from './resources/rentals.ts';
import { saveTenant, updateTenant } from './resources/tenants.ts';
import { saveUnit, updateUnit } from './resources/units.ts';
import { saveVendor, updateVendor } from './resources/vendors.ts';
import { removeRecord, REMOVABLE } from './personRemovals.ts';
import { date, id } from './validation.ts';

const patch = z.record(z.string(), z.unknown());
const body = z.record(z.string(), z.unknown());
const change = z.object({ id, patch });

/** Records as people keep them: created, changed, ended, renamed. Patches are in the words of the API's PUT. */
export const RECORD_ACTIONS: Record<string, PersonAction> = {
  changeMarketRent: action(z.object({ unitId: id, marketRent: z.number() }), ({ world, nowMs }, input) => {
    const unit = world.records.units.get(input.unitId);
    if (!unit) return missing('unit', input.unitId);
    return patched(saveUnit, unit.saved, { MarketRent: input.marketRent }, (saved) => {
      updateUnit(world.records, unit, saved, nowMs);
      return { unitId: unit.id };
    });
  }),
  terminateLease: action(
    z.object({ leaseId: id, date: date.optional() }),
    ({ world, nowMs, today }, input) => {
      const lease = world.records.leases.get(input.leaseId);
      if (!lease) return missing('lease', input.leaseId);
      const moveOutDate = input.date ?? today;
      for (const { tenantId } of lease.tenants)
        if (!lease.moveOuts.some((moveOut) => moveOut.tenantId === tenantId))
          moveOutTenant(world.records, lease, { tenantId, moveOutDate, noticeGivenDate: today }, nowMs);
      lease.endedOn = moveOutDate;
      lease.saved = { ...lease.saved, LeaseToDate: moveOutDate, LeaseType: 'Fixed' };
      leaseChanged(world.records, lease, nowMs);
      return { leaseId: lease.id, unitId: lease.saved.UnitId, status: leaseStatus(lease, today) };
    },
  ),
  updateProperty: action(change, ({ world, nowMs }, input) => {
    const property = world.records.properties.get(input.id);
    if (!property) return missing('property', input.id);
    return patched(saveRental, property.saved, input.patch, (saved) => {
      updateProperty(world.records, property, saved, nowMs);
      return { propertyId: property.id };
    });
  }),
  updateUnit: action(change, ({ world, nowMs }, input) => {
    const unit = world.records.units.get(input.id);
    if (!unit) return missing('unit', input.id);
    return patched(saveUnit, unit.saved, input.patch, (saved) => {
      updateUnit(world.records, unit, saved, nowMs);
      return { unitId: unit.id };
    });
  }),
  updateTenant: action(change, ({ world, nowMs }, input) => {
    const tenant = world.records.tenants.get(input.id);
    if (!tenant) return missing('tenant', input.id);
    return patched(saveTenant, tenant.saved, input.patch, (saved) => {
      updateTenant(world.records, tenant, saved, nowMs);
      return { tenantId: tenant.id };
    });
  }),
  updateOwner: action(change, ({ world, nowMs }, input) => {
    const owner = world.records.owners.get(input.id);
    if (!owner) return missing('owner', input.id);
    return patched(saveOwner, owner.saved, input.patch, (saved) => {
      updateOwner(owner, saved, nowMs);
      return { ownerId: owner.id };
    });
  }),
  updateVendor: action(change, ({ world, nowMs }, input) => {
    const vendor = world.records.vendors.get(input.id);
    if (!vendor) return missing('vendor', input.id);
    return patched(saveVendor, vendor.saved, input.patch, (saved) => {
      updateVendor(world.records, vendor, saved, nowMs);
      return { vendorId: vendor.id };
    });
  }),
  updateLease: action(change, ({ world, nowMs }, input) => {
    const lease = world.records.leases.get(input.id);
    if (!lease) return missing('lease', input.id);
    return patched(saveLease, lease.saved, input.patch, (saved) => {
      updateLease(world.records, lease, saved, nowMs);
      return { leaseId: lease.id };
    });
  }),
  /** `body` is that of the API's POST. */
  addOwner: action(z.object({ body }), (desk, input) =>
    submitted(desk, 'POST', '/v1/rentals/owners', input.body, 'ownerId'),
  ),
  createProperty: action(z.object({ body }), (desk, input) =>
    submitted(desk, 'POST', '/v1/rentals', input.body, 'propertyId'),
  ),
  createUnit: action(z.object({ body }), (desk, input) =>
    submitted(desk, 'POST', '/v1/rentals/units', input.body, 'unitId'),
  ),
  createLease: action(z.object({ body }), (desk, input) =>
    submitted(desk, 'POST', '/v1/leases', input.body, 'leaseId'),
  ),
  setLockDate: action(z.object({ date: date.nullable(), propertyId: id.optional() }), ({ world }, input) => {
    const { lock } = world.records;
    if (input.propertyId === undefined) lock.globalDate = input.date;
    else if (input.date === null) lock.propertyDates.delete(input.propertyId);
    else lock.propertyDates.set(input.propertyId, input.date);
    return { globalDate: lock.globalDate, propertyDates: Object.fromEntries(lock.propertyDates) };
  }),
  deactivateProperty: action(z.object({ propertyId: id }), ({ world, nowMs }, input) => {
    const property = world.records.properties.get(input.propertyId);
    if (!property) return missing('property', input.propertyId);
    setPropertyActivity(world.records, property, false, nowMs);
    return { propertyId: property.id };
  }),
  reactivateProperty: action(z.object({ propertyId: id }), ({ world, nowMs }, input) => {
    const property = world.records.properties.get(input.propertyId);
    if (!property) return missing('property', input.propertyId);
    setPropertyActivity(world.records, property, true, nowMs);
    return { propertyId: property.id };
  }),
  renameGlAccount: action(z.object({ glAccountId: id, name: z.string().min(1).max(50) }), (desk, input) => {
    const { records } = desk.world;
    const account = records.glAccounts.get(input.glAccountId);
    if (!account) return missing('general ledger account', input.glAccountId);
    updateGlAccount(records, account, { ...account.saved, Name: input.name }, desk.nowMs);
    return { glAccountId: account.id };
  }),
  deleteRecord: action(z.object({ kind: z.enum(REMOVABLE), id }), ({ world }, input) => {
    const reason = removeRecord(world.records, input.kind, input.id);
    return reason ? refused(reason) : { kind: input.kind, id: input.id };
  }),
};

function missing(what: string, recordId: number): Outcome {
  return refused(`The ${what} ${recordId} does not exist.`);
}

/** The record's fields with those of the patch in their place, checked like a PUT. */
function patched<S extends z.ZodObject>(
  schema: S,
  saved: z.output<S>,
  changes: Record<string, unknown>,
  save: (saved: z.output<S>) => Outcome,
): Outcome {
  const parsed = schema.partial().safeParse(changes);
  if (!parsed.success) return refused(z.prettifyError(parsed.error));
  const values = parsed.data as Record<string, unknown>;
  const named = Object.fromEntries(Object.keys(changes).map((name) => [name, values[name]]));
  return save({ ...saved, ...named });
}
