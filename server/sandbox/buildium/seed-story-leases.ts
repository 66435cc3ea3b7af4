import { addDays, addMonths, lastDayOfMonth, type PlainDate } from '../../../shared/dates.ts';
import type { Cents } from '../../../shared/money.ts';
import { addTransaction, newLine, newTransaction } from './journal.ts';
import { leaseEntity } from './lookups.ts';
import { LATE_FEE_INCOME, PREPAYMENTS, RENT_INCOME, SECURITY_DEPOSIT_LIABILITY } from './postings.ts';
import { moveOutTenant } from './resources/leaseChanges.ts';
import type { Chart } from './seed-chart.ts';
import { seedTenant, type StoryPlaces } from './seed-story-people.ts';
import { bookkeeper, dayOf, enteredMs, type LeaseSeed } from './seed-tools.ts';
import type { Lease, World } from './state.ts';
import type { Payment } from './transactions.ts';

/** Months of history before the clock's own month. */
export const MONTHS = 5;

type StoryLeases = Record<'amara' | 'haddads' | 'grace' | 'victor' | 'ruth' | 'sofia', Lease>;

export function seedLeases(world: World, places: StoryPlaces, nowMs: number): StoryLeases {
  const books = bookkeeper(world, nowMs);
  const tenant = (first: string, last: string, street: string, months: number, extra = {}): number =>
    seedTenant(world, enteredMs(dayOf(nowMs, -months, 1), nowMs), first, last, street, extra);
  const lease = (seed: Omit<LeaseSeed, 'from' | 'to'> & { months: number; to?: PlainDate | null }): Lease => {
    const from = dayOf(nowMs, -seed.months, 1);
    const to = seed.to === undefined ? lastDayOfMonth(addMonths(from, 11)) : seed.to;
    return books.lease({ ...seed, from, to });
  };
  const leases: StoryLeases = {
    amara: lease({
      unitId: places.unit['HV 1A'],
      tenantIds: [tenant('Amara', 'Osei', '12 Commercial Wharf #1A', 8)],
      months: 8,
      type: 'Fixed',
      rentCents: 230_000,
      depositCents: 230_000,
    }),
    haddads: lease({
      unitId: places.unit['HV 1B'],
      tenantIds: [
        tenant('Liam', 'Haddad', '12 Commercial Wharf #1B', MONTHS, {
          EmergencyContact: {
            Name: 'Rima Haddad',
            RelationshipDescription: 'Mother',
            Phone: '(617) 555-0188',
          },
        }),
        tenant('Noor', 'Haddad', '12 Commercial Wharf #1B', MONTHS),
      ],
      months: MONTHS,
      type: 'Fixed',
      rentCents: 205_000,
      depositCents: 205_000,
    }),
    grace: lease({
      unitId: places.unit['HV 2B'],
      tenantIds: [tenant('Grace', 'Lin', '12 Commercial Wharf #2B', 10)],
      months: 10,
      type: 'FixedWithRollover',
      rentCents: 210_000,
      depositCents: 105_000,
    }),
    victor: lease({
      unitId: places.unit['Maple 1'],
      tenantIds: [tenant('Victor', 'Alves', '48 Maple Street #1', 7)],
      months: 7,
      type: 'Fixed',
      rentCents: 182_500,
      depositCents: 182_500,
    }),
    ruth: lease({
      unitId: places.unit['Maple 2'],
      tenantIds: [tenant('Ruth', 'Nyman', '48 Maple Street #2', 20)],
      months: 20,
      to: null,
      type: 'AtWill',
      rentCents: 179_500,
      depositCents: 100_000,
    }),
    sofia: lease({
      unitId: places.unit.Cedar,
      tenantIds: [tenant('Sofia', 'Petrov', '7 Cedar Lane', 14)],
      months: 14,
      type: 'FixedWithRollover',
      rentCents: 285_000,
      depositCents: 285_000,
    }),
  };
  books.lease({
    unitId: places.unit['HV 2A'],
    tenantIds: [tenant('Ines', 'Duarte', '21 Bowdoin Street', 0)],
    from: dayOf(nowMs, 1, 1),
    to: lastDayOfMonth(dayOf(nowMs, 12, 1)),
    type: 'Fixed',
    rentCents: 239_000,
    depositCents: 0,
  });
  return leases;
}

export function seedRentHistory(world: World, chart: Chart, leases: StoryLeases, nowMs: number): void {
  const books = bookkeeper(world, nowMs);
  const today = new Date(nowMs).toISOString().slice(0, 10);
  for (let month = -MONTHS; month <= 0; month += 1) {
    const first = dayOf(nowMs, month, 1);
    const received: Payment[] = [];
    for (const [name, lease] of Object.entries(leases) as [keyof StoryLeases, Lease][]) {
      const rentCents = world.rentsByLease.get(lease.id)?.[0]?.saved.Charges[0]?.Amount ?? 0;
      const deposit = lease.securityDepositCents ?? 0;
      if (month === -MONTHS)
        books.charge(lease, first, SECURITY_DEPOSIT_LIABILITY, deposit, 'Security deposit');
      books.charge(lease, first, RENT_INCOME, rentCents, 'Rent');
      if (month === -MONTHS)
        received.push(
          books.pay(
            lease,
            first,
            [{ glAccountId: SECURITY_DEPOSIT_LIABILITY, amountCents: deposit }],
            'CashierCheck',
            'DEP',
          ),
        );
      const paid = rentPaid(name, month, rentCents, first);
      if (paid && paid.date <= today)
        received.push(books.pay(lease, paid.date, paid.lines, paid.method, paid.reference));
      if (name === 'haddads' && month === -1)
        books.charge(lease, addDays(first, 6), LATE_FEE_INCOME, 7_500, 'Late fee');
    }
    const deposited = received.filter((payment) => month < 0 || payment.leaseId !== leases.ruth.id);
    const depositDate = addDays(first, 4);
    if (depositDate <= today && deposited.length > 0)
      books.deposit(chart.operatingBankAccountId, depositDate, deposited);
  }
}

