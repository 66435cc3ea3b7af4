import * as z from 'zod';
import { dollarsFromCents } from '../../../../shared/money.ts';
import { created, firstRefusal, invalid, NO_CONTENT, notFound, ok, type Answer } from '../answers.ts';
import { checkBankAccount, ownersOfProperty, propertiesOfOwners } from '../lookups.ts';
import { phoneNumberMessages } from '../messages.ts';
import { page } from '../paging.ts';
import { contains } from '../query.ts';
import { get, post, postEmpty, put, type Call, type Route } from '../router.ts';
import type { Property, World } from '../state.ts';
import { address, choice, id, int32, money, optional, optionalText, text } from '../validation.ts';
import { addUnit, saveUnit } from './units.ts';

const PERMISSION = 'Rentals > Rental properties and units';

const RESIDENTIAL = ['CondoTownhome', 'MultiFamily', 'SingleFamily'] as const;
const COMMERCIAL = ['Industrial', 'Office', 'Retail', 'ShoppingCenter', 'Storage', 'ParkingSpace'] as const;
const SUBTYPES = [...RESIDENTIAL, ...COMMERCIAL] as const;

export const saveRental = z.strictObject({
  Name: text(127),
  StructureDescription: optionalText(65_535),
  Address: address,
  RentalSubType: choice(...SUBTYPES),
  OperatingBankAccountId: id,
  PropertyManagerId: optional(id),
  Reserve: optional(money),
  YearBuilt: optional(int32.min(1000, 'The year has four digits.').max(9999, 'The year has four digits.')),
});
export type SaveRental = z.output<typeof saveRental>;

export const postRental = saveRental.extend({
  RentalOwnerIds: optional(z.array(id)),
  Units: optional(z.array(saveUnit).max(100, 'The number of units cannot exceed 100.')),
});

export const rentalRoutes: readonly Route[] = [
  get('/v1/rentals', PERMISSION, list),
  post('/v1/rentals', PERMISSION, postRental, (call, body) => {
    const refusal = firstRefusal(
      checkRental(call.world, body, call.nowMs),
      checkOwners(call.world, body.RentalOwnerIds ?? []),
      checkUnitNumbers(body.Units ?? []),
    );
    if (refusal) return refusal;
    const property = addProperty(call.world, body, call.nowMs);
    return created(`/v1/rentals/${property.id}`, rentalMessage(call.world, property));
  }),
  get('/v1/rentals/{propertyId}', PERMISSION, (call) => {
    const property = call.world.properties.get(call.id('propertyId'));
    return property ? ok(rentalMessage(call.world, property)) : missing(call);
  }),
  put('/v1/rentals/{propertyId}', PERMISSION, saveRental, (call, body) => {
    const property = call.world.properties.get(call.id('propertyId'));
    if (!property) return missing(call);
    const refusal = checkRental(call.world, body, call.nowMs);
    if (refusal) return refusal;
    updateProperty(call.world, property, body, call.nowMs);
    return ok(rentalMessage(call.world, property));
  }),
  postEmpty('/v1/rentals/{propertyId}/inactivationrequest', PERMISSION, (call) => setActivity(call, false)),
  postEmpty('/v1/rentals/{propertyId}/reactivationrequest', PERMISSION, (call) => setActivity(call, true)),
];

export function addProperty(world: World, body: z.output<typeof postRental>, nowMs: number): Property {
  const { RentalOwnerIds, Units, ...saved } = body;
  const stamps = { createdMs: nowMs, updatedMs: nowMs };
  const property: Property = {
    id: world.nextId('property'),
    saved,
    isActive: true,
    features: [],
    includedInRent: [],
    ...stamps,
  };
  world.properties.set(property.id, property);
  for (const ownerId of RentalOwnerIds ?? []) {
    const owner = world.owners.get(ownerId);
    if (!owner) continue;
    owner.saved = { ...owner.saved, PropertyIds: [...owner.saved.PropertyIds, property.id] };
    owner.updatedMs = nowMs;
  }
  world.emit({ name: 'Rental.Created', ids: { PropertyId: property.id } });
  const units = Units?.length ? Units : [defaultUnit(saved)];
  for (const unit of units) addUnit(world, property.id, unit, nowMs);
  return property;
}

/** Buildium gives a property without units one that bears its name. */
function defaultUnit(saved: SaveRental): z.output<typeof saveUnit> {
  return {
    UnitNumber: saved.Name.slice(0, 30),
    UnitSize: null,
    MarketRent: null,
    Address: saved.Address,
    UnitBedrooms: null,
    UnitBathrooms: null,
    Description: null,
  };
}

export function updateProperty(world: World, property: Property, saved: SaveRental, nowMs: number): void {
  property.saved = saved;
  property.updatedMs = nowMs;
  world.emit({ name: 'Rental.Updated', ids: { PropertyId: property.id } });
}

