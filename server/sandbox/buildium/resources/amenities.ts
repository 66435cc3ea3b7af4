import * as z from 'zod';
import { notFound, ok } from '../answers.ts';
import { get, put, type Route } from '../router.ts';
import { optional } from '../validation.ts';

const PERMISSION = 'Rentals > Rental properties and units';

const PROPERTY_FEATURES = words(`
  LaundryRoom WheelchairAccess DoorAttendant Elevator Parking StorageUnits Pool FitnessCenter TennisCourt
  ClubHouse Power ParkingCommercial SprinklerSystem DockHighDoorsOrLoadingAvailable Availability24Hours
  AccentWalls BasketballCourt Bilingual BoatDocks BusinessCenter CarWashArea ChildCare ClubDiscount
  ConferenceRoom Concierge FreeWeights FurnishedAvailable GamingStations Garage Gate GroceryService
  GroupExercise GuestRoom Housekeeping HouseSitting JoggingWalkingTrails LakeFront LakeAccess Library
  MealService MediaRoom MultiUseRoom NightPatrol OnSiteMaintenance OnSiteManagement PackageReceiving
  PerDiemAccepted PlayGround Racquetball RecRoom Recycling Sauna ShortTermLease SmokeFree Spa Sundeck
  Transportation TVLounge ValetTrash Vintage VolleyballCourt WirelessInternet HighSpeedInternet`);

const INCLUDED_IN_RENT = words(`
  Gas Electric Trash Water HotWater Telephone Heat Cable AirCon Satellite Sewer BroadbandInternet`);

const UNIT_FEATURES = words(`
  CableReady Microwave HardwoodFloors HighSpeedInternet AirConditioning Refrigerator Dishwasher
  WalkinClosets BalconyOrDeckOrPatio GarageParking Carport FencedYard LaundryRoomOrHookups Fireplace
  CableReadyCommercial HighSpeedInternetCommercial AirConditioningCommercial Heating OvenOrRange
  HeatElectric HeatGas HeatOil PetsAllowed Balcony PrivateBalcony PrivatePatio Dryer Heat WD_Hookup Washer
  AdditionalStorage Alarm Carpet CeilingFan ControlledAccess Courtyard Disposal DoubleSinkVanity
  FramedMirrors Furnished Handrails IndividualClimateControl IslandKitchen LinenCloset Pantry Satellite
  Skylight TileFlooring VaultedCeiling View VinylFlooring WheelChair WindowCoverings DogFriendly
  CatFriendly`);

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}

const amongst = (allowed: readonly string[]) =>
  optional(z.array(z.string().refine((feature) => allowed.includes(feature), 'The feature is not known.')));

const putPropertyFeatures = z.strictObject({
  Features: amongst(PROPERTY_FEATURES),
  IncludedInRent: amongst(INCLUDED_IN_RENT),
});
const putUnitFeatures = z.strictObject({ Features: amongst(UNIT_FEATURES) });

/** Amenities are a resource of their own; no event is fired for them. */
export const amenityRoutes: readonly Route[] = [
  get('/v1/rentals/{propertyId}/amenities', PERMISSION, (call) => {
    const property = call.world.properties.get(call.id('propertyId'));
    return property
      ? ok({ Features: property.features, IncludedInRent: property.includedInRent })
      : notFound('rental property', call.id('propertyId'));
  }),
  put('/v1/rentals/{propertyId}/amenities', PERMISSION, putPropertyFeatures, (call, body) => {
    const property = call.world.properties.get(call.id('propertyId'));
    if (!property) return notFound('rental property', call.id('propertyId'));
    property.features = body.Features ?? [];
    property.includedInRent = body.IncludedInRent ?? [];
    return ok({ Features: property.features, IncludedInRent: property.includedInRent });
  }),
  get('/v1/rentals/units/{unitId}/amenities', PERMISSION, (call) => {
    const unit = call.world.units.get(call.id('unitId'));
    return unit ? ok({ Features: unit.features }) : notFound('rental unit', call.id('unitId'));
  }),
  put('/v1/rentals/units/{unitId}/amenities', PERMISSION, putUnitFeatures, (call, body) => {
    const unit = call.world.units.get(call.id('unitId'));
    if (!unit) return notFound('rental unit', call.id('unitId'));
    unit.features = body.Features ?? [];
    return ok({ Features: unit.features });
  }),
];
