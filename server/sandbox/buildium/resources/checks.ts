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
  noSystemAccount,
} from '../lookups.ts';
import { entityMessage } from '../messages.ts';
import { page } from '../paging.ts';
import { get, post, put, type Call, type Route } from '../router.ts';
import type { World } from '../state.ts';
import { totalCents, type Check, type Line } from '../transactions.ts';
import { accountingEntity, choice, date, id, money, optionalText } from '../validation.ts';
import { findBankAccount, missing } from './bankAccounts.ts';

const PERMISSION = 'Accounting > Bank Accounts';

const saveCheck = z.strictObject({
  Payee: z.strictObject({ Id: id, Type: choice('Vendor', 'RentalOwner') }),
  CheckNumber: optionalText(30),
  EntryDate: date,
  Memo: optionalText(240),
  // A line may be negative: one draw check can take from one property and give to another.
  Lines: z
    .array(
      z.strictObject({
        GLAccountId: id,
        AccountingEntity: accountingEntity,
        Memo: optionalText(240),
        ReferenceNumber: optionalText(30),
        Amount: money,
      }),
    )
    .min(1, 'At least one line item is required.'),
});
type SaveCheck = z.output<typeof saveCheck>;

export const checkRoutes: readonly Route[] = [
  get('/v1/bankaccounts/{bankAccountId}/checks', PERMISSION, list),
  post('/v1/bankaccounts/{bankAccountId}/checks', PERMISSION, saveCheck, (call, body) => {
    const { world, nowMs } = call;
    const bankAccount = findBankAccount(call);
    if (!bankAccount) return missing(call);
    const refusal = validate(world, body);
    if (refusal) return refusal;
    const check = addTransaction<Check>(world, {
      ...newTransaction(world, nowMs, {
        date: body.EntryDate,
        memo: body.Memo,
        checkNumber: body.CheckNumber,
      }),
      kind: 'Check',
      bankAccountId: bankAccount.id,
      payee: { id: body.Payee.Id, type: body.Payee.Type },
      lines: linesOf(world, body),
    });
    return created(`/v1/bankaccounts/${bankAccount.id}/checks/${check.id}`, checkMessage(check));
  }),
  get('/v1/bankaccounts/{bankAccountId}/checks/{checkId}', PERMISSION, (call) => {
    const check = find(call);
    return isRefusal(check) ? check : ok(checkMessage(check));
  }),
  put('/v1/bankaccounts/{bankAccountId}/checks/{checkId}', PERMISSION, saveCheck, (call, body) => {
    const { world } = call;
    const check = find(call);
    if (isRefusal(check)) return check;
    const refusal = firstRefusal(
      checkLock(world, check.date, entitiesOf(check.lines)),
      validate(world, body),
    );
    if (refusal) return refusal;
    check.date = body.EntryDate;
    check.memo = body.Memo;
    check.checkNumber = body.CheckNumber;
    check.payee = { id: body.Payee.Id, type: body.Payee.Type };
    check.lines = linesOf(world, body);
    transactionChanged(world, check, call.nowMs);
    return ok(checkMessage(check));
  }),
];

function validate(world: World, body: SaveCheck): Answer | null {
  const { Id, Type } = body.Payee;
  const payees = Type === 'Vendor' ? world.vendors : world.owners;
  const accounts = body.Lines.map((line) => ({ glAccountId: line.GLAccountId }));
  return firstRefusal(
    payees.has(Id) ? null : invalid('Payee.Id', `The ${Type} ${Id} does not exist.`),
    checkAccounts(world, accounts, 'GLAccountId', noSystemAccount),
    ...body.Lines.map((line, index) =>
      checkEntity(world, line.AccountingEntity, `Lines[${index}].AccountingEntity`),
    ),
    body.Lines.reduce((sum, line) => sum + line.Amount, 0) > 0
      ? null
      : invalid('Lines', 'The total of a check must be more than zero.'),
    checkLock(
      world,
      body.EntryDate,
      body.Lines.map((line) => entityFrom(line.AccountingEntity)),
    ),
  );
}

function linesOf(world: World, body: SaveCheck): Line[] {
  return body.Lines.map((line) =>
    newLine(world, {
      glAccountId: line.GLAccountId,
      amountCents: line.Amount,
      entity: entityFrom(line.AccountingEntity),
      memo: line.Memo,
      referenceNumber: line.ReferenceNumber,
    }),
  );
}

function find(call: Call): Check | Answer {
  const check = call.world.transactions.get(call.id('checkId'));
  return check?.kind === 'Check' && check.bankAccountId === call.id('bankAccountId')
    ? check
    : notFound('check', call.id('checkId'));
}

function list(call: Call): Answer {
  const { query } = call;
  const bankAccount = findBankAccount(call);
  if (!bankAccount) return missing(call);
  const { from, to } = query.requiredDateRange('startdate', 'enddate');
  const rows = [...call.world.transactions.values()]
    .filter((transaction): transaction is Check => transaction.kind === 'Check')
    .filter((check) => check.bankAccountId === bankAccount.id && check.date >= from && check.date <= to);
  return query.refusal() ?? page(call.params, rows, checkMessage);
}

function checkMessage(check: Check) {
  const path = check.payee.type === 'Vendor' ? '/v1/vendors' : '/v1/rentals/owners';
  return {
    Id: check.id,
    Payee: { Id: check.payee.id, Type: check.payee.type, Href: `${path}/${check.payee.id}` },
    CheckNumber: check.checkNumber,
    EntryDate: check.date,
    Memo: check.memo,
    TotalAmount: dollarsFromCents(totalCents(check.lines)),
    Lines: check.lines.map((line) => ({
      Id: line.id,
      GLAccountId: line.glAccountId,
      AccountingEntity: entityMessage(line.entity),
      Memo: line.memo,
      ReferenceNumber: line.referenceNumber,
      Amount: dollarsFromCents(line.amountCents),
    })),
  };
}