/**
 * Inactivating takes the units along, and the owners who have no other active property. Whether it fires
 * an event is not known of Buildium: none here, so that nobody leans on one.
 */
export function setPropertyActivity(
  world: World,
  property: Property,
  isActive: boolean,
  nowMs: number,
): void {
  property.isActive = isActive;
  property.updatedMs = nowMs;
  for (const unit of world.unitsByProperty.get(property.id) ?? []) {
    unit.isActive = isActive;
    unit.updatedMs = nowMs;
  }
  for (const owner of ownersOfProperty(world, property.id)) {
    const active = owner.saved.PropertyIds.some((propertyId) => world.properties.get(propertyId)?.isActive);
    if (owner.isActive === active) continue;
    owner.isActive = active;
    owner.updatedMs = nowMs;
  }
}

function setActivity(call: Call, isActive: boolean): Answer {
  const property = call.world.properties.get(call.id('propertyId'));
  if (!property) return missing(call);
  if (property.isActive === isActive)
    return invalid('PropertyId', `The rental property is already ${isActive ? 'active' : 'inactive'}.`);
  setPropertyActivity(call.world, property, isActive, call.nowMs);
  return NO_CONTENT;
}

function missing(call: Call): Answer {
  return notFound('rental property', call.id('propertyId'));
}

function checkRental(world: World, body: SaveRental, nowMs: number): Answer | null {
  if (body.YearBuilt !== null && body.YearBuilt > new Date(nowMs).getUTCFullYear())
    return invalid('YearBuilt', 'The year built must not lie in the future.');
  if (body.PropertyManagerId !== null && !world.staff.has(body.PropertyManagerId))
    return invalid('PropertyManagerId', `The staff member ${body.PropertyManagerId} does not exist.`);
  return checkBankAccount(world, body.OperatingBankAccountId, 'OperatingBankAccountId');
}

function checkOwners(world: World, ownerIds: readonly number[]): Answer | null {
  const unknown = ownerIds.find((ownerId) => !world.owners.has(ownerId));
  return unknown === undefined
    ? null
    : invalid('RentalOwnerIds', `The rental owner ${unknown} does not exist.`);
}

function checkUnitNumbers(units: readonly { UnitNumber: string }[]): Answer | null {
  const numbers = new Set(units.map((unit) => unit.UnitNumber.toLowerCase()));
  return numbers.size === units.length
    ? null
    : invalid('Units', 'Unit numbers must be unique within the rental property.');
}

function list(call: Call): Answer {
  const { query, world } = call;
  const location = query.text('location');
  const types = query.choices('types', ['Residential', 'Commercial']);
  const subtypes = query.choices('subtypes', SUBTYPES);
  const status = query.choice('status', ['Active', 'InActive']);
  const ownerIds = query.ids('rentalownerids');
  const propertyIds = query.ids('propertyids');
  const updated = query.instantRange('lastupdatedfrom', 'lastupdatedto');
  const owned = ownerIds && propertiesOfOwners(world, ownerIds);
  const rows = [...world.properties.values()].filter(
    (property) =>
      (contains(property.saved.Address.City, location) || contains(property.saved.Address.State, location)) &&
      (types?.has(rentalType(property)) ?? true) &&
      (subtypes?.has(property.saved.RentalSubType) ?? true) &&
      (status === null || property.isActive === (status === 'Active')) &&
      (owned?.has(property.id) ?? true) &&
      (propertyIds?.has(property.id) ?? true) &&
      updated(property.updatedMs),
  );
  return query.refusal() ?? page(call.params, rows, (property) => rentalMessage(world, property));
}

function rentalType(property: Property): 'Residential' | 'Commercial' {
  return RESIDENTIAL.some((subtype) => subtype === property.saved.RentalSubType)
    ? 'Residential'
    : 'Commercial';
}

function rentalMessage(world: World, property: Property) {
  const { saved } = property;
  return {
    Id: property.id,
    Name: saved.Name,
    StructureDescription: saved.StructureDescription ?? '',
    NumberUnits: world.unitsByProperty.get(property.id)?.length ?? 0,
    IsActive: property.isActive,
    OperatingBankAccountId: saved.OperatingBankAccountId,
    Reserve: dollarsFromCents(saved.Reserve ?? 0),
    Address: saved.Address,
    YearBuilt: saved.YearBuilt,
    RentalType: rentalType(property),
    RentalSubType: saved.RentalSubType,
    RentalManager: managerMessage(world, saved.PropertyManagerId),
  };
}

function managerMessage(world: World, staffId: number | null) {
  const manager = staffId === null ? undefined : world.staff.get(staffId);
  if (!manager) return null;
  return {
    Id: manager.id,
    FirstName: manager.firstName,
    LastName: manager.lastName,
    CompanyName: '',
    IsCompany: false,
    ProfilePhotoUrl: null,
    Email: manager.email,
    PhoneNumbers: phoneNumberMessages(null),
  };
}
