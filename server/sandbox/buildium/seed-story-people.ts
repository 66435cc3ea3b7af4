import { addMonths } from '../../../shared/dates.ts';
import { addOwner, saveOwner } from './resources/owners.ts';
import { addProperty, postRental } from './resources/rentals.ts';
import { addTenant, saveTenant } from './resources/tenants.ts';
import { addVendor, saveVendor } from './resources/vendors.ts';
import type { Chart } from './seed-chart.ts';
import { bostonAddress } from './seed-tools.ts';
import type { Property, World } from './state.ts';

export type StoryPlaces = {
  harborView: Property;
  mapleStreet: Property;
  cedarCottage: Property;
  /** Unit ids by name, e.g. `HV 1A`. */
  unit: Record<'HV 1A' | 'HV 1B' | 'HV 2A' | 'HV 2B' | 'Maple 1' | 'Maple 2' | 'Cedar', number>;
  vendorId: Record<'plumber' | 'landscaper' | 'lender' | 'handyman' | 'insurer', number>;
  ownerId: Record<'maria' | 'david' | 'birchwood' | 'elaine', number>;
};

/** Three properties with seven units, their owners (a pair on one of them) and the vendors who work there. */
export function seedPlaces(world: World, chart: Chart, nowMs: number): StoryPlaces {
  const today = new Date(nowMs).toISOString().slice(0, 10);
  const startedMs = Date.parse(`${addMonths(today, -24)}T09:00:00Z`);
  const unit = (
    UnitNumber: string,
    MarketRent: number,
    bedrooms: string,
    street: string,
    postal: string,
  ) => ({
    UnitNumber,
    MarketRent,
    UnitSize: 640 + UnitNumber.length * 55,
    UnitBedrooms: bedrooms,
    UnitBathrooms: 'OneBath',
    Address: bostonAddress(street, postal),
  });
  const property = (body: Record<string, unknown>): Property =>
    addProperty(
      world,
      postRental.parse({
        OperatingBankAccountId: chart.operatingBankAccountId,
        PropertyManagerId: chart.managerId,
        ...body,
      }),
      startedMs,
    );
  const harborView = property({
    Name: 'Harbor View Apartments',
    RentalSubType: 'MultiFamily',
    StructureDescription: 'Four flats above the old ferry landing',
    YearBuilt: 1924,
    Reserve: 1500,
    Address: bostonAddress('12 Commercial Wharf', '02110'),
    Units: [
      unit('1A', 2350, 'TwoBed', '12 Commercial Wharf #1A', '02110'),
      unit('1B', 2100, 'OneBed', '12 Commercial Wharf #1B', '02110'),
      unit('2A', 2400, 'TwoBed', '12 Commercial Wharf #2A', '02110'),
      unit('2B', 2150, 'OneBed', '12 Commercial Wharf #2B', '02110'),
    ],
  });
  const mapleStreet = property({
    Name: 'Maple Street Duplex',
    RentalSubType: 'MultiFamily',
    YearBuilt: 1978,
    Reserve: 800,
    Address: bostonAddress('48 Maple Street', '02139', 'Cambridge'),
    Units: [
      unit('1', 1850, 'TwoBed', '48 Maple Street #1', '02139'),
      unit('2', 1795, 'TwoBed', '48 Maple Street #2', '02139'),
    ],
  });
  const cedarCottage = property({
    Name: 'Cedar Cottage',
    RentalSubType: 'SingleFamily',
    YearBuilt: 2003,
    Address: bostonAddress('7 Cedar Lane', '02476', 'Arlington'),
    Units: [unit('Cedar Cottage', 2900, 'ThreeBed', '7 Cedar Lane', '02476')],
  });
  const unitIdsOf = (place: Property): number[] =>
    (world.unitsByProperty.get(place.id) ?? []).map((candidate) => candidate.id);
  const [hv1a = 0, hv1b = 0, hv2a = 0, hv2b = 0] = unitIdsOf(harborView);
  const [maple1 = 0, maple2 = 0] = unitIdsOf(mapleStreet);
  const [cedar = 0] = unitIdsOf(cedarCottage);
  const agreementStart = addMonths(today, -24);
  const owner = (body: Record<string, unknown>, taxId: string | null): number =>
    addOwner(
      world,
      saveOwner.parse({ ManagementAgreementStartDate: agreementStart, ...body }),
      taxId === null ? null : { idType: 'SSN', taxId, name1: null, includeIn1099: true },
      startedMs,
    ).id;
  const okafor = { IsCompany: false, Address: bostonAddress('3 Garden Court', '02113'), LastName: 'Okafor' };
  return {
    harborView,
    mapleStreet,
    cedarCottage,
    unit: {
      'HV 1A': hv1a,
      'HV 1B': hv1b,
      'HV 2A': hv2a,
      'HV 2B': hv2b,
      'Maple 1': maple1,
      'Maple 2': maple2,
      Cedar: cedar,
    },
    ownerId: {
      maria: owner(
        {
          ...okafor,
          FirstName: 'Maria',
          Email: 'maria.okafor@mail.example',
          PhoneNumbers: { Mobile: '(617) 555-0142', Home: '(617) 555-0143' },
          DateOfBirth: '1968-04-11',
          PropertyIds: [harborView.id],
        },
        '900-12-3456',
      ),
      david: owner(
        {
          ...okafor,
          FirstName: 'David',
          Email: 'david.okafor@mail.example',
          PhoneNumbers: { Mobile: '(617) 555-0144' },
          PropertyIds: [harborView.id],
        },
        '900-65-4321',
      ),
      birchwood: owner(
        {
          IsCompany: true,
          CompanyName: 'Birchwood Holdings LLC',
          Email: 'office@birchwood.example',
          PhoneNumbers: { Work: '(617) 555-0160' },
          ManagementAgreementEndDate: addMonths(today, 7),
          Address: bostonAddress('1 Post Office Square', '02109'),
          PropertyIds: [mapleStreet.id],
        },
        null,
      ),
      elaine: owner(
        {
          IsCompany: false,
          FirstName: 'Elaine',
          LastName: 'Kowalski',
          Email: 'elaine@kowalski.example',
          Comment: 'Prefers a call before any repair over $500.',
          Address: bostonAddress('90 Mystic Street', '02474', 'Arlington'),
          PropertyIds: [cedarCottage.id],
        },
        null,
      ),
    },
    vendorId: seedVendors(world, chart, startedMs),
  };
}

