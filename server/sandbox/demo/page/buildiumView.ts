import { formatCents } from '../../../../shared/money.ts';
import { inWords } from '../../../../shared/resources/lens.ts';
import { currentTenantIds, isOccupied, leaseStatus, monthlyRentCents } from '../../buildium/leaseTerms.ts';
import { paidCents, paidDate } from '../../buildium/resources/billBalances.ts';
import { payee, shownLines, shownTotalCents } from '../../buildium/resources/glTransactions.ts';
import type { Lease, Owner, Property, Tenant, Unit, Vendor, World } from '../../buildium/state.ts';
import { totalCents, type Bill, type Transaction } from '../../buildium/transactions.ts';
import type { CellValue, Column, ColumnKind, FormName, Row, TableView } from './view.ts';

/** Buildium's screens: its records in its own words, as tables. */
export function buildiumTables(world: World, today: string): TableView[] {
  const books: Book = { world, today };
  return [
    table('leases', 'Leases', LEASES, [...world.leases.values()], (lease) => leaseRow(books, lease)),
    table('units', 'Units', UNITS, [...world.units.values()], (unit) => unitRow(books, unit)),
    table('transactions', 'Transactions', TRANSACTIONS, newestFirst(world.transactions.values()), (one) =>
      transactionRow(books, one),
    ),
    table('bills', 'Bills', BILLS, newestFirst(billsOf(world)), (bill) => billRow(books, bill)),
    table('tenants', 'Tenants', TENANTS, [...world.tenants.values()], (tenant) => tenantRow(books, tenant)),
    table('properties', 'Properties', PROPERTIES, [...world.properties.values()], (one) =>
      propertyRow(books, one),
    ),
    table('owners', 'Owners', OWNERS, [...world.owners.values()], (owner) => ownerRow(books, owner)),
    table('vendors', 'Vendors', VENDORS, [...world.vendors.values()], (vendor) => vendorRow(books, vendor)),
  ];
}

type Book = { world: World; today: string };
type Columns = readonly (readonly [id: string, name: string, kind: ColumnKind])[];

const LEASES: Columns = [
  ['lease', 'Lease', 'title'],
  ['status', 'Status', 'choice'],
  ['rent', 'Rent', 'amounts'],
];
const UNITS: Columns = [
  ['unit', 'Unit', 'title'],
  ['marketRent', 'Market rent', 'money'],
  ['occupied', 'Occupied', 'checkbox'],
];
const TRANSACTIONS: Columns = [
  ['what', 'Transaction', 'title'],
  ['amount', 'Amount', 'money'],
  ['accounts', 'Accounts', 'title'],
];
const BILLS: Columns = [
  ['bill', 'Bill', 'title'],
  ['total', 'Amount', 'money'],
  ['status', 'Status', 'choice'],
  ['lines', 'Lines', 'text'],
];
const TENANTS: Columns = [
  ['name', 'Tenant', 'title'],
  ['phone', 'Phone', 'text'],
];
const PROPERTIES: Columns = [
  ['name', 'Property', 'title'],
  ['units', 'Units', 'number'],
  ['reserve', 'Reserve', 'money'],
];
const OWNERS: Columns = [
  ['name', 'Owner', 'title'],
  ['comment', 'Comment', 'text'],
];
const VENDORS: Columns = [
  ['name', 'Vendor', 'title'],
  ['email', 'E-mail', 'text'],
];

function table<T extends { id: number }>(
  resource: string,
  name: string,
  columns: Columns,
  records: readonly T[],
  rowOf: (record: T) => { cells: Record<string, CellValue | null>; actions?: readonly FormName[] },
): TableView {
  const shown = columns.map(
    ([id, columnName, kind]): Column => ({ id, name: columnName, kind, origin: 'buildium' }),
  );
  const rows = records.map((record): Row => {
    const { cells, actions } = rowOf(record);
    const filled = Object.entries(cells).filter((cell): cell is [string, CellValue] => cell[1] !== null);
    const id = String(record.id);
    return { id, entityId: id, cells: Object.fromEntries(filled), ...(actions ? { actions } : {}) };
  });
  return { id: resource, name, resource, columns: shown, rows };
}

export function billsOf(world: World): Bill[] {
  return [...world.transactions.values()].filter(
    (transaction): transaction is Bill => transaction.kind === 'Bill',
  );
}

/** By day, and by the order of entry within it. */
export function newestFirst<T extends { id: number; date: string }>(transactions: Iterable<T>): T[] {
  return [...transactions].sort((a, b) => (a.date === b.date ? b.id - a.id : a.date < b.date ? 1 : -1));
}

export function unitName(world: World, unitId: number): string {
  const unit = world.units.get(unitId);
  const property = world.properties.get(unit?.propertyId ?? 0);
  const [short = ''] = (property?.saved.Name ?? '').split(' ');
  const number = unit?.saved.UnitNumber ?? '';
  return number.startsWith(short) ? number : `${short} ${number}`;
}

export function personName(saved: {
  FirstName?: string | null;
  LastName?: string | null;
  CompanyName?: string | null;
}): string {
  return saved.CompanyName || [saved.FirstName, saved.LastName].filter((part) => part).join(' ');
}

export function tenantNames(world: World, tenantIds: readonly number[]): string {
  return tenantIds.map((id) => personName(world.tenants.get(id)?.saved ?? {})).join(', ');
}

export function owedCents(world: World, leaseId: number, today: string): number {
  const { openItems } = world.ledger.leaseBalance(leaseId, today);
  return openItems.reduce((sum, item) => sum + item.openCents, 0);
}

export function billStatus(world: World, bill: Bill): 'Paid' | 'Partly paid' | 'Unpaid' {
  if (paidDate(world, bill) !== null) return 'Paid';
  return paidCents(world, bill) > 0 ? 'Partly paid' : 'Unpaid';
}

