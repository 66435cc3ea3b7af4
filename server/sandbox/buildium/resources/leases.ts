import * as z from 'zod';
import type { PlainDate } from '../../../../shared/dates.ts';
import { created, firstRefusal, invalid, notFound, ok, type Answer } from '../answers.ts';
import { currentTenantIds, leaseStatus } from '../leaseTerms.ts';
import { leaseEntity, propertiesOfOwners, propertyOfLease } from '../lookups.ts';
import { displayName } from '../messages.ts';
import { page } from '../paging.ts';
import { contains } from '../query.ts';
import { get, post, put, type Call, type Route } from '../router.ts';
import type { Lease, World } from '../state.ts';
import { choice, date, flag, id, optional } from '../validation.ts';
import { addLease, updateLease } from './leaseChanges.ts';
import { leaseMessage } from './leaseMessage.ts';
import { checkNewLease, openLedger, postLease } from './newLease.ts';
import { tenantFields } from './tenants.ts';

const PERMISSION = 'Rentals > Leases';

/** `None` is read and cannot be written. */
const leaseType = choice('Fixed', 'FixedWithRollover', 'AtWill');

export const saveLease = z.strictObject({
  LeaseType: leaseType,
  UnitId: id,
  LeaseFromDate: date,
  LeaseToDate: optional(date),
  IsEvictionPending: flag,
  AutomaticallyMoveOutTenants: optional(flag),
});
export type SaveLease = z.output<typeof saveLease>;

export const leaseRoutes: readonly Route[] = [
  get('/v1/leases', PERMISSION, list),
  post('/v1/leases', PERMISSION, postLease, (call, body) => {
    const refusal = firstRefusal(checkTerms(call.world, body), checkNewLease(call, body));
    if (refusal) return refusal;
    const saved: SaveLease = {
      LeaseType: body.LeaseType,
      UnitId: body.UnitId,
      LeaseFromDate: body.LeaseFromDate,
      LeaseToDate: body.LeaseToDate,
      IsEvictionPending: false,
      AutomaticallyMoveOutTenants: null,
    };
    const lease = addLease(call.world, saved, call.nowMs);
    openLedger(call, lease, body);
    return created(`/v1/leases/${lease.id}`, message(call, lease));
  }),
  get('/v1/leases/{leaseId}', PERMISSION, (call) => {
    const lease = call.world.leases.get(call.id('leaseId'));
    return lease ? ok(message(call, lease)) : notFound('lease', call.id('leaseId'));
  }),
  put('/v1/leases/{leaseId}', PERMISSION, saveLease, (call, body) => {
    const lease = call.world.leases.get(call.id('leaseId'));
    if (!lease) return notFound('lease', call.id('leaseId'));
    const refusal = firstRefusal(checkTerms(call.world, body), checkMove(call.world, lease, body));
    if (refusal) return refusal;
    updateLease(call.world, lease, body, call.nowMs);
    return ok(message(call, lease));
  }),
];

function checkTerms(
  world: World,
  body: { LeaseType: string; UnitId: number; LeaseFromDate: PlainDate; LeaseToDate: PlainDate | null },
): Answer | null {
  if (!world.units.has(body.UnitId)) return invalid('UnitId', `The unit ${body.UnitId} does not exist.`);
  if (body.LeaseType === 'AtWill' && body.LeaseToDate !== null)
    return invalid('LeaseToDate', 'An at-will lease cannot have an end date.');
  if (body.LeaseType !== 'AtWill' && body.LeaseToDate === null)
    return invalid('LeaseToDate', 'The LeaseToDate field is required for a fixed lease.');
  if (body.LeaseToDate !== null && body.LeaseToDate < body.LeaseFromDate)
    return invalid('LeaseToDate', 'The end date must not lie before the start date.');
  return null;
}

/** A lease with a ledger keeps its property: its money is in that property's books. */
function checkMove(world: World, lease: Lease, body: SaveLease): Answer | null {
  const hasLedger = world.ledger.leaseTransactions(lease.id).length > 0;
  const propertyId = world.units.get(body.UnitId)?.propertyId;
  return hasLedger && propertyId !== leaseEntity(world, lease.id).id
    ? invalid('UnitId', 'A lease with transactions cannot move to another property.')
    : null;
}

function list(call: Call): Answer {
  const { query, world, today } = call;
  const propertyIds = query.ids('propertyids');
  const ownerIds = query.ids('rentalownerids');
  const unitNumber = query.text('unitnumber');
  const tenantName = query.text('tenantname');
  const { from, to } = query.dateRange('leasedatefrom', 'leasedateto');
  const types = query.choices('leasetypes', ['None', 'Fixed', 'FixedWithRollover', 'AtWill']);
  const statuses = query.choices('leasestatuses', ['Active', 'Past', 'Future']);
  const createdIn = query.instantRange('createddatetimefrom', 'createddatetimeto');
  const updated = query.instantRange('lastupdatedfrom', 'lastupdatedto');
  const owned = ownerIds && propertiesOfOwners(world, ownerIds);
  const hasTenant = (lease: Lease): boolean =>
    tenantName === null ||
    currentTenantIds(lease, today).some((tenantId) => {
      const tenant = world.tenants.get(tenantId);
      return tenant !== undefined && contains(displayName(tenant.saved), tenantName);
    });
  const rows = [...world.leases.values()].filter((lease) => {
    const propertyId = propertyOfLease(world, lease).id;
    return (
      (propertyIds?.has(propertyId) ?? true) &&
      (owned?.has(propertyId) ?? true) &&
      contains(world.units.get(lease.saved.UnitId)?.saved.UnitNumber ?? '', unitNumber) &&
      hasTenant(lease) &&
      (from === null || lease.saved.LeaseFromDate >= from) &&
      (to === null || (lease.saved.LeaseToDate !== null && lease.saved.LeaseToDate <= to)) &&
      (types?.has(lease.saved.LeaseType) ?? true) &&
      (statuses?.has(leaseStatus(lease, today)) ?? true) &&
      createdIn(lease.createdMs) &&
      updated(lease.updatedMs)
    );
  });
  return query.refusal() ?? page(call.params, rows, (lease) => message(call, lease));
}

function message(call: Call, lease: Lease) {
  const { world } = call;
  return leaseMessage(world, lease, call.today, (tenantIds) =>
    tenantIds.flatMap((tenantId) => {
      const tenant = world.tenants.get(tenantId);
      return tenant ? [{ ...tenantFields(tenant), Leases: [] }] : [];
    }),
  );
}
