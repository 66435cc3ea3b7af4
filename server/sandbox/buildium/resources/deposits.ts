import * as z from 'zod';
import { dollarsFromCents } from '../../../../shared/money.ts';
import { created, firstRefusal, invalid, notFound, ok, type Answer } from '../answers.ts';
import { addTransaction, newLine, newTransaction, transactionChanged } from '../journal.ts';
import {
  checkAccounts,
  checkEntity,
  checkLock,
  entitiesOf,
  entityFrom,
  isRefusal,
  leaseEntity,
  noSystemAccount,
} from '../lookups.ts';
import { entityMessage } from '../messages.ts';
import { page } from '../paging.ts';
import { get, post, put, type Call, type Route } from '../router.ts';
import type { World } from '../state.ts';
import type { AccountingEntity, Deposit, Line } from '../transactions.ts';
import { accountingEntity, amount, date, id, optional, optionalText } from '../validation.ts';
import { findBankAccount, missing } from './bankAccounts.ts';
import { shownTotalCents } from './glTransactions.ts';

const PERMISSION = 'Accounting > Bank Accounts';

const depositLine = z.strictObject({
  GLAccountId: id,
  AccountingEntity: accountingEntity,
  Memo: optionalText(240),
  ReferenceNumber: optionalText(30),
  Amount: amount,
});
const putDeposit = z.strictObject({
  EntryDate: date,
  Memo: optionalText(240),
  Lines: optional(z.array(depositLine)),
});
const postDeposit = putDeposit.extend({ PaymentTransactionIds: optional(z.array(id)) });

export const depositRoutes: readonly Route[] = [
  get('/v1/bankaccounts/{bankAccountId}/deposits', PERMISSION, list),
  post('/v1/bankaccounts/{bankAccountId}/deposits', PERMISSION, postDeposit, (call, body) => {
    const { world, nowMs } = call;
    const bankAccount = findBankAccount(call);
    if (!bankAccount) return missing(call);
    const paymentIds = body.PaymentTransactionIds ?? [];
    const lines = linesOf(world, body.Lines ?? []);
    const refusal = firstRefusal(
      paymentIds.length + lines.length === 0
        ? invalid('PaymentTransactionIds', 'A deposit needs payments or lines.')
        : null,
      checkPayments(world, paymentIds),
      checkDeposit(world, body),
      checkLock(world, body.EntryDate, entitiesOfPayments(world, paymentIds)),
    );
    if (refusal) return refusal;
    const deposit = recordDeposit(
      world,
      { bankAccountId: bankAccount.id, paymentIds, lines, date: body.EntryDate, memo: body.Memo },
      nowMs,
    );
    return created(
      `/v1/bankaccounts/${bankAccount.id}/deposits/${deposit.id}`,
      depositMessage(world, deposit),
    );
  }),
  get('/v1/bankaccounts/{bankAccountId}/deposits/{depositId}', PERMISSION, (call) => {
    const deposit = find(call);
    return isRefusal(deposit) ? deposit : ok(depositMessage(call.world, deposit));
  }),
  put('/v1/bankaccounts/{bankAccountId}/deposits/{depositId}', PERMISSION, putDeposit, (call, body) => {
    const { world } = call;
    const deposit = find(call);
    if (isRefusal(deposit)) return deposit;
    const before = [...entitiesOf(deposit.lines), ...entitiesOfPayments(world, deposit.paymentIds)];
    const refusal = firstRefusal(
      checkLock(world, deposit.date, before),
      checkLock(world, body.EntryDate, before),
      checkDeposit(world, body),
    );
    if (refusal) return refusal;
    deposit.date = body.EntryDate;
    deposit.memo = body.Memo;
    deposit.lines = linesOf(world, body.Lines ?? []);
    transactionChanged(world, deposit, call.nowMs);
    return ok(depositMessage(world, deposit));
  }),
];

