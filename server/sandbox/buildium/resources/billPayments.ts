import * as z from 'zod';
import { dollarsFromCents, type Cents } from '../../../../shared/money.ts';
import { created, firstRefusal, invalid, notFound, ok, refuse, type Answer } from '../answers.ts';
import { addTransaction, newTransaction } from '../journal.ts';
import { checkBankAccount, checkLock, entitiesOf, isRefusal } from '../lookups.ts';
import { paidBillLines } from '../otherPostings.ts';
import { page } from '../paging.ts';
import { get, post, type Call, type Route } from '../router.ts';
import type { World } from '../state.ts';
import { totalCents, type Bill, type BillPayment, type VendorCredit } from '../transactions.ts';
import { amount, date, flag, id, optional, optionalText } from '../validation.ts';
import { fullPayment, paidByLine } from './billBalances.ts';

const PERMISSION = 'Accounting > Bills';

const allocationLine = z.strictObject({ BillLineId: id, Amount: amount });
const postPayment = z.strictObject({
  BankAccountId: id,
  EntryDate: date,
  Memo: optionalText(240),
  CheckNumber: optionalText(30),
  Lines: z.array(allocationLine).min(1, 'At least one line item is required.'),
  VendorCreditIds: optional(z.array(id)),
});
const postPayments = z.strictObject({
  BankAccountId: id,
  EntryDate: date,
  QueueChecksForPrinting: optional(flag),
  BillIds: z.array(id),
  VendorCreditIds: optional(z.array(id)),
  PaymentAllocations: optional(
    z.array(z.strictObject({ BillId: optional(id), Lines: optional(z.array(allocationLine)) })),
  ),
});

type Allocation = BillPayment['allocations'][number];
type PaymentInput = {
  bankAccountId: number;
  date: string;
  memo: string | null;
  checkNumber: string | null;
  allocations: Allocation[];
  vendorCreditIds: number[];
};

/** A bill's payment is created and read; it can be neither changed nor voided through the API. */
export const billPaymentRoutes: readonly Route[] = [
  get('/v1/bills/{billId}/payments', PERMISSION, (call) => {
    const bill = findBill(call.world, call.id('billId'));
    if (isRefusal(bill)) return bill;
    const payments = bill.paymentIds.flatMap((paymentId) => findPayment(call.world, paymentId) ?? []);
    return page(call.params, payments, (payment) => paymentMessage(call.world, payment));
  }),
  get('/v1/bills/{billId}/payments/{paymentId}', PERMISSION, (call) => {
    const bill = findBill(call.world, call.id('billId'));
    if (isRefusal(bill)) return bill;
    const payment = findPayment(call.world, call.id('paymentId'));
    return payment && bill.paymentIds.includes(payment.id)
      ? ok(paymentMessage(call.world, payment))
      : notFound('bill payment', call.id('paymentId'));
  }),
  post('/v1/bills/{billId}/payments', PERMISSION, postPayment, (call, body) => {
    const bill = findBill(call.world, call.id('billId'));
    if (isRefusal(bill)) return bill;
    return pay(call, [bill], {
      bankAccountId: body.BankAccountId,
      date: body.EntryDate,
      memo: body.Memo,
      checkNumber: body.CheckNumber,
      allocations: allocations(bill, body.Lines),
      vendorCreditIds: body.VendorCreditIds ?? [],
    });
  }),
  post('/v1/bills/payments', PERMISSION, postPayments, payMany),
];

function payMany(call: Call, body: z.output<typeof postPayments>): Answer {
  const parts = body.PaymentAllocations ?? [];
  const bills: Bill[] = [];
  const allocated: Allocation[] = [];
  for (const billId of body.BillIds) {
    const bill = findBill(call.world, billId);
    if (isRefusal(bill)) return invalid('BillIds', `The bill ${billId} does not exist.`);
    if (parts.some((part) => part.BillId === billId))
      return invalid('BillIds', `The bill ${billId} is also in PaymentAllocations.`);
    bills.push(bill);
    allocated.push(...fullPayment(call.world, bill));
  }
  for (const part of parts) {
    const bill = findBill(call.world, part.BillId ?? 0);
    if (isRefusal(bill)) return invalid('PaymentAllocations', `The bill ${part.BillId} does not exist.`);
    bills.push(bill);
    allocated.push(...allocations(bill, part.Lines ?? []));
  }
  if (bills.length === 0) return invalid('BillIds', 'At least one bill is required.');
  return pay(call, bills, {
    bankAccountId: body.BankAccountId,
    date: body.EntryDate,
    memo: null,
    checkNumber: null,
    allocations: allocated,
    vendorCreditIds: body.VendorCreditIds ?? [],
  });
}

