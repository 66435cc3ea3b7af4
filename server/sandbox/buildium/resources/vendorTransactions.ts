import * as z from 'zod';
import { dollarsFromCents } from '../../../../shared/money.ts';
import { created, firstRefusal, invalid, notFound, ok, type Answer } from '../answers.ts';
import { addTransaction, newLine, newTransaction, vendorOf } from '../journal.ts';
import {
  checkAccounts,
  checkBankAccount,
  checkEntity,
  checkLock,
  entityFrom,
  noSystemAccount,
} from '../lookups.ts';
import { entityMessage } from '../messages.ts';
import { page } from '../paging.ts';
import { contains } from '../query.ts';
import { get, post, type Call, type Route } from '../router.ts';
import type { World } from '../state.ts';
import {
  byDateThenId,
  TRANSACTION_TYPES,
  transactionType,
  type Line,
  type VendorCredit,
  type VendorRefund,
} from '../transactions.ts';
import { accountingEntity, amount, choice, date, id, optional, optionalText } from '../validation.ts';
import { shownTotalCents } from './glTransactions.ts';

const PERMISSION = 'Maintenance > Vendors';

const lines = (memoLength: number) =>
  z
    .array(
      z.strictObject({
        GLAccountId: id,
        Amount: amount,
        Memo: optionalText(memoLength),
        AccountingEntity: accountingEntity,
      }),
    )
    .min(1, 'At least one line item is required.')
    .max(100, 'There cannot be more than 100 line items.');
type LineInput = z.output<ReturnType<typeof lines>>[number];

const postCredit = z.strictObject({
  EntryDate: date,
  ReferenceNumber: optionalText(40),
  Memo: optionalText(40),
  Lines: lines(240),
});
const postRefund = z.strictObject({
  EntryDate: date,
  BankAccountId: optional(id),
  CreditCardAccountId: optional(id),
  PaymentMethod: choice(
    'Check',
    'Cash',
    'MoneyOrder',
    'CashierCheck',
    'DirectDeposit',
    'CreditCard',
    'ElectronicPayment',
  ),
  ReferenceNumber: optionalText(45),
  Memo: optionalText(65),
  Lines: lines(215),
});

export const vendorTransactionRoutes: readonly Route[] = [
  get('/v1/vendors/{vendorId}/transactions', PERMISSION, list),
  post('/v1/vendors/{vendorId}/credits', PERMISSION, postCredit, (call, body) => {
    const { world, nowMs } = call;
    const vendorId = call.id('vendorId');
    const refusal = firstRefusal(checkVendor(call), checkLines(world, body.EntryDate, body.Lines));
    if (refusal) return refusal;
    const credit = addTransaction<VendorCredit>(world, {
      ...newTransaction(world, nowMs, { date: body.EntryDate, memo: body.Memo }),
      kind: 'VendorCredit',
      vendorId,
      referenceNumber: body.ReferenceNumber,
      billPaymentId: null,
      lines: newLines(world, body.Lines),
    });
    return created(`/v1/vendors/${vendorId}/credits/${credit.id}`, creditMessage(credit));
  }),
  get('/v1/vendors/{vendorId}/credits/{vendorCreditId}', PERMISSION, (call) => {
    const credit = call.world.transactions.get(call.id('vendorCreditId'));
    return credit?.kind === 'VendorCredit' && credit.vendorId === call.id('vendorId')
      ? ok(creditMessage(credit))
      : notFound('vendor credit', call.id('vendorCreditId'));
  }),
  post('/v1/vendors/{vendorId}/refunds', PERMISSION, postRefund, (call, body) => {
    const { world, nowMs } = call;
    const vendorId = call.id('vendorId');
    const { BankAccountId } = body;
    const refusal = firstRefusal(
      checkVendor(call),
      body.CreditCardAccountId === null
        ? null
        : invalid('CreditCardAccountId', 'The credit card account does not exist.'),
      BankAccountId === null
        ? invalid('BankAccountId', 'The BankAccountId field is required.')
        : checkBankAccount(world, BankAccountId),
      checkLines(world, body.EntryDate, body.Lines),
    );
    if (refusal || BankAccountId === null) return refusal ?? invalid('BankAccountId', 'Required.');
    const refund = addTransaction<VendorRefund>(world, {
      ...newTransaction(world, nowMs, { date: body.EntryDate, memo: body.Memo }),
      kind: 'VendorRefund',
      vendorId,
      bankAccountId: BankAccountId,
      paymentMethod: body.PaymentMethod,
      referenceNumber: body.ReferenceNumber,
      lines: newLines(world, body.Lines),
    });
    return created(`/v1/vendors/${vendorId}/refunds/${refund.id}`, refundMessage(refund));
  }),
  get('/v1/vendors/{vendorId}/refunds/{vendorRefundId}', PERMISSION, (call) => {
    const refund = call.world.transactions.get(call.id('vendorRefundId'));
    return refund?.kind === 'VendorRefund' && refund.vendorId === call.id('vendorId')
      ? ok(refundMessage(refund))
      : notFound('vendor refund', call.id('vendorRefundId'));
  }),
];