export function recordDeposit(
  world: World,
  input: { bankAccountId: number; paymentIds: number[]; lines: Line[]; date: string; memo: string | null },
  nowMs: number,
): Deposit {
  const common = newTransaction(world, nowMs, input);
  for (const paymentId of input.paymentIds) {
    const payment = world.transactions.get(paymentId);
    if (payment?.kind === 'Payment') payment.depositId = common.id;
  }
  return addTransaction<Deposit>(world, {
    ...common,
    kind: 'Deposit',
    bankAccountId: input.bankAccountId,
    paymentIds: input.paymentIds,
    lines: input.lines,
  });
}

function linesOf(world: World, input: readonly z.output<typeof depositLine>[]): Line[] {
  return input.map((line) =>
    newLine(world, {
      glAccountId: line.GLAccountId,
      amountCents: line.Amount,
      entity: entityFrom(line.AccountingEntity),
      memo: line.Memo,
      referenceNumber: line.ReferenceNumber,
    }),
  );
}

function checkPayments(world: World, paymentIds: readonly number[]): Answer | null {
  for (const paymentId of paymentIds) {
    const payment = world.transactions.get(paymentId);
    if (payment?.kind !== 'Payment')
      return invalid('PaymentTransactionIds', `The payment ${paymentId} does not exist.`);
    if (payment.depositId !== null)
      return invalid('PaymentTransactionIds', `The payment ${paymentId} has already been deposited.`);
  }
  return new Set(paymentIds).size === paymentIds.length
    ? null
    : invalid('PaymentTransactionIds', 'A payment can be deposited only once.');
}

function checkDeposit(world: World, body: z.output<typeof putDeposit>): Answer | null {
  const lines = body.Lines ?? [];
  return firstRefusal(
    checkAccounts(
      world,
      lines.map((line) => ({ glAccountId: line.GLAccountId })),
      'GLAccountId',
      noSystemAccount,
    ),
    ...lines.map((line, index) =>
      checkEntity(world, line.AccountingEntity, `Lines[${index}].AccountingEntity`),
    ),
    checkLock(
      world,
      body.EntryDate,
      lines.map((line) => entityFrom(line.AccountingEntity)),
    ),
  );
}

function entitiesOfPayments(world: World, paymentIds: readonly number[]): AccountingEntity[] {
  return paymentIds.flatMap((paymentId) => {
    const payment = world.transactions.get(paymentId);
    return payment?.kind === 'Payment' ? [leaseEntity(world, payment.leaseId)] : [];
  });
}

function find(call: Call): Deposit | Answer {
  const deposit = call.world.transactions.get(call.id('depositId'));
  return deposit?.kind === 'Deposit' && deposit.bankAccountId === call.id('bankAccountId')
    ? deposit
    : notFound('deposit', call.id('depositId'));
}

function list(call: Call): Answer {
  const { query, world } = call;
  const bankAccount = findBankAccount(call);
  if (!bankAccount) return missing(call);
  const { from, to } = query.requiredDateRange('startdate', 'enddate');
  const rows = [...world.transactions.values()]
    .filter((transaction): transaction is Deposit => transaction.kind === 'Deposit')
    .filter(
      (deposit) => deposit.bankAccountId === bankAccount.id && deposit.date >= from && deposit.date <= to,
    );
  return query.refusal() ?? page(call.params, rows, (deposit) => depositMessage(world, deposit));
}

function depositMessage(world: World, deposit: Deposit) {
  return {
    Id: deposit.id,
    EntryDate: deposit.date,
    Memo: deposit.memo,
    TotalAmount: dollarsFromCents(shownTotalCents(world, deposit)),
    Lines: deposit.lines.map((line) => ({
      Id: line.id,
      AccountingEntity: entityMessage(line.entity),
      GLAccountId: line.glAccountId,
      Memo: line.memo,
      ReferenceNumber: line.referenceNumber,
      Amount: dollarsFromCents(line.amountCents),
    })),
    PaymentTransactionIds: deposit.paymentIds,
  };
}
