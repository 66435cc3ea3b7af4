import { bookedAs } from './booked.ts';
import { plannedTransactions } from '../../shared/planned/columns.ts';
import { PLANNED_KINDS, type PlannedKind } from '../../shared/planned/kinds.ts';
import { resourceNamed } from '../../shared/resources/index.ts';
import { placesIn } from '../../server/sandbox/bothSidesAirtable.ts';
import { entityIds, type Account, type Planned } from './account.ts';
import { askBase, inBase, rowOf, type Action, type People } from './people.ts';

type Cells = Record<string, unknown>;

const DAY = '2026-11-16';
const DUE = '2026-12-16';
const KINDS: readonly PlannedKind[] = [
  'leaseCharge',
  'leaseCharge',
  'leasePayment',
  'leasePayment',
  'leasePayment',
  'leaseCredit',
  'leaseRefund',
  'bill',
  'journalEntry',
];

/** A person plans a transaction. Amounts come again, so that one may look just like another. */
export const planTransaction: Action = (people, account) => {
  const kind = people.random.pick(KINDS);
  const name = `Plan ${people.fresh()}`;
  const rows = rowsOf(people, account, kind, name);
  if (rows === null) return null;
  const records = rows.map((fields) => ({
    fields: { Plan: name, Kind: PLANNED_KINDS[kind], Date: DAY, ...fields },
  }));
  const request = { action: 'createRecords' as const, table: plannedTransactions.table, records };
  const made = askBase(people, account, request);
  if (made === null) return null;
  const recordIds = made['ids'] as string[];
  const planned: Planned = { name, kind, recordIds, confirmedCents: [] };
  for (const id of recordIds) account.planned.set(id, planned);
  return `${kind} ${name}`;
};

function rowsOf(people: People, account: Account, kind: PlannedKind, name: string): Cells[] | null {
  const { random } = people;
  const Amount = 10 + random.integer(0, 4);
  const booksOn = (of: string): Cells => ({ 'GL Account': [glAccountRow(account, of)] });
  const lease = (): Cells => ({ Lease: [someRow(people, account, 'leases')] });
  switch (kind) {
    case 'leaseCharge':
      return [{ Amount, Memo: name, ...lease(), ...booksOn('Late Fee Income') }];
    case 'leasePayment':
      return [{ Amount, Memo: name, ...lease(), ...booksOn('Rent Income'), 'Payment Method': 'Check' }];
    case 'leaseCredit':
      return [
        { Amount, Memo: name, ...lease(), ...booksOn('Late Fee Income'), 'Credit Type': 'Waive unpaid' },
      ];
    case 'bill': {
      const Vendor = [someRow(people, account, 'vendors')];
      const Property = [someRow(people, account, 'properties')];
      return [{ Amount, Memo: name, 'Due Date': DUE, Vendor, Property, ...booksOn('Repairs & Maintenance') }];
    }
    case 'journalEntry': {
      const Property = [someRow(people, account, 'properties')];
      const line = { Amount, Group: name, Property };
      return [
        { ...line, 'Debit or Credit': 'Debit', ...booksOn('Repairs & Maintenance') },
        { ...line, 'Debit or Credit': 'Credit', ...booksOn('Late Fee Income') },
      ];
    }
    case 'leaseRefund': {
      const tenancy = someTenancy(people, account);
      if (!tenancy) return null;
      const Payee = [rowOf(account, 'tenants', tenancy.tenantId)];
      const Lease = [rowOf(account, 'leases', tenancy.leaseId)];
      const more = { Payee, 'Bank Account': [firstRow(account, 'bankAccounts')] };
      return [{ Amount, Memo: name, Lease, ...more, ...booksOn('Rent Income') }];
    }
  }
}

function glAccountRow(account: Account, name: string): string | null {
  const place = placesIn(account.base).get('glAccounts');
  const rows = account.base.tableById(place?.tableId)?.rows.values() ?? [];
  const column = place?.fieldIds.get('name') ?? '';
  return [...rows].find((row) => row.cells.get(column) === name)?.id ?? null;
}

function someTenancy(
  { random }: People,
  { buildium }: Account,
): { leaseId: string; tenantId: string } | null {
  const tenancies = [...buildium.records.leases.values()].flatMap(({ id, tenants: [tenant] }) =>
    tenant ? [{ leaseId: String(id), tenantId: String(tenant.tenantId) }] : [],
  );
  return tenancies.length > 0 ? random.pick(tenancies) : null;
}

function firstRow(account: Account, resource: string): string | null {
  const table = account.base.tableById(placesIn(account.base).get(resource)?.tableId);
  return table ? ([...table.rows.keys()][0] ?? null) : null;
}

function someRow({ random }: People, account: Account, resource: string): string | null {
  const ids = entityIds(account, resourceNamed(resource));
  return ids.length === 0 ? null : rowOf(account, resource, random.pick(ids));
}

/** How often they change what is booked already. */
const AFTER_THE_PUSH = 0.4;

/** Somebody thinks better of an amount, before the push or after it. */
export const changePlanned: Action = (people, account) => {
  const booked = people.random.next() < AFTER_THE_PUSH ? pickBooked(people, account) : null;
  const [ids] = booked ? [booked] : pickPlanned(people, account, 1);
  if (!ids) return null;
  const Amount = 20 + people.random.integer(0, 4);
  const records = ids.recordIds.map((id) => ({ id, fields: { Amount } }));
  const done = inBase(people, account, {
    action: 'updateRecords',
    table: plannedTransactions.table,
    records,
  });
  if (done !== null && booked) booked.isChanged = true;
  return done && `${ids.name} to ${Amount}`;
};

function pickBooked({ random }: People, account: Account): Planned | null {
  const booked = [...new Set(account.planned.values())].filter(
    ({ name }) => bookedAs(account, name).length > 0,
  );
  return booked.length > 0 ? random.pick(booked) : null;
}

/** What is in Buildium already and was changed since. */
export function pickChanged({ planned }: Account): Planned[] {
  return [...new Set(planned.values())].filter(({ isChanged }) => isChanged);
}

/** What a person enters in Buildium itself may look just like something that is on its way there. */
export const enterByHand: Action = (people, account) => {
  const leaseIds = entityIds(account, resourceNamed('leases'));
  const [income] = [...account.buildium.records.glAccounts.values()].filter(
    ({ saved }) => saved.Name === 'Late Fee Income',
  );
  if (leaseIds.length === 0 || !income) return null;
  const name = `By hand ${people.fresh()}`;
  const body = {
    ...{ Date: DAY, Memo: name },
    Lines: [{ Amount: 10 + people.random.integer(0, 4), GLAccountId: income.id }],
  };
  const atMs = Math.floor(people.nowMs() + account.skewMs.buildium);
  const path = `/v1/leases/${people.random.pick(leaseIds)}/charges`;
  return account.buildium.submit('POST', path, body, atMs).status < 300 ? name : null;
};

/** Some of what was planned; of the newest, or of all. */
export function pickPlanned({ random }: Pick<People, 'random'>, account: Account, most: number): Planned[] {
  const all = [...new Set(account.planned.values())];
  if (all.length === 0) return [];
  const back = random.integer(0, random.next() < 0.5 ? 3 : all.length - 1);
  const from = Math.max(0, all.length - 1 - back);
  return all.slice(from, from + random.integer(1, most));
}
