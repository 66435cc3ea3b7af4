import * as z from 'zod';
import { created, firstRefusal, invalid, notFound, ok, type Answer } from '../answers.ts';
import { addTransaction, newLine, newTransaction, transactionChanged } from '../journal.ts';
import {
  checkAccounts,
  checkEntity,
  checkLock,
  entitiesOf,
  entityFrom,
  isRefusal,
  noSystemAccount,
} from '../lookups.ts';
import { get, patch, post, put, type Call, type Route } from '../router.ts';
import type { World } from '../state.ts';
import type { Bill, BillLine } from '../transactions.ts';
import { accountingEntity, amount, choice, date, id, optional, optionalText } from '../validation.ts';
import { paidCents, reallocatePayments } from './billBalances.ts';
import { billMessage, listBills } from './billList.ts';

const PERMISSION = 'Accounting > Bills';

const markup = z
  .strictObject({ Amount: z.number().min(0), Type: choice('Percent', 'Amount') })
  .refine((value) => value.Type === 'Amount' || value.Amount <= 100, 'A percentage cannot exceed 100.');
const newBillLine = z.strictObject({
  AccountingEntity: accountingEntity,
  GlAccountId: id,
  Amount: amount,
  Markup: optional(markup),
  Memo: optionalText(240),
});
const billLine = newBillLine.extend({ Id: optional(id) });
type BillLineInput = z.output<typeof billLine>;

const putBill = z.strictObject({
  Date: date,
  DueDate: date,
  Memo: optionalText(245),
  VendorId: id,
  ReferenceNumber: optionalText(40),
  Lines: optional(z.array(billLine).min(1, 'At least one line item is required.')),
});
const postBill = putBill.extend({
  WorkOrderId: optional(id),
  Lines: z.array(newBillLine).min(1, 'At least one line item is required.'),
});

/** PATCH: what is absent stays, and so does what is null. */
const patchBill = z.strictObject({
  Date: optional(date),
  DueDate: optional(date),
  Memo: optionalText(245),
  VendorId: optional(id),
  ReferenceNumber: optionalText(40),
  Lines: optional(
    z.array(
      z.strictObject({
        Id: optional(id),
        AccountingEntity: optional(accountingEntity),
        GlAccountId: optional(id),
        Amount: optional(amount),
        Markup: optional(markup),
        Memo: optionalText(240),
      }),
    ),
  ),
});

type BillInput = z.output<typeof putBill> & { Lines: BillLineInput[] };

export const billRoutes: readonly Route[] = [
  get('/v1/bills', PERMISSION, listBills),
  post('/v1/bills', PERMISSION, postBill, (call, body) => {
    const { world, nowMs } = call;
    const input: BillInput = { ...body, Lines: body.Lines.map((line) => ({ ...line, Id: null })) };
    const refusal = firstRefusal(
      body.WorkOrderId === null
        ? null
        : invalid('WorkOrderId', `The work order ${body.WorkOrderId} does not exist.`),
      checkBill(world, input),
    );
    if (refusal) return refusal;
    const bill = addTransaction<Bill>(world, {
      ...newTransaction(world, nowMs, { date: body.Date, memo: body.Memo }),
      kind: 'Bill',
      vendorId: body.VendorId,
      dueDate: body.DueDate,
      workOrderId: null,
      referenceNumber: body.ReferenceNumber,
      approvalStatus: 'NotNeeded',
      paymentIds: [],
      lines: billLines(world, input),
    });
    return created(`/v1/bills/${bill.id}`, billMessage(world, bill));
  }),
  get('/v1/bills/{billId}', PERMISSION, (call) => {
    const bill = findBill(call);
    return isRefusal(bill) ? bill : ok(billMessage(call.world, bill));
  }),
  put('/v1/bills/{billId}', PERMISSION, putBill, (call, body) => {
    const bill = findBill(call);
    if (isRefusal(bill)) return bill;
    const Lines = body.Lines ?? bill.lines.map(lineInput);
    return update(call, bill, { ...body, Lines });
  }),
  patch('/v1/bills/{billId}', PERMISSION, patchBill, (call, body) => {
    const bill = findBill(call);
    if (isRefusal(bill)) return bill;
    const lines = patchedLines(bill, body.Lines);
    if (isRefusal(lines)) return lines;
    return update(call, bill, {
      Date: body.Date ?? bill.date,
      DueDate: body.DueDate ?? bill.dueDate,
      Memo: body.Memo ?? bill.memo,
      VendorId: body.VendorId ?? bill.vendorId,
      ReferenceNumber: body.ReferenceNumber ?? bill.referenceNumber,
      Lines: lines,
    });
  }),
];