function checkVendor(call: Call): Answer | null {
  const vendorId = call.id('vendorId');
  return call.world.vendors.has(vendorId) ? null : notFound('vendor', vendorId);
}

function checkLines(world: World, entryDate: string, input: readonly LineInput[]): Answer | null {
  const accounts = input.map((line) => ({ glAccountId: line.GLAccountId }));
  return firstRefusal(
    checkAccounts(world, accounts, 'GLAccountId', noSystemAccount),
    ...input.map((line, index) =>
      checkEntity(world, line.AccountingEntity, `Lines[${index}].AccountingEntity`),
    ),
    checkLock(
      world,
      entryDate,
      input.map((line) => entityFrom(line.AccountingEntity)),
    ),
  );
}

function newLines(world: World, input: readonly LineInput[]): Line[] {
  return input.map((line) =>
    newLine(world, {
      glAccountId: line.GLAccountId,
      amountCents: line.Amount,
      entity: entityFrom(line.AccountingEntity),
      memo: line.Memo,
    }),
  );
}

function list(call: Call): Answer {
  const { query, world } = call;
  const vendorId = call.id('vendorId');
  const { from, to } = query.requiredDateRange('transactiondatefrom', 'transactiondateto');
  const types = query.choices('transactiontypes', TRANSACTION_TYPES);
  const reference = query.text('referencenumber');
  const memo = query.text('memo');
  const refusal = checkVendor(call) ?? query.refusal();
  if (refusal) return refusal;
  const rows = [...world.transactions.values()]
    .filter(
      (transaction) =>
        vendorOf(transaction) === vendorId &&
        transaction.date >= from &&
        transaction.date <= to &&
        (types?.has(transactionType(transaction)) ?? true) &&
        contains(transaction.memo, memo),
    )
    .map((transaction) => ({
      Id: transaction.id,
      Date: transaction.date,
      TotalAmount: dollarsFromCents(shownTotalCents(world, transaction)),
      TransactionType: transactionType(transaction),
      ReferenceNumber:
        'referenceNumber' in transaction ? transaction.referenceNumber : transaction.checkNumber,
      Memo: transaction.memo,
      sort: transaction,
    }))
    .filter((row) => contains(row.ReferenceNumber, reference))
    .sort((a, b) => byDateThenId(a.sort, b.sort));
  return page(call.params, rows, ({ sort: _sort, ...message }) => message);
}

function lineMessages(input: readonly Line[]) {
  return input.map((line) => ({
    Id: line.id,
    GLAccountId: line.glAccountId,
    Amount: dollarsFromCents(line.amountCents),
    Memo: line.memo,
    AccountingEntity: entityMessage(line.entity),
  }));
}

function creditMessage(credit: VendorCredit) {
  return {
    Id: credit.id,
    EntryDate: credit.date,
    ReferenceNumber: credit.referenceNumber,
    Memo: credit.memo,
    Lines: lineMessages(credit.lines),
  };
}

function refundMessage(refund: VendorRefund) {
  return {
    Id: refund.id,
    EntryDate: refund.date,
    BankAccountId: refund.bankAccountId,
    CreditCardAccountId: null,
    PaymentMethod: refund.paymentMethod,
    ReferenceNumber: refund.referenceNumber,
    Memo: refund.memo,
    Lines: lineMessages(refund.lines),
  };
}
