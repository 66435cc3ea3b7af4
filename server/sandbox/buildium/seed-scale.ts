import { addDays, addMonths, lastDayOfMonth } from '../../../shared/dates.ts';
import { seededRandom, type Random } from '../random.ts';
import { OWNER_DRAW, RENT_INCOME, SECURITY_DEPOSIT_LIABILITY } from './postings.ts';
import { addOwner, saveOwner } from './resources/owners.ts';
import { addProperty, postRental } from './resources/rentals.ts';
import { addVendor, saveVendor } from './resources/vendors.ts';
import type { Chart } from './seed-chart.ts';
import { seedTenant } from './seed-story-people.ts';
import { bookkeeper, bostonAddress, dayOf, enteredMs, rental } from './seed-tools.ts';
import type { Lease, Property, World } from './state.ts';
import type { Payment } from './transactions.ts';

const FIRST_NAMES = [
  'Ada',
  'Ben',
  'Chloe',
  'Diego',
  'Esther',
  'Femi',
  'Gita',
  'Hugo',
  'Ines',
  'Jonas',
  'Kira',
  'Leo',
];
const LAST_NAMES = [
  'Abbott',
  'Brandt',
  'Costa',
  'Dunne',
  'Eriksen',
  'Fofana',
  'Garcia',
  'Hill',
  'Ito',
  'Jensen',
  'Khan',
];
const STREETS = [
  'Adams',
  'Beacon',
  'Chestnut',
  'Dudley',
  'Essex',
  'Franklin',
  'Grove',
  'Hancock',
  'Ivory',
  'Joy',
];

export type ScaleSeed = { properties: number; seed?: number; transactionsPerLease?: number };

/**
 * As many properties as asked for, with one to four units, leases on most of them, and a charge and a payment
 * a month. Every fortieth property has a lease without tenants that nobody ended: Buildium accounts do.
 */
export function seedScale(world: World, chart: Chart, scale: ScaleSeed, nowMs: number): void {
  const random = seededRandom(scale.seed ?? 1);
  const startedMs = enteredMs(dayOf(nowMs, -24, 1), nowMs);
  const vendorIds = Array.from({ length: Math.ceil(scale.properties / 10) }, (_, index) =>
    seedVendor(world, chart, index, startedMs),
  );
  for (let index = 0; index < scale.properties; index += 1) {
    const property = seedProperty(world, chart, random, index, startedMs);
    seedOwner(world, property, random, index, startedMs);
    const leases = (world.unitsByProperty.get(property.id) ?? [])
      .filter(() => random.next() < 0.94)
      .map((unit) => seedLease(world, unit.id, random, nowMs));
    seedRent(world, chart, leases, random, scale.transactionsPerLease ?? 6, nowMs);
    seedBill(world, chart, property, random.pick(vendorIds), random, nowMs);
    if (index % 40 === 39) seedGhostLease(world, property, nowMs);
  }
}

function seedVendor(world: World, chart: Chart, index: number, startedMs: number): number {
  const name = `${LAST_NAMES[index % LAST_NAMES.length] ?? ''} Services ${index + 1}`;
  const body = {
    IsCompany: true,
    CompanyName: name,
    CategoryId: chart.categoryId.Handyman,
    PrimaryEmail: `office${index + 1}@services.example`,
  };
  return addVendor(world, saveVendor.parse(body), startedMs).id;
}

function seedProperty(
  world: World,
  chart: Chart,
  random: Random,
  index: number,
  startedMs: number,
): Property {
  const street = `${10 + (index % 890)} ${random.pick(STREETS)} Street`;
  const Address = bostonAddress(street, String(2100 + (index % 90)).padStart(5, '0'));
  const Units = Array.from({ length: random.integer(1, 4) }, (_, unit) => ({
    UnitNumber: String(unit + 1),
    MarketRent: 1200 + random.integer(0, 160) * 10,
    UnitSize: random.integer(450, 1400),
    UnitBedrooms: random.pick(['Studio', 'OneBed', 'TwoBed', 'ThreeBed']),
    UnitBathrooms: 'OneBath',
    Address,
  }));
  const body = {
    Name: `${street} (${index + 1})`,
    RentalSubType: Units.length === 1 ? 'SingleFamily' : 'MultiFamily',
    OperatingBankAccountId: chart.operatingBankAccountId,
    PropertyManagerId: chart.managerId,
    Reserve: random.integer(0, 20) * 100,
    YearBuilt: random.integer(1890, 2019),
    Address,
    Units,
  };
  return addProperty(world, postRental.parse(body), startedMs);
}

