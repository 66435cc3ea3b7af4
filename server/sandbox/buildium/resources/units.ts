import * as z from 'zod';
import { created, invalid, notFound, ok, type Answer } from '../answers.ts';
import { isOccupied } from '../leaseTerms.ts';
import { dollarsOrNull } from '../messages.ts';
import { page } from '../paging.ts';
import { get, post, put, type Call, type Route } from '../router.ts';
import type { Unit, World } from '../state.ts';
import { address, amount, choice, id, int32, optional, optionalText, text } from '../validation.ts';

const PERMISSION = 'Rentals > Rental properties and units';

const bedrooms = choice(
  'NotSet',
  'Studio',
  'OneBed',
  'TwoBed',
  'ThreeBed',
  'FourBed',
  'FiveBed',
  'SixBed',
  'SevenBed',
  'EightBed',
  'NineBedPlus',
);
const bathrooms = choice(
  'NotSet',
  'OneBath',
  'OnePointFiveBath',
  'TwoBath',
  'TwoPointFiveBath',
  'ThreeBath',
  'FourBath',
  'FiveBath',
  'FivePlusBath',
  'ThreePointFiveBath',
  'FourPointFiveBath',
);

export const saveUnit = z.strictObject({
  UnitNumber: text(30),
  UnitSize: optional(int32.min(0)),
  MarketRent: optional(z.union([amount, z.literal(0)])),
  Address: address,
  UnitBedrooms: optional(bedrooms),
  UnitBathrooms: optional(bathrooms),
  Description: optionalText(65_535),
});
export type SaveUnit = z.output<typeof saveUnit>;

export const unitRoutes: readonly Route[] = [
  get('/v1/rentals/units', PERMISSION, list),
  post('/v1/rentals/units', PERMISSION, saveUnit.extend({ PropertyId: id }), (call, body) => {
    const { PropertyId, ...saved } = body;
    if (!call.world.properties.has(PropertyId))
      return invalid('PropertyId', `The rental property ${PropertyId} does not exist.`);
    const refusal = checkNumber(call.world, PropertyId, saved.UnitNumber, null);
    if (refusal) return refusal;
    const unit = addUnit(call.world, PropertyId, saved, call.nowMs);
    return created(`/v1/rentals/units/${unit.id}`, unitMessage(call, unit));
  }),
  get('/v1/rentals/units/{unitId}', PERMISSION, (call) => {
    const unit = call.world.units.get(call.id('unitId'));
    return unit ? ok(unitMessage(call, unit)) : notFound('rental unit', call.id('unitId'));
  }),
  put('/v1/rentals/units/{unitId}', PERMISSION, saveUnit, (call, body) => {
    const unit = call.world.units.get(call.id('unitId'));
    if (!unit) return notFound('rental unit', call.id('unitId'));
    const refusal = checkNumber(call.world, unit.propertyId, body.UnitNumber, unit.id);
    if (refusal) return refusal;
    updateUnit(call.world, unit, body, call.nowMs);
    return ok(unitMessage(call, unit));
  }),
];

export function addUnit(world: World, propertyId: number, saved: SaveUnit, nowMs: number): Unit {
  const unit: Unit = {
    id: world.nextId('unit'),
    propertyId,
    saved,
    isActive: true,
    features: [],
    createdMs: nowMs,
    updatedMs: nowMs,
  };
  world.units.set(unit.id, unit);
  world.unitsByProperty.set(propertyId, [...(world.unitsByProperty.get(propertyId) ?? []), unit]);
  world.emit({ name: 'RentalUnit.Created', ids: { UnitId: unit.id } });
  return unit;
}

export function updateUnit(world: World, unit: Unit, saved: SaveUnit, nowMs: number): void {
  unit.saved = saved;
  unit.updatedMs = nowMs;
  world.emit({ name: 'RentalUnit.Updated', ids: { UnitId: unit.id } });
}

function checkNumber(world: World, propertyId: number, number: string, ownId: number | null): Answer | null {
  for (const unit of world.unitsByProperty.get(propertyId) ?? [])
    if (unit.id !== ownId && unit.saved.UnitNumber.toLowerCase() === number.toLowerCase())
      return invalid('UnitNumber', `The unit number '${number}' must be unique within the rental property.`);
  return null;
}

function list(call: Call): Answer {
  const { query } = call;
  const propertyIds = query.ids('propertyids');
  const updated = query.instantRange('lastupdatedfrom', 'lastupdatedto');
  const rows = [...call.world.units.values()].filter(
    (unit) => (propertyIds?.has(unit.propertyId) ?? true) && updated(unit.updatedMs),
  );
  return query.refusal() ?? page(call.params, rows, (unit) => unitMessage(call, unit));
}

function unitMessage(call: Call, unit: Unit) {
  const { saved } = unit;
  const property = call.world.properties.get(unit.propertyId);
  return {
    Id: unit.id,
    PropertyId: unit.propertyId,
    BuildingName: property?.saved.Name ?? '',
    UnitNumber: saved.UnitNumber,
    Description: saved.Description ?? '',
    MarketRent: dollarsOrNull(saved.MarketRent),
    Address: saved.Address,
    UnitBedrooms: saved.UnitBedrooms ?? 'NotSet',
    UnitBathrooms: saved.UnitBathrooms ?? 'NotSet',
    UnitSize: saved.UnitSize,
    IsUnitListed: false,
    // Computed at the time of the question: when it changes, the unit does not count as updated.
    IsUnitOccupied: isOccupied(call.world, unit.id, call.today),
  };
}
