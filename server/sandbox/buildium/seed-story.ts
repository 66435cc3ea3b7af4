import { addDays, lastDayOfMonth } from '../../../shared/dates.ts';
import { OWNER_CONTRIBUTION, OWNER_DRAW } from './postings.ts';
import type { Chart } from './seed-chart.ts';
import { MONTHS, seedFormerTenant, seedLeases, seedRentHistory } from './seed-story-leases.ts';
import { seedPlaces, type StoryPlaces } from './seed-story-people.ts';
import { bookkeeper, dayOf, rental } from './seed-tools.ts';
import type { World } from './state.ts';

/**
 * A small portfolio with a story, told relative to the clock: somebody always pays, somebody is behind with a
 * late fee, a couple paid in part, one paid ahead, one paid by a check that may bounce; a tenant has left with
 * a deposit kept in part, another comes next month; a leak was repaired and is not paid for yet.
 */
export function seedStory(world: World, chart: Chart, nowMs: number): void {
  const places = seedPlaces(world, chart, nowMs);
  const leases = seedLeases(world, places, nowMs);
  seedRentHistory(world, chart, leases, nowMs);
  seedFormerTenant(world, chart, places, nowMs);
  seedExpenses(world, chart, places, nowMs);
  seedOwnersMoney(world, chart, places, nowMs);
}

/** The gardener is paid, the mortgage too; the plumber's repair in 1B waits. */
function seedExpenses(world: World, chart: Chart, places: StoryPlaces, nowMs: number): void {
  const books = bookkeeper(world, nowMs);
  const { account, operatingBankAccountId: bank } = chart;
  const { harborView, mapleStreet, vendorId } = places;
  const today = new Date(nowMs).toISOString().slice(0, 10);
  for (let month = -MONTHS; month < 0; month += 1) {
    const garden = { glAccountId: account.landscaping, amountCents: 18_500, entity: rental(harborView.id) };
    const mowing = books.bill(
      vendorId.landscaper,
      dayOf(nowMs, month, 8),
      dayOf(nowMs, month, 22),
      'Grounds',
      [garden],
      `GL-${410 + month}`,
    );
    books.payBill(mowing, bank, dayOf(nowMs, month, 20), String(1040 + month * 2));
    const mortgage = books.bill(
      vendorId.lender,
      dayOf(nowMs, month, 5),
      dayOf(nowMs, month, 15),
      'Mortgage L-88213',
      [
        { glAccountId: account.mortgageInterest, amountCents: 64_215, entity: rental(mapleStreet.id) },
        { glAccountId: account.mortgagePayable, amountCents: 31_040, entity: rental(mapleStreet.id) },
      ],
    );
    books.payBill(mortgage, bank, dayOf(nowMs, month, 14), String(1041 + month * 2));
  }
  const leak = addDays(today, -6);
  books.bill(
    vendorId.plumber,
    leak,
    addDays(leak, 30),
    'Leak under kitchen sink, 1B',
    [
      {
        glAccountId: account.plumbing,
        amountCents: 41_250,
        entity: rental(harborView.id, places.unit['HV 1B']),
      },
      {
        glAccountId: account.repairs,
        amountCents: 8_990,
        entity: rental(harborView.id, places.unit['HV 1B']),
      },
    ],
    'FP-10233',
  );
  const insured = dayOf(nowMs, -2, 3);
  const premium = { glAccountId: account.insurance, amountCents: 96_000, entity: rental(mapleStreet.id) };
  const policy = books.bill(
    vendorId.insurer,
    insured,
    addDays(insured, 20),
    'Annual policy',
    [premium],
    'API-7741',
  );
  books.payBill(policy, bank, addDays(insured, 9), '1050');
}

/** Draws to the pair, laundry coins, depreciation, and Elaine's money for a new roof. */
function seedOwnersMoney(world: World, chart: Chart, places: StoryPlaces, nowMs: number): void {
  const books = bookkeeper(world, nowMs);
  const { account, operatingBankAccountId: bank } = chart;
  const { harborView, cedarCottage, ownerId } = places;
  const drawn = dayOf(nowMs, -1, 12);
  const draw = [{ glAccountId: OWNER_DRAW, amountCents: 150_000, entity: rental(harborView.id) }];
  books.ownerCheck(ownerId.maria, bank, drawn, '1060', draw);
  books.ownerCheck(ownerId.david, bank, drawn, '1061', draw);
  const laundry = { glAccountId: account.laundry, amountCents: 8_725, entity: rental(harborView.id) };
  books.quickDeposit(bank, dayOf(nowMs, -1, 18), 'Laundry machines', laundry);
  const contribution = {
    glAccountId: OWNER_CONTRIBUTION,
    amountCents: 250_000,
    entity: rental(cedarCottage.id),
  };
  books.quickDeposit(bank, dayOf(nowMs, -2, 9), 'Owner contribution, roof', contribution);
  const lastMonth = lastDayOfMonth(dayOf(nowMs, -1, 1));
  books.journal(
    lastMonth,
    'Depreciation',
    rental(harborView.id),
    45_455,
    account.depreciation,
    account.accumulatedDepreciation,
  );
}
