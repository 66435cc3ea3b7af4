import * as z from 'zod';
import { addressFields } from './addressFields.ts';
import { defineResource } from './define.ts';
import { checkbox, choice, link, money, number, text } from './lens.ts';
import { address, reference } from './wire.ts';

const wire = z.looseObject({
  Id: z.number(),
  Name: z.string().nullish(),
  NumberUnits: z.number().nullish(),
  IsActive: z.boolean().nullish(),
  OperatingBankAccountId: z.number().nullish(),
  Reserve: z.number().nullish(),
  Address: address,
  YearBuilt: z.number().nullish(),
  StructureDescription: z.string().nullish(),
  RentalType: z.string().nullish(),
  RentalSubType: z.string().nullish(),
  RentalManager: z
    .looseObject({
      Id: z.number(),
      FirstName: z.string().nullish(),
      LastName: z.string().nullish(),
      CompanyName: z.string().nullish(),
    })
    .nullish(),
});

type Wire = z.infer<typeof wire>;

export const properties = defineResource(wire, {
  name: 'properties',
  label: { one: 'property', many: 'properties' },
  table: 'Properties',
  description: 'Rental properties.',
  read: {
    permission: 'Rentals > Rental properties and units',
    lists: [{ path: '/v1/rentals', updatedSince: true }],
    one: (id) => `/v1/rentals/${id}`,
  },
  events: { 'Rental.Created': 'PropertyId', 'Rental.Updated': 'PropertyId', 'Rental.Deleted': 'PropertyId' },
  sweepMinutes: 10,
  naturalKey: ['name', 'street'],
  update: {
    path: (id) => `/v1/rentals/${id}`,
    bodyOf: (w) => ({
      Name: w.Name,
      StructureDescription: w.StructureDescription,
      Address: w.Address,
      RentalSubType: w.RentalSubType,
      OperatingBankAccountId: w.OperatingBankAccountId,
      Reserve: w.Reserve,
      YearBuilt: w.YearBuilt,
      // Left out, Buildium takes the manager off the property.
      PropertyManagerId: w.RentalManager?.Id ?? null,
    }),
  },
  fields: [
    text({
      key: 'name',
      column: 'Name',
      description: 'Name of the property.',
      source: 'Name',
      get: (w) => w.Name,
      put: 'Name',
      maxLength: 127,
      required: true,
    }),
    ...addressFields<Wire>({ personal: false }),
    choice({
      key: 'type',
      column: 'Type',
      description: 'Residential or commercial.',
      source: 'RentalType',
      values: ['Residential', 'Commercial', 'None'],
      get: (w) => w.RentalType,
    }),
    choice({
      key: 'subType',
      column: 'Sub-type',
      description: 'Kind of building.',
      source: 'RentalSubType',
      values: [
        'CondoTownhome',
        'MultiFamily',
        'SingleFamily',
        'Industrial',
        'Office',
        'Retail',
        'ShoppingCenter',
        'Storage',
        'ParkingSpace',
      ],
      get: (w) => w.RentalSubType,
      put: 'RentalSubType',
    }),
    text({
      key: 'manager',
      column: 'Manager',
      description: 'Who manages the property.',
      source: 'RentalManager',
      get: (w) => managerName(w),
    }),
    money({
      key: 'reserve',
      column: 'Reserve',
      description: 'Cash kept back for unexpected expenses, never paid out in an owner’s draw.',
      source: 'Reserve',
      get: (w) => w.Reserve,
      put: 'Reserve',
    }),
    number({
      key: 'unitCount',
      column: 'Number of Units',
      description: 'Units in the property.',
      source: 'NumberUnits',
      get: (w) => w.NumberUnits,
    }),
    number({
      key: 'yearBuilt',
      column: 'Year Built',
      description: 'Year of construction.',
      source: 'YearBuilt',
      get: (w) => w.YearBuilt,
      put: 'YearBuilt',
    }),
    link({
      key: 'operatingBankAccount',
      column: 'Operating Bank Account',
      description: 'The bank account that the property runs on.',
      source: 'OperatingBankAccountId',
      target: 'bankAccounts',
      get: (w) => reference(w.OperatingBankAccountId),
    }),
    checkbox({
      key: 'isActive',
      column: 'Active',
      description: 'Inactive properties keep their history.',
      source: 'IsActive',
      get: (w) => w.IsActive ?? true,
    }),
  ],
  entered: [
    {
      key: 'managedFrom',
      column: 'Managed From',
      kind: 'date',
      description:
        'First day that counts in net operating income. Filled in here; Buildium has no such field.',
    },
    {
      key: 'managedTo',
      column: 'Managed To',
      kind: 'date',
      description:
        'Last day that counts in net operating income. Filled in here; Buildium has no such field.',
    },
  ],
});

function managerName({ RentalManager: manager }: Wire): string | null {
  if (!manager) return null;
  const person = [manager.FirstName, manager.LastName].filter((part) => part).join(' ');
  return person || manager.CompanyName || null;
}