function update(call: Call, bill: Bill, input: BillInput): Answer {
  const { world } = call;
  const refusal = firstRefusal(
    checkLock(world, bill.date, entitiesOf(bill.lines)),
    checkLineIds(bill, input.Lines),
    checkBill(world, input),
    checkPaid(world, bill, input.Lines),
  );
  if (refusal) return refusal;
  bill.date = input.Date;
  bill.dueDate = input.DueDate;
  bill.memo = input.Memo;
  bill.vendorId = input.VendorId;
  bill.referenceNumber = input.ReferenceNumber;
  bill.lines = billLines(world, input);
  reallocatePayments(world, bill);
  transactionChanged(world, bill, call.nowMs);
  return ok(billMessage(world, bill));
}

function lineInput(line: BillLine): BillLineInput {
  return {
    Id: line.id,
    AccountingEntity: {
      Id: line.entity.id,
      AccountingEntityType: line.entity.type,
      UnitId: line.entity.unitId,
    },
    GlAccountId: line.glAccountId,
    Amount: line.amountCents,
    Markup: line.markup,
    Memo: line.memo,
  };
}

/** Lines that are named are changed, lines without an id are added, the others stay. */
function patchedLines(
  bill: Bill,
  changes: NonNullable<z.output<typeof patchBill>['Lines']> | null,
): BillLineInput[] | Answer {
  const lines = bill.lines.map(lineInput);
  for (const [index, change] of (changes ?? []).entries()) {
    const line = lines.find((candidate) => candidate.Id === change.Id && change.Id !== null);
    if (line) {
      line.AccountingEntity = change.AccountingEntity ?? line.AccountingEntity;
      line.GlAccountId = change.GlAccountId ?? line.GlAccountId;
      line.Amount = change.Amount ?? line.Amount;
      line.Markup = change.Markup ?? line.Markup;
      line.Memo = change.Memo ?? line.Memo;
      continue;
    }
    const { AccountingEntity, GlAccountId, Amount } = change;
    if (change.Id !== null || !AccountingEntity || GlAccountId === null || Amount === null)
      return invalid(`Lines[${index}]`, 'A new line needs an accounting entity, an account and an amount.');
    lines.push({ Id: null, AccountingEntity, GlAccountId, Amount, Markup: change.Markup, Memo: change.Memo });
  }
  return lines;
}

function billLines(world: World, input: BillInput): BillLine[] {
  return input.Lines.map((line) => {
    const added = newLine(world, {
      glAccountId: line.GlAccountId,
      amountCents: line.Amount,
      entity: entityFrom(line.AccountingEntity),
      memo: line.Memo,
    });
    return { ...added, id: line.Id ?? added.id, markup: line.Markup };
  });
}

function checkBill(world: World, input: BillInput): Answer | null {
  const accounts = input.Lines.map((line) => ({ glAccountId: line.GlAccountId }));
  return firstRefusal(
    world.vendors.has(input.VendorId)
      ? null
      : invalid('VendorId', `The vendor ${input.VendorId} does not exist.`),
    input.DueDate <= input.Date
      ? invalid('DueDate', 'The due date must be after the value in the `Date` field.')
      : null,
    checkAccounts(world, accounts, 'GlAccountId', noSystemAccount),
    ...input.Lines.map((line, index) =>
      checkEntity(world, line.AccountingEntity, `Lines[${index}].AccountingEntity`),
    ),
    checkLock(
      world,
      input.Date,
      input.Lines.map((line) => entityFrom(line.AccountingEntity)),
    ),
  );
}

function checkLineIds(bill: Bill, lines: readonly BillLineInput[]): Answer | null {
  const index = lines.findIndex((line) => line.Id !== null && !bill.lines.some(({ id }) => id === line.Id));
  return index < 0 ? null : invalid(`Lines[${index}].Id`, 'The line item does not belong to the bill.');
}

function checkPaid(world: World, bill: Bill, lines: readonly BillLineInput[]): Answer | null {
  const total = lines.reduce((sum, line) => sum + line.Amount, 0);
  return total >= paidCents(world, bill)
    ? null
    : invalid('Lines', 'The new total must be equal to or greater than the amount paid.');
}

function findBill(call: Call): Bill | Answer {
  const bill = call.world.transactions.get(call.id('billId'));
  return bill?.kind === 'Bill' ? bill : notFound('bill', call.id('billId'));
}