type RentPaid = {
  date: PlainDate;
  lines: { glAccountId: number; amountCents: Cents }[];
  method: 'Check' | 'ElectronicPayment' | 'Cash';
  reference: string | null;
};

/** Who pays how: the couple paid only part last month and nothing yet this month; Grace paid ahead. */
function rentPaid(
  name: keyof StoryLeases,
  month: number,
  rentCents: Cents,
  first: PlainDate,
): RentPaid | null {
  const rent = (amountCents: Cents) => [{ glAccountId: RENT_INCOME, amountCents }];
  const electronic = { method: 'ElectronicPayment', reference: null } as const;
  if (name === 'haddads') {
    if (month === 0) return null;
    return { date: addDays(first, 3), lines: rent(month === -1 ? 120_000 : rentCents), ...electronic };
  }
  if (name === 'grace' && month === -1)
    return {
      date: addDays(first, 1),
      lines: [...rent(rentCents), { glAccountId: PREPAYMENTS, amountCents: 260_000 }],
      ...electronic,
    };
  if (name === 'grace' && month === 0) return null;
  if (name === 'victor')
    return {
      date: addDays(first, 2),
      lines: rent(rentCents),
      method: 'Check',
      reference: String(2207 + month),
    };
  if (name === 'ruth') return { date: first, lines: rent(rentCents), method: 'Cash', reference: null };
  return { date: first, lines: rent(rentCents), ...electronic };
}

/** Tom left 2A three months ago: part of his deposit was kept for cleaning, the rest was refunded. */
export function seedFormerTenant(world: World, chart: Chart, places: StoryPlaces, nowMs: number): void {
  const books = bookkeeper(world, nowMs);
  const from = dayOf(nowMs, -MONTHS, 1);
  const leftOn = lastDayOfMonth(dayOf(nowMs, -3, 1));
  const tenantId = seedTenant(world, enteredMs(from, nowMs), 'Tom', 'Becker', '12 Commercial Wharf #2A');
  const lease = books.lease({
    unitId: places.unit['HV 2A'],
    tenantIds: [tenantId],
    from,
    to: leftOn,
    type: 'Fixed',
    rentCents: 225_000,
    depositCents: 225_000,
  });
  books.charge(lease, from, SECURITY_DEPOSIT_LIABILITY, 225_000, 'Security deposit');
  const payments = [
    books.pay(
      lease,
      from,
      [{ glAccountId: SECURITY_DEPOSIT_LIABILITY, amountCents: 225_000 }],
      'Check',
      '881',
    ),
  ];
  for (let date = from; date < leftOn; date = addMonths(date, 1)) {
    books.charge(lease, date, RENT_INCOME, 225_000, 'Rent');
    payments.push(books.pay(lease, date, [{ glAccountId: RENT_INCOME, amountCents: 225_000 }]));
  }
  books.deposit(chart.operatingBankAccountId, addDays(leftOn, -10), payments);
  const noticeGivenDate = addDays(leftOn, -40);
  moveOutTenant(world, lease, { tenantId, moveOutDate: leftOn, noticeGivenDate }, enteredMs(leftOn, nowMs));
  const settledOn = addDays(leftOn, 12);
  const entity = leaseEntity(world, lease.id);
  addTransaction(world, {
    ...newTransaction(world, enteredMs(settledOn, nowMs), {
      date: settledOn,
      memo: 'Cleaning after move-out',
    }),
    kind: 'ApplyDeposit',
    leaseId: lease.id,
    liabilityGlAccountId: SECURITY_DEPOSIT_LIABILITY,
    lines: [newLine(world, { glAccountId: RENT_INCOME, amountCents: 35_000, entity })],
  });
  addTransaction(world, {
    ...newTransaction(world, enteredMs(settledOn, nowMs), {
      date: settledOn,
      memo: 'Deposit refund',
      checkNumber: '1038',
    }),
    kind: 'Refund',
    leaseId: lease.id,
    bankAccountId: chart.operatingBankAccountId,
    payeeTenantIds: [tenantId],
    address: {
      AddressLine1: '4 Elm Street',
      AddressLine2: null,
      AddressLine3: null,
      City: 'Salem',
      State: 'MA',
      PostalCode: '01970',
      Country: 'UnitedStates',
    },
    lines: [newLine(world, { glAccountId: SECURITY_DEPOSIT_LIABILITY, amountCents: 190_000, entity })],
  });
}