function seedVendors(world: World, chart: Chart, startedMs: number): StoryPlaces['vendorId'] {
  const vendor = (body: Record<string, unknown>): number =>
    addVendor(world, saveVendor.parse({ IsCompany: true, ...body }), startedMs).id;
  return {
    plumber: vendor({
      CompanyName: 'Fairway Plumbing & Heating',
      CategoryId: chart.categoryId.Plumbing,
      ExpenseGlAccountId: chart.account.plumbing,
      PrimaryEmail: 'jobs@fairwayplumbing.example',
      PhoneNumbers: { Work: '(617) 555-0177' },
      Address: bostonAddress('610 Dorchester Avenue', '02127'),
      VendorInsurance: {
        Provider: 'Bay State Mutual',
        PolicyNumber: 'BSM-20418',
        ExpirationDate: '2027-03-31',
      },
    }),
    landscaper: vendor({
      CompanyName: 'GreenLeaf Landscaping',
      CategoryId: chart.categoryId.Landscaping,
      ExpenseGlAccountId: chart.account.landscaping,
      PrimaryEmail: 'billing@greenleaf.example',
      Website: 'https://www.greenleaf.example',
    }),
    lender: vendor({
      CompanyName: 'Northeast Savings Bank',
      CategoryId: chart.categoryId.Lender,
      AccountNumber: 'L-88213',
    }),
    handyman: vendor({
      IsCompany: false,
      FirstName: 'Sam',
      LastName: 'Ortiz',
      CategoryId: chart.categoryId.Handyman,
      PhoneNumbers: { Mobile: '(857) 555-0121' },
    }),
    insurer: vendor({ CompanyName: 'Atlantic Property Insurance', CategoryId: chart.categoryId.Insurance }),
  };
}

/** A tenant with the contact data that people keep. */
export function seedTenant(
  world: World,
  nowMs: number,
  first: string,
  last: string,
  street: string,
  extra: Record<string, unknown> = {},
): number {
  const digits = String(100 + world.tenants.size).padStart(3, '0');
  const body = {
    FirstName: first,
    LastName: last,
    Email: `${first}.${last}@mail.example`.toLowerCase(),
    PhoneNumbers: { Mobile: `(617) 555-0${digits}` },
    Address: bostonAddress(street, '02110'),
    ...extra,
  };
  return addTenant(world, saveTenant.parse(body), nowMs).id;
}
