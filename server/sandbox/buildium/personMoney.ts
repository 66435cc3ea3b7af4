import * as z from 'zod';
import { addDays, firstDayOfMonth } from '../../../shared/dates.ts';
import { centsFromDollars, dollarsFromCents } from '../../../shared/money.ts';
import { transactionChanged } from './journal.ts';
import { leaseStatus, monthlyRentCents } from './leaseTerms.ts';
import { propertyOfLease } from './lookups.ts';
import { action, refused, submitted, type Desk, type PersonAction } from './personAction.ts';
import { RENT_INCOME } from './postings.ts';
import { fullPayment } from './resources/billBalances.ts';
import { recordDeposit } from './resources/deposits.ts';
import { allocate, recordPayment } from './resources/payments.ts';
import type { Lease } from './state.ts';
import { totalCents, type Payment } from './transactions.ts';
import { date, id } from './validation.ts';

const dollars = z.number();

/** Money coming in and going out, as an office records it. */
export const MONEY_ACTIONS: Record<string, PersonAction> = {
  recordRentPayment: action(
    z.object({
      leaseId: id,
      amount: dollars.optional(),
      date: date.optional(),
      paymentMethod: z.string().default('ElectronicPayment'),
      memo: z.string().default('Rent payment'),
    }),
    (desk, input) => {
      const lease = desk.world.records.leases.get(input.leaseId);
      if (!lease) return refused(`The lease ${input.leaseId} does not exist.`);
      const day = input.date ?? desk.today;
      const owed = owedCents(desk, lease, day);
      const body = {
        Date: day,
        PaymentMethod: input.paymentMethod,
        PayeeUserId: lease.tenants[0]?.tenantId ?? null,
        Memo: input.memo,
        SendEmailReceipt: false,
        TotalAmount: input.amount ?? dollarsFromCents(owed > 0 ? owed : rentCents(desk, lease)),
      };
      return submitted(desk, 'POST', `/v1/leases/${lease.id}/autoallocatedpayments`, body, 'transactionId');
    },
  ),
  /** A tenant pays in the resident center: it stands in the books at once, and is pending until the bank answers. */
  payOnline: action(
    z.object({ leaseId: id, amount: dollars, glAccountId: id.optional(), date: date.optional() }),
    (desk, input) => {
      const { records } = desk.world;
      const lease = records.leases.get(input.leaseId);
      const paid = centsFromDollars(input.amount);
      if (!lease || !paid.ok) return refused(`The lease ${input.leaseId} cannot be paid $${input.amount}.`);
      const day = input.date ?? desk.today;
      const lines =
        input.glAccountId === undefined
          ? allocate(records, lease.id, paid.value, day)
          : [{ GLAccountId: input.glAccountId, Amount: paid.value }];
      const payment = recordPayment(
        records,
        lease,
        {
          ...{ date: day, paymentMethod: 'BuildiumEFT', payeeTenantId: lease.tenants[0]?.tenantId ?? null },
          ...{ memo: 'Online payment', referenceNumber: null, isPending: true },
          lines: lines.map(({ GLAccountId, Amount }) => ({ glAccountId: GLAccountId, amountCents: Amount })),
        },
        desk.nowMs,
      );
      return { transactionId: payment.id };
    },
  ),
  onlinePaymentClears: action(z.object({ transactionId: id }), (desk, input) => {
    const payment = desk.world.records.transactions.get(input.transactionId);
    if (payment?.kind !== 'Payment' || payment.isPending !== true)
      return refused(`The payment ${input.transactionId} is not pending.`);
    payment.isPending = false;
    transactionChanged(desk.world.records, payment, desk.nowMs);
    return { transactionId: payment.id };
  }),
  postCharge: action(
    z.object({
      leaseId: id,
      amount: dollars,
      glAccountId: id.default(RENT_INCOME),
      date: date.optional(),
      memo: z.string().default('Charge'),
    }),
    (desk, input) => {
      const Lines = [{ Amount: input.amount, GLAccountId: input.glAccountId }];
      const body = { Date: input.date ?? desk.today, Memo: input.memo, Lines };
      return submitted(desk, 'POST', `/v1/leases/${input.leaseId}/charges`, body, 'transactionId');
    },
  ),
  /** What Buildium does by itself on the first of a month. */
  postMonthlyRent: action(z.object({ month: date.optional() }), (desk, input) => {
    const first = firstDayOfMonth(input.month ?? desk.today);
    const charged = [...desk.world.records.leases.values()].filter(
      (lease) => leaseStatus(lease, first) === 'Active' && rentCents(desk, lease) > 0,
    );
    const outcomes = charged.map((lease) => {
      const Lines = [{ Amount: dollarsFromCents(rentCents(desk, lease)), GLAccountId: RENT_INCOME }];
      const body = { Date: first, Memo: 'Rent', Lines };
      return submitted(desk, 'POST', `/v1/leases/${lease.id}/charges`, body, 'transactionId');
    });
    const refusal = outcomes.find((outcome) => 'refused' in outcome);
    return refusal ?? { transactionIds: outcomes.flatMap((outcome) => Object.values(outcome)) };
  }),
  addBill: action(
    z.object({
      vendorId: id,
      propertyId: id,
      unitId: id.nullable().default(null),
      amount: dollars,
      glAccountId: id,
      memo: z.string().default(''),
      referenceNumber: z.string().nullable().default(null),
      date: date.optional(),
      dueDate: date.optional(),
    }),
    (desk, input) => {
      const day = input.date ?? desk.today;
      const AccountingEntity = { Id: input.propertyId, AccountingEntityType: 'Rental', UnitId: input.unitId };
      const body = {
        Date: day,
        DueDate: input.dueDate ?? addDays(day, 30),
        Memo: input.memo,
        VendorId: input.vendorId,
        ReferenceNumber: input.referenceNumber,
        Lines: [{ AccountingEntity, GlAccountId: input.glAccountId, Amount: input.amount, Memo: input.memo }],
      };
      return submitted(desk, 'POST', '/v1/bills', body, 'billId');
    },
  ),
  payBill: action(
    z.object({
      billId: id,
      bankAccountId: id.optional(),
      date: date.optional(),
      checkNumber: z.string().nullable().default(null),
    }),
    (desk, input) => {
      const { records } = desk.world;
      const bill = records.transactions.get(input.billId);
      if (bill?.kind !== 'Bill') return refused(`The bill ${input.billId} does not exist.`);
      const Lines = fullPayment(records, bill).map(({ billLineId, amountCents }) => ({
        BillLineId: billLineId,
        Amount: dollarsFromCents(amountCents),
      }));
      if (Lines.length === 0) return refused(`The bill ${bill.id} is already paid.`);
      const body = {
        BankAccountId: input.bankAccountId ?? firstBankAccountId(desk),
        EntryDate: input.date ?? desk.today,
        CheckNumber: input.checkNumber,
        Lines,
      };
      const paid = submitted(desk, 'POST', `/v1/bills/${bill.id}/payments`, body, 'paymentId');
      return { billId: bill.id, ...paid };
    },
  ),
  depositPayments: action(
    z.object({ bankAccountId: id.optional(), paymentIds: z.array(id).optional(), date: date.optional() }),
    (desk, input) => {
      const { records } = desk.world;
      const bankAccountId = input.bankAccountId ?? firstBankAccountId(desk);
      const waiting = [...records.transactions.values()].filter(
        (transaction): transaction is Payment =>
          transaction.kind === 'Payment' &&
          transaction.depositId === null &&
          (input.paymentIds?.includes(transaction.id) ?? usesBank(desk, transaction, bankAccountId)),
      );
      if (waiting.length === 0) return refused('No payment waits for a deposit.');
      const paymentIds = waiting.map((payment) => payment.id);
      const deposit = recordDeposit(
        records,
        { bankAccountId, paymentIds, lines: [], date: input.date ?? desk.today, memo: 'Deposit' },
        desk.nowMs,
      );
      return {
        depositId: deposit.id,
        paymentIds,
        total: dollarsFromCents(waiting.reduce((sum, payment) => sum + totalCents(payment.lines), 0)),
      };
    },
  ),
};

function owedCents(desk: Desk, lease: Lease, day: string): number {
  const { openItems } = desk.world.records.ledger.leaseBalance(lease.id, day);
  return openItems.reduce((sum, item) => sum + item.openCents, 0);
}

function rentCents(desk: Desk, lease: Lease): number {
  return monthlyRentCents(desk.world.records, lease.id, desk.today) ?? 0;
}

function firstBankAccountId(desk: Desk): number {
  return [...desk.world.records.bankAccounts.keys()][0] ?? 0;
}

function usesBank(desk: Desk, payment: Payment, bankAccountId: number): boolean {
  const lease = desk.world.records.leases.get(payment.leaseId);
  return (
    lease !== undefined &&
    propertyOfLease(desk.world.records, lease).saved.OperatingBankAccountId === bankAccountId
  );
}