const COLOR_OF: Record<string, string> = {
  Active: 'greenLight2',
  Future: 'blueLight2',
  Past: 'grayLight2',
  Paid: 'greenLight2',
  'Partly paid': 'yellowLight2',
  Unpaid: 'orangeLight2',
};

function pill(name: string): CellValue {
  return [{ id: name, name, color: COLOR_OF[name] ?? 'grayLight2' }];
}

function leaseRow({ world, today }: Book, lease: Lease) {
  const status = leaseStatus(lease, today);
  const owed = owedCents(world, lease.id, today);
  const everyone = lease.tenants.map(({ tenantId }) => tenantId);
  const current = currentTenantIds(lease, today);
  const names = tenantNames(world, current.length > 0 ? current : everyone);
  const { LeaseToDate } = lease.saved;
  const ends = LeaseToDate === null ? '' : ` · to ${shortDay(LeaseToDate, 'numeric')}`;
  return {
    cells: {
      lease: lines(unitName(world, lease.saved.UnitId), `${names}${ends}`),
      status: pill(status),
      rent: lines(
        formatCents(monthlyRentCents(world, lease.id, today) ?? 0),
        owed > 0 ? `owes ${formatCents(owed)}` : null,
      ),
    },
    ...(status === 'Active' ? { actions: ['recordRentPayment', 'terminateLease'] as const } : {}),
  };
}

function unitRow({ world, today }: Book, unit: Unit) {
  const { UnitBedrooms, UnitBathrooms, UnitSize, MarketRent } = unit.saved;
  const rooms = [UnitBedrooms, UnitBathrooms]
    .filter((part) => part && part !== 'NotSet')
    .map((part) => inWords(part ?? ''));
  return {
    cells: {
      unit: lines(
        unitName(world, unit.id),
        [...rooms, UnitSize ? `${UnitSize} sq ft` : ''].filter((part) => part).join(' · '),
      ),
      marketRent: dollars(MarketRent ?? null),
      occupied: isOccupied(world, unit.id, today),
    },
    actions: ['changeMarketRent'] as const,
  };
}

function transactionRow({ world }: Book, transaction: Transaction) {
  const booked = shownLines(world, transaction);
  const accounts = new Set(booked.map((line) => world.glAccounts.get(line.glAccountId)?.saved.Name ?? ''));
  const unitId = booked[0]?.entity.unitId ?? null;
  const who = payee(world, transaction)?.Name ?? (unitId === null ? null : unitName(world, unitId));
  const canGo = transaction.kind === 'Charge' || transaction.kind === 'Payment';
  return {
    cells: {
      what: lines(`${inWords(transaction.kind)} · ${shortDay(transaction.date)}`, who),
      amount: dollars(shownTotalCents(world, transaction)),
      accounts: lines([...accounts].join(', '), transaction.memo),
    },
    ...(canGo ? { actions: ['deleteTransaction'] as const } : {}),
  };
}

function billRow({ world }: Book, bill: Bill) {
  const status = billStatus(world, bill);
  const parts = bill.lines.map(
    (line) => `${world.glAccounts.get(line.glAccountId)?.saved.Name ?? ''} ${formatCents(line.amountCents)}`,
  );
  return {
    cells: {
      bill: lines(
        `${bill.referenceNumber ?? `Bill ${bill.id}`} · due ${shortDay(bill.dueDate)}`,
        vendorName(world, bill.vendorId),
      ),
      total: dollars(totalCents(bill.lines)),
      status: pill(status),
      lines: parts.join(' · '),
    },
    ...(status === 'Paid' ? {} : { actions: ['payBill'] as const }),
  };
}

export function vendorName(world: World, vendorId: number): string {
  return personName(world.vendors.get(vendorId)?.saved ?? {});
}

function tenantRow(_book: Book, { saved }: Tenant) {
  const { Mobile, Home, Work } = saved.PhoneNumbers ?? {};
  return {
    cells: { name: lines(personName(saved), saved.Email ?? null), phone: Mobile ?? Home ?? Work ?? null },
    actions: ['changeTenantPhone'] as const,
  };
}

function propertyRow({ world }: Book, { id, saved }: Property) {
  return {
    cells: {
      name: lines(
        saved.Name,
        [saved.Address.AddressLine1, saved.Address.City].filter((part) => part).join(', '),
      ),
      units: world.unitsByProperty.get(id)?.length ?? 0,
      reserve: dollars(saved.Reserve ?? null),
    },
  };
}

function ownerRow({ world }: Book, { saved }: Owner) {
  const names = (saved.PropertyIds ?? []).map((id) => world.properties.get(id)?.saved.Name ?? '');
  return {
    cells: {
      name: lines(personName(saved), names.join(', ')),
      comment: saved.Comment ?? null,
    },
    actions: ['changeOwnerComment'] as const,
  };
}

function vendorRow({ world }: Book, { saved }: Vendor) {
  const category = world.vendorCategories.get(saved.CategoryId ?? 0)?.name ?? null;
  return { cells: { name: lines(personName(saved), category), email: saved.PrimaryEmail ?? null } };
}

/** A title's two lines. */
function lines(first: string, second: string | null): string {
  return second ? `${first}\n${second}` : first;
}

function shortDay(date: string, year?: 'numeric'): string {
  const format: Intl.DateTimeFormatOptions = { month: 'short', day: 'numeric', year, timeZone: 'UTC' };
  return new Date(`${date}T00:00:00Z`).toLocaleDateString('en-US', format);
}

export function formatDollars(amount: number): string {
  return formatCents(Math.round(amount * 100));
}

function dollars(cents: number | null): number | null {
  return cents === null ? null : cents / 100;
}