function allocations(bill: Bill, lines: readonly z.output<typeof allocationLine>[]): Allocation[] {
  return lines.map((line) => ({ billId: bill.id, billLineId: line.BillLineId, amountCents: line.Amount }));
}

function pay(call: Call, bills: readonly Bill[], input: PaymentInput): Answer {
  const { world, nowMs } = call;
  const refusal = firstRefusal(
    checkBankAccount(world, input.bankAccountId),
    new Set(bills.map((bill) => bill.vendorId)).size === 1
      ? null
      : invalid('BillIds', 'Bills that are paid with one check must have the same vendor.'),
    ...bills.map((bill) => checkLock(world, input.date, entitiesOf(bill.lines))),
    checkOpenAmounts(world, bills, input.allocations),
    checkCredits(world, bills, input),
  );
  if (refusal) return refusal;
  const payment = recordBillPayment(world, bills, input, nowMs);
  return created(
    `/v1/bills/${payment.allocations[0]?.billId}/payments/${payment.id}`,
    paymentMessage(world, payment),
  );
}

export function recordBillPayment(
  world: World,
  bills: readonly Bill[],
  input: PaymentInput,
  nowMs: number,
): BillPayment {
  const common = newTransaction(world, nowMs, input);
  for (const bill of bills) {
    bill.paymentIds.push(common.id);
    bill.updatedMs = nowMs;
  }
  for (const creditId of input.vendorCreditIds) {
    const credit = world.transactions.get(creditId);
    if (credit?.kind === 'VendorCredit') credit.billPaymentId = common.id;
  }
  return addTransaction<BillPayment>(world, {
    ...common,
    kind: 'BillPayment',
    bankAccountId: input.bankAccountId,
    vendorId: bills[0]?.vendorId ?? 0,
    allocations: input.allocations,
    vendorCreditIds: input.vendorCreditIds,
    lines: [],
  });
}

function checkOpenAmounts(
  world: World,
  bills: readonly Bill[],
  allocated: readonly Allocation[],
): Answer | null {
  if (allocated.length === 0) return refuse(409, 'The bill has already been paid in full.');
  for (const [index, allocation] of allocated.entries()) {
    const bill = bills.find((candidate) => candidate.id === allocation.billId);
    const line = bill?.lines.find((candidate) => candidate.id === allocation.billLineId);
    if (!bill || !line)
      return invalid(`Lines[${index}].BillLineId`, 'The line item does not belong to the bill.');
    const sameLine = allocated.filter((other) => other.billLineId === line.id);
    const paid = (paidByLine(world, bill).get(line.id) ?? 0) + totalCents(sameLine);
    if (paid > line.amountCents)
      return refuse(409, `The payment exceeds what is still open on line item ${line.id}.`);
  }
  return null;
}

function checkCredits(world: World, bills: readonly Bill[], input: PaymentInput): Answer | null {
  let creditCents: Cents = 0;
  for (const creditId of input.vendorCreditIds) {
    const credit = world.transactions.get(creditId);
    if (credit?.kind !== 'VendorCredit' || !usable(credit, bills))
      return invalid('VendorCreditIds', `The vendor credit ${creditId} cannot be applied to this payment.`);
    creditCents += totalCents(credit.lines);
  }
  return creditCents <= totalCents(input.allocations)
    ? null
    : invalid('VendorCreditIds', 'The credits exceed the amount that is paid.');
}

function usable(credit: VendorCredit, bills: readonly Bill[]): boolean {
  return credit.billPaymentId === null && bills.every((bill) => bill.vendorId === credit.vendorId);
}

function findBill(world: World, billId: number): Bill | Answer {
  const bill = world.transactions.get(billId);
  return bill?.kind === 'Bill' ? bill : notFound('bill', billId);
}

function findPayment(world: World, paymentId: number): BillPayment | null {
  const payment = world.transactions.get(paymentId);
  return payment?.kind === 'BillPayment' ? payment : null;
}

function paymentMessage(world: World, payment: BillPayment) {
  return {
    Id: payment.id,
    BankAccountId: payment.bankAccountId,
    EntryDate: payment.date,
    Memo: payment.memo,
    CheckNumber: payment.checkNumber,
    PaidBillIds: [...new Set(payment.allocations.map(({ billId }) => billId))],
    AppliedVendorCredits: payment.vendorCreditIds.map((creditId) => ({
      Id: creditId,
      Href: `/v1/vendors/${payment.vendorId}/credits/${creditId}`,
    })),
    Lines: paidBillLines(world, payment).map(({ line, amountCents }) => ({
      AccountingEntity: {
        Id: line.entity.id,
        AccountingEntityType: line.entity.type,
        UnitId: line.entity.unitId,
      },
      GLAccountId: line.glAccountId,
      Amount: dollarsFromCents(amountCents),
    })),
  };
}
