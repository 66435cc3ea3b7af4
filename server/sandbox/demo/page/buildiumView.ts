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
  ['unit', 'Unit', 'text'],
  ['tenants', 'Tenants', 'text'],
  ['status', 'Status', 'choice'],
  ['rent', 'Rent', 'money'],
  ['owed', 'Owes', 'money'],
  ['to', 'Ends', 'date'],
];
const UNITS: Columns = [
  ['unit', 'Unit', 'text'],
  ['marketRent', 'Market rent', 'money'],
  ['occupied', 'Occupied', 'checkbox'],
  ['rooms', 'Rooms', 'text'],
];
const TRANSACTIONS: Columns = [
  ['date', 'Date', 'date'],
  ['type', 'Type', 'text'],
  ['amount', 'Amount', 'money'],
  ['who', 'Who', 'text'],
  ['accounts', 'Accounts', 'text'],
  ['memo', 'Memo', 'text'],
];
const BILLS: Columns = [
  ['bill', 'Bill', 'text'],
  ['vendor', 'Vendor', 'text'],
  ['total', 'Amount', 'money'],
  ['status', 'Status', 'choice'],
  ['due', 'Due', 'date'],
  ['lines', 'Lines', 'text'],
];
const TENANTS: Columns = [
  ['name', 'Name', 'text'],
  ['phone', 'Phone', 'text'],
  ['email', 'E-mail', 'text'],
];
const PROPERTIES: Columns = [
  ['name', 'Name', 'text'],
  ['address', 'Address', 'text'],
  ['units', 'Units', 'number'],
  ['reserve', 'Reserve', 'money'],
];
const OWNERS: Columns = [
  ['name', 'Name', 'text'],
  ['properties', 'Properties', 'text'],
  ['comment', 'Comment', 'text'],
  ['email', 'E-mail', 'text'],
];
const VENDORS: Columns = [
  ['name', 'Name', 'text'],
  ['category', 'Category', 'text'],
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
  return {
    cells: {
      unit: unitName(world, lease.saved.UnitId),
      tenants: tenantNames(world, current.length > 0 ? current : everyone),
      status: pill(status),
      rent: dollars(monthlyRentCents(world, lease.id, today)),
      owed: owed > 0 ? owed / 100 : null,
      to: lease.saved.LeaseToDate,
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
      unit: unitName(world, unit.id),
      marketRent: dollars(MarketRent ?? null),
      occupied: isOccupied(world, unit.id, today),
      rooms: [...rooms, UnitSize ? `${UnitSize} sq ft` : ''].filter((part) => part).join(' · '),
    },
    actions: ['changeMarketRent'] as const,
  };
}

function transactionRow({ world }: Book, transaction: Transaction) {
  const lines = shownLines(world, transaction);
  const accounts = new Set(lines.map((line) => world.glAccounts.get(line.glAccountId)?.saved.Name ?? ''));
  const unitId = lines[0]?.entity.unitId ?? null;
  const who = payee(world, transaction)?.Name ?? (unitId === null ? null : unitName(world, unitId));
  const canGo = transaction.kind === 'Charge' || transaction.kind === 'Payment';
  return {
    cells: {
      date: transaction.date,
      type: inWords(transaction.kind),
      amount: dollars(shownTotalCents(world, transaction)),
      who,
      accounts: [...accounts].join(', '),
      memo: transaction.memo,
    },
    ...(canGo ? { actions: ['deleteTransaction'] as const } : {}),
  };
}

function billRow({ world }: Book, bill: Bill) {
  const status = billStatus(world, bill);
  const lines = bill.lines.map(
    (line) => `${world.glAccounts.get(line.glAccountId)?.saved.Name ?? ''} ${formatCents(line.amountCents)}`,
  );
  return {
    cells: {
      bill: bill.referenceNumber ?? `Bill ${bill.id}`,
      vendor: vendorName(world, bill.vendorId),
      total: dollars(totalCents(bill.lines)),
      status: pill(status),
      due: bill.dueDate,
      lines: lines.join(' · '),
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
    cells: { name: personName(saved), phone: Mobile ?? Home ?? Work ?? null, email: saved.Email ?? null },
    actions: ['changeTenantPhone'] as const,
  };
}

function propertyRow({ world }: Book, { id, saved }: Property) {
  return {
    cells: {
      name: saved.Name,
      address: [saved.Address.AddressLine1, saved.Address.City].filter((part) => part).join(', '),
      units: world.unitsByProperty.get(id)?.length ?? 0,
      reserve: dollars(saved.Reserve ?? null),
    },
  };
}

function ownerRow({ world }: Book, { saved }: Owner) {
  const names = (saved.PropertyIds ?? []).map((id) => world.properties.get(id)?.saved.Name ?? '');
  return {
    cells: {
      name: personName(saved),
      properties: names.join(', '),
      comment: saved.Comment ?? null,
      email: saved.Email ?? null,
    },
    actions: ['changeOwnerComment'] as const,
  };
}

function vendorRow({ world }: Book, { saved }: Vendor) {
  const category = world.vendorCategories.get(saved.CategoryId ?? 0)?.name ?? null;
  return { cells: { name: personName(saved), category, email: saved.PrimaryEmail ?? null } };
}

export function formatDollars(amount: number): string {
  return formatCents(Math.round(amount * 100));
}

function dollars(cents: number | null): number | null {
  return cents === null ? null : cents / 100;
}
