import * as z from 'zod';
import { dollarsFromCents } from '../../../../shared/money.ts';
import { created, firstRefusal, notFound, ok, type Answer } from '../answers.ts';
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
import { entityMessage } from '../messages.ts';
import { page } from '../paging.ts';
import { get, post, put, type Call, type Route } from '../router.ts';
import type { World } from '../state.ts';
import { totalCents, type QuickDeposit } from '../transactions.ts';
import { accountingEntity, amount, date, id, optionalText } from '../validation.ts';
import { findBankAccount, missing } from './bankAccounts.ts';

const PERMISSION = 'Accounting > Bank Accounts';

const saveQuickDeposit = z.strictObject({
  EntryDate: date,
  OffsetGLAccountId: id,
  Amount: amount,
  Memo: optionalText(240),
  AccountingEntity: accountingEntity,
});
type SaveQuickDeposit = z.output<typeof saveQuickDeposit>;

/** Money that came without a lease: laundry income, or an owner's contribution. */
export const quickDepositRoutes: readonly Route[] = [
  get('/v1/bankaccounts/{bankAccountId}/quickdeposits', PERMISSION, list),
  post('/v1/bankaccounts/{bankAccountId}/quickdeposits', PERMISSION, saveQuickDeposit, (call, body) => {
    const { world, nowMs } = call;
    const bankAccount = findBankAccount(call);
    if (!bankAccount) return missing(call);
    const refusal = check(world, body);
    if (refusal) return refusal;
    const deposit = addTransaction<QuickDeposit>(world, {
      ...newTransaction(world, nowMs, { date: body.EntryDate, memo: body.Memo }),
      kind: 'QuickDeposit',
      bankAccountId: bankAccount.id,
      lines: [lineOf(world, body)],
    });
    return created(`/v1/bankaccounts/${bankAccount.id}/quickdeposits/${deposit.id}`, message(deposit));
  }),
  get('/v1/bankaccounts/{bankAccountId}/quickdeposits/{quickDepositId}', PERMISSION, (call) => {
    const deposit = find(call);
    return isRefusal(deposit) ? deposit : ok(message(deposit));
  }),
  put(
    '/v1/bankaccounts/{bankAccountId}/quickdeposits/{quickDepositId}',
    PERMISSION,
    saveQuickDeposit,
    (call, body) => {
      const { world } = call;
      const deposit = find(call);
      if (isRefusal(deposit)) return deposit;
      const refusal = firstRefusal(
        checkLock(world, deposit.date, entitiesOf(deposit.lines)),
        check(world, body),
      );
      if (refusal) return refusal;
      deposit.date = body.EntryDate;
      deposit.memo = body.Memo;
      deposit.lines = [lineOf(world, body)];
      transactionChanged(world, deposit, call.nowMs);
      return ok(message(deposit));
    },
  ),
];

function check(world: World, body: SaveQuickDeposit): Answer | null {
  return firstRefusal(
    checkEntity(world, body.AccountingEntity, 'AccountingEntity'),
    checkAccounts(world, [{ glAccountId: body.OffsetGLAccountId }], 'OffsetGLAccountId', noSystemAccount),
    checkLock(world, body.EntryDate, [entityFrom(body.AccountingEntity)]),
  );
}

function lineOf(world: World, body: SaveQuickDeposit) {
  return newLine(world, {
    glAccountId: body.OffsetGLAccountId,
    amountCents: body.Amount,
    entity: entityFrom(body.AccountingEntity),
  });
}

function find(call: Call): QuickDeposit | Answer {
  const deposit = call.world.transactions.get(call.id('quickDepositId'));
  return deposit?.kind === 'QuickDeposit' && deposit.bankAccountId === call.id('bankAccountId')
    ? deposit
    : notFound('quick deposit', call.id('quickDepositId'));
}

function list(call: Call): Answer {
  const { query } = call;
  const bankAccount = findBankAccount(call);
  if (!bankAccount) return missing(call);
  const { from, to } = query.requiredDateRange('startdate', 'enddate');
  const rows = [...call.world.transactions.values()]
    .filter((transaction): transaction is QuickDeposit => transaction.kind === 'QuickDeposit')
    .filter(
      (deposit) => deposit.bankAccountId === bankAccount.id && deposit.date >= from && deposit.date <= to,
    );
  return query.refusal() ?? page(call.params, rows, message);
}

function message(deposit: QuickDeposit) {
  const [line] = deposit.lines;
  return {
    Id: deposit.id,
    EntryDate: deposit.date,
    Memo: deposit.memo,
    TotalAmount: dollarsFromCents(totalCents(deposit.lines)),
    AccountingEntity: line ? entityMessage(line.entity) : null,
    OffsetGLAccountId: line?.glAccountId ?? 0,
  };
}