function seedOwner(world: World, property: Property, random: Random, index: number, startedMs: number): void {
  const body = {
    IsCompany: false,
    FirstName: random.pick(FIRST_NAMES),
    LastName: `${random.pick(LAST_NAMES)} ${index + 1}`,
    Email: `owner${index + 1}@mail.example`,
    Address: property.saved.Address,
    PropertyIds: [property.id],
  };
  addOwner(world, saveOwner.parse(body), null, startedMs);
}

function seedLease(world: World, unitId: number, random: Random, nowMs: number): Lease {
  const months = random.integer(6, 11);
  const from = dayOf(nowMs, -months, 1);
  const first = random.pick(FIRST_NAMES);
  const last = random.pick(LAST_NAMES);
  const Email = `tenant${world.tenants.size + 1}@mail.example`;
  const rentCents = 110_000 + random.integer(0, 150) * 1000;
  return bookkeeper(world, nowMs).lease({
    unitId,
    tenantIds: [seedTenant(world, enteredMs(from, nowMs), first, last, '1 Main Street', { Email })],
    from,
    to: lastDayOfMonth(addMonths(from, 11)),
    type: random.next() < 0.5 ? 'Fixed' : 'FixedWithRollover',
    rentCents,
    depositCents: rentCents,
  });
}

/** The newest transactions first in number: half charges, half payments, ending with the current month. */
function seedRent(
  world: World,
  chart: Chart,
  leases: readonly Lease[],
  random: Random,
  transactionsPerLease: number,
  nowMs: number,
): void {
  const books = bookkeeper(world, nowMs);
  const today = new Date(nowMs).toISOString().slice(0, 10);
  const months = Math.ceil(transactionsPerLease / 2);
  for (let month = 1 - months; month <= 0; month += 1) {
    const first = dayOf(nowMs, month, 1);
    const received: Payment[] = [];
    for (const lease of leases) {
      const rentCents = lease.securityDepositCents ?? 0;
      const deposit = month === 1 - months && months > 1 && random.next() < 0.3;
      const glAccountId = deposit ? SECURITY_DEPOSIT_LIABILITY : RENT_INCOME;
      books.charge(lease, first, glAccountId, rentCents, deposit ? 'Security deposit' : 'Rent');
      const paysLate = month === 0 && random.next() < 0.15;
      const oddLast = month === 0 && transactionsPerLease % 2 === 1;
      const date = addDays(first, random.integer(0, 4));
      if (!paysLate && !oddLast && date <= today)
        received.push(books.pay(lease, date, [{ glAccountId, amountCents: rentCents }]));
    }
    const depositDate = addDays(first, 5);
    if (received.length > 0 && depositDate <= today)
      books.deposit(chart.operatingBankAccountId, depositDate, received);
  }
}

function seedBill(
  world: World,
  chart: Chart,
  property: Property,
  vendorId: number,
  random: Random,
  nowMs: number,
): void {
  const books = bookkeeper(world, nowMs);
  const date = dayOf(nowMs, -1, random.integer(2, 20));
  const line = {
    glAccountId: random.pick([chart.account.repairs, chart.account.landscaping, chart.account.plumbing]),
    amountCents: random.integer(4000, 60_000),
    entity: rental(property.id),
  };
  const bill = books.bill(vendorId, date, addDays(date, 30), 'Work done', [line], `INV-${property.id}`);
  if (random.next() < 0.5)
    books.payBill(bill, chart.operatingBankAccountId, addDays(date, 5), String(property.id));
  if (random.next() < 0.2) {
    const owner = [...world.owners.values()].at(-1);
    const draw = { glAccountId: OWNER_DRAW, amountCents: 20_000, entity: rental(property.id) };
    if (owner) books.ownerCheck(owner.id, chart.operatingBankAccountId, dayOf(nowMs, -1, 25), '', [draw]);
  }
}

function seedGhostLease(world: World, property: Property, nowMs: number): void {
  const [unit] = world.unitsByProperty.get(property.id) ?? [];
  if (!unit) return;
  bookkeeper(world, nowMs).lease({
    unitId: unit.id,
    tenantIds: [],
    from: dayOf(nowMs, -60, 1),
    to: dayOf(nowMs, -48, 1),
    type: 'Fixed',
    rentCents: 100_000,
    depositCents: 0,
  });
}
