import * as z from 'zod';
import { created, invalid, notFound, ok, type Answer } from '../answers.ts';
import { leaseStatus } from '../leaseTerms.ts';
import { propertiesOfOwners, propertyOfLease } from '../lookups.ts';
import { displayName, instantMessage, phoneNumberMessages } from '../messages.ts';
import { page } from '../paging.ts';
import { contains } from '../query.ts';
import { get, post, put, type Call, type Route } from '../router.ts';
import type { Lease, Tenant, World } from '../state.ts';
import {
  address,
  choice,
  date,
  email,
  id,
  optional,
  optionalText,
  phoneNumbers,
  text,
} from '../validation.ts';
import { leaseChanged } from './leaseChanges.ts';
import { leaseMessage } from './leaseMessage.ts';

const PERMISSION = 'Rentals > Tenants';

const emergencyContact = z.strictObject({
  Name: optionalText(100),
  RelationshipDescription: optionalText(100),
  Phone: optionalText(20),
  Email: email,
});

export const saveTenant = z.strictObject({
  FirstName: text(127),
  LastName: text(127),
  Email: email,
  AlternateEmail: email,
  PhoneNumbers: optional(phoneNumbers),
  DateOfBirth: optional(date),
  Comment: optionalText(65_535),
  TaxId: optional(z.string().regex(/^(\d{2}-\d{7}|\d{3}-\d{2}-\d{4}|\d{9})$/, 'The tax id is not valid.')),
  EmergencyContact: optional(emergencyContact),
  Address: address,
  AlternateAddress: optional(address),
  MailingPreference: optional(choice('PrimaryAddress', 'AlternateAddress')),
});
export type SaveTenant = z.output<typeof saveTenant>;

export const tenantRoutes: readonly Route[] = [
  get('/v1/leases/tenants', PERMISSION, list),
  post('/v1/leases/tenants', PERMISSION, saveTenant.extend({ LeaseId: id }), (call, body) => {
    const { LeaseId, ...saved } = body;
    const lease = call.world.leases.get(LeaseId);
    if (!lease) return invalid('LeaseId', `The lease ${LeaseId} does not exist.`);
    const tenant = addTenant(call.world, saved, call.nowMs);
    lease.tenants.push({ tenantId: tenant.id, moveInDate: lease.saved.LeaseFromDate });
    leaseChanged(call.world, lease, call.nowMs);
    return created(`/v1/leases/tenants/${tenant.id}`, tenantMessage(call, tenant));
  }),
  get('/v1/leases/tenants/{tenantId}', PERMISSION, (call) => {
    const tenant = call.world.tenants.get(call.id('tenantId'));
    return tenant ? ok(tenantMessage(call, tenant)) : notFound('tenant', call.id('tenantId'));
  }),
  put('/v1/leases/tenants/{tenantId}', PERMISSION, saveTenant, (call, body) => {
    const tenant = call.world.tenants.get(call.id('tenantId'));
    if (!tenant) return notFound('tenant', call.id('tenantId'));
    updateTenant(call.world, tenant, body, call.nowMs);
    return ok(tenantMessage(call, tenant));
  }),
];

export function addTenant(world: World, saved: SaveTenant, nowMs: number): Tenant {
  const tenant: Tenant = { id: world.nextId('tenant'), saved, createdMs: nowMs, updatedMs: nowMs };
  world.tenants.set(tenant.id, tenant);
  world.emit({ name: 'LeaseTenant.Created', ids: { TenantId: tenant.id } });
  return tenant;
}

export function updateTenant(world: World, tenant: Tenant, saved: SaveTenant, nowMs: number): void {
  tenant.saved = saved;
  tenant.updatedMs = nowMs;
  world.emit({ name: 'LeaseTenant.Updated', ids: { TenantId: tenant.id } });
}

function leasesByTenant(world: World): Map<number, Lease[]> {
  const found = new Map<number, Lease[]>();
  for (const lease of world.leases.values())
    for (const { tenantId } of lease.tenants) found.set(tenantId, [...(found.get(tenantId) ?? []), lease]);
  return found;
}

function list(call: Call): Answer {
  const { query, world, today } = call;
  const buildingStatuses = query.choices('buildingstatuses', ['Active', 'InActive']);
  const termStatuses = query.choices('leasetermstatuses', ['Active', 'Past', 'Future']);
  const unitNumber = query.text('unitnumber');
  const name = query.text('name');
  const phone = query.text('phone');
  const mail = query.text('email');
  const propertyIds = query.ids('propertyids');
  const ownerIds = query.ids('rentalownerids');
  const unitIds = query.ids('unitids');
  const updated = query.instantRange('lastupdatedfrom', 'lastupdatedto');
  const owned = ownerIds && propertiesOfOwners(world, ownerIds);
  const leases = leasesByTenant(world);
  const onLease = (lease: Lease): boolean => {
    const property = propertyOfLease(world, lease);
    return (
      (buildingStatuses?.has(property.isActive ? 'Active' : 'InActive') ?? true) &&
      (termStatuses?.has(leaseStatus(lease, today)) ?? true) &&
      contains(world.units.get(lease.saved.UnitId)?.saved.UnitNumber ?? '', unitNumber) &&
      (propertyIds?.has(property.id) ?? true) &&
      (owned?.has(property.id) ?? true) &&
      (unitIds?.has(lease.saved.UnitId) ?? true)
    );
  };
  const rows = [...world.tenants.values()].filter(
    (tenant) =>
      (leases.get(tenant.id) ?? []).some(onLease) &&
      contains(displayName(tenant.saved), name) &&
      contains(tenant.saved.Email, mail) &&
      (phone === null ||
        phoneNumberMessages(tenant.saved.PhoneNumbers).some(({ Number }) => contains(Number, phone))) &&
      updated(tenant.updatedMs),
  );
  return query.refusal() ?? page(call.params, rows, (tenant) => tenantMessage(call, tenant, leases));
}

function tenantMessage(call: Call, tenant: Tenant, leases = leasesByTenant(call.world)) {
  return {
    ...tenantFields(tenant),
    // Inside a tenant a lease lists its tenants by id only: Buildium's recursion, cut after one turn.
    Leases: (leases.get(tenant.id) ?? []).map((lease) =>
      leaseMessage(call.world, lease, call.today, () => []),
    ),
  };
}

export function tenantFields(tenant: Tenant) {
  const { saved } = tenant;
  return {
    Id: tenant.id,
    FirstName: saved.FirstName,
    LastName: saved.LastName,
    Email: saved.Email ?? '',
    AlternateEmail: saved.AlternateEmail ?? '',
    PhoneNumbers: phoneNumberMessages(saved.PhoneNumbers),
    CreatedDateTime: instantMessage(tenant.createdMs),
    EmergencyContact: saved.EmergencyContact,
    DateOfBirth: saved.DateOfBirth,
    SMSOptInStatus: 'NotSet',
    Address: saved.Address,
    AlternateAddress: saved.AlternateAddress,
    MailingPreference: saved.MailingPreference ?? 'PrimaryAddress',
    Comment: saved.Comment,
    TaxId: saved.TaxId,
  };
}
