import { addDays, addMonths, firstDayOfMonth, type PlainDate } from '../../../shared/dates.ts';
import type { Cents } from '../../../shared/money.ts';
import { addTransaction, newLine, newTransaction } from './journal.ts';
import { leaseEntity } from './lookups.ts';
import { fullPayment } from './resources/billBalances.ts';
import { recordBillPayment } from './resources/billPayments.ts';
import { recordDeposit } from './resources/deposits.ts';
import { addLease } from './resources/leaseChanges.ts';
import { saveLease } from './resources/leases.ts';
import { recordPayment } from './resources/payments.ts';
import { addRent } from './resources/rents.ts';
import type { Lease, World } from './state.ts';
import type { AccountingEntity, Bill, Charge, Payment, PaymentMethod } from './transactions.ts';

/** The instant at which something dated so was entered: that day's afternoon, never after now. */
export function enteredMs(date: PlainDate, nowMs: number): number {
  return Math.min(Date.parse(`${date}T15:00:00Z`), nowMs);
}

/** The day of a month that lies so many months from the clock's own, at most its last day. */
export function dayOf(nowMs: number, months: number, day: number): PlainDate {
  return addDays(addMonths(firstDayOfMonth(new Date(nowMs).toISOString().slice(0, 10)), months), day - 1);
}

export function bostonAddress(AddressLine1: string, PostalCode: string, City = 'Boston') {
  return { AddressLine1, City, State: 'MA', PostalCode, Country: 'UnitedStates' };
}

export function rental(propertyId: number, unitId: number | null = null): AccountingEntity {
  return { type: 'Rental', id: propertyId, unitId };
}

export type LeaseSeed = {
  unitId: number;
  tenantIds: number[];
  from: PlainDate;
  to: PlainDate | null;
  type: 'Fixed' | 'FixedWithRollover' | 'AtWill';
  rentCents: Cents;
  depositCents: Cents;
};

/** Writes as a person would have, on the days on which they would have. */
export function bookkeeper(world: World, nowMs: number) {
  const at = (date: PlainDate): number => enteredMs(date, nowMs);
  return {
    lease(seed: LeaseSeed): Lease {
      const saved = saveLease.parse({
        LeaseType: seed.type,
        UnitId: seed.unitId,
        LeaseFromDate: seed.from,
        LeaseToDate: seed.to,
        IsEvictionPending: false,
      });
      const signedMs = at(addDays(seed.from, -20));
      const lease = addLease(world, saved, signedMs);
      lease.tenants = seed.tenantIds.map((tenantId) => ({ tenantId, moveInDate: seed.from }));
      lease.securityDepositCents = seed.depositCents || null;
      const Charges = [
        {
          GlAccountId: 3,
          Amount: seed.rentCents,
          Memo: 'Rent',
          PostDaysInAdvance: 0,
          NextDueDate: seed.from,
        },
      ];
      addRent(world, lease, {
        startDate: seed.from,
        saved: { RentCycle: 'Monthly', BackdateCharges: false, Charges },
        nowMs: signedMs,
      });
      return lease;
    },
    charge(lease: Lease, date: PlainDate, glAccountId: number, amountCents: Cents, memo: string): Charge {
      const entity = leaseEntity(world, lease.id);
      return addTransaction<Charge>(world, {
        ...newTransaction(world, at(date), { date, memo }),
        kind: 'Charge',
        leaseId: lease.id,
        billId: null,
        lines: [newLine(world, { glAccountId, amountCents, entity })],
      });
    },
    pay(
      lease: Lease,
      date: PlainDate,
      lines: { glAccountId: number; amountCents: Cents }[],
      paymentMethod: PaymentMethod = 'ElectronicPayment',
      referenceNumber: string | null = null,
    ): Payment {
      const payeeTenantId = lease.tenants[0]?.tenantId ?? null;
      const input = { date, paymentMethod, payeeTenantId, memo: 'Rent payment', referenceNumber, lines };
      return recordPayment(world, lease, input, at(date));
    },
    deposit(bankAccountId: number, date: PlainDate, payments: readonly Payment[]): void {
      const paymentIds = payments.map((payment) => payment.id);
      recordDeposit(world, { bankAccountId, paymentIds, lines: [], date, memo: 'Deposit' }, at(date));
    },
    bill(
      vendorId: number,
      date: PlainDate,
      dueDate: PlainDate,
      memo: string,
      lines: { glAccountId: number; amountCents: Cents; entity: AccountingEntity }[],
      referenceNumber: string | null = null,
    ): Bill {
      return addTransaction<Bill>(world, {
        ...newTransaction(world, at(date), { date, memo }),
        kind: 'Bill',
        vendorId,
        dueDate,
        workOrderId: null,
        referenceNumber,
        approvalStatus: 'NotNeeded',
        paymentIds: [],
        lines: lines.map((line) => ({ ...newLine(world, line), markup: null })),
      });
    },
    payBill(bill: Bill, bankAccountId: number, date: PlainDate, checkNumber: string): void {
      const allocations = fullPayment(world, bill);
      const input = { bankAccountId, date, memo: bill.memo, checkNumber, allocations, vendorCreditIds: [] };
      recordBillPayment(world, [bill], input, at(date));
    },
    ownerCheck(
      ownerId: number,
      bankAccountId: number,
      date: PlainDate,
      checkNumber: string,
      lines: { glAccountId: number; amountCents: Cents; entity: AccountingEntity }[],
    ): void {
      addTransaction(world, {
        ...newTransaction(world, at(date), { date, memo: 'Owner draw', checkNumber }),
        kind: 'Check',
        bankAccountId,
        payee: { id: ownerId, type: 'RentalOwner' },
        lines: lines.map((line) => newLine(world, line)),
      });
    },
    quickDeposit(
      bankAccountId: number,
      date: PlainDate,
      memo: string,
      line: { glAccountId: number; amountCents: Cents; entity: AccountingEntity },
    ): void {
      addTransaction(world, {
        ...newTransaction(world, at(date), { date, memo }),
        kind: 'QuickDeposit',
        bankAccountId,
        lines: [newLine(world, line)],
      });
    },
    journal(
      date: PlainDate,
      memo: string,
      entity: AccountingEntity,
      amountCents: Cents,
      debitAccountId: number,
      creditAccountId: number,
    ): void {
      const side = (glAccountId: number, postingType: 'Debit' | 'Credit') => ({
        ...newLine(world, { glAccountId, amountCents, entity }),
        postingType,
      });
      addTransaction(world, {
        ...newTransaction(world, at(date), { date, memo }),
        kind: 'JournalEntry',
        lines: [side(debitAccountId, 'Debit'), side(creditAccountId, 'Credit')],
      });
    },
  };
}
