import * as z from 'zod';
import { created, firstRefusal, invalid, notFound, ok, type Answer } from '../answers.ts';
import { glAccountType } from '../lookups.ts';
import { glAccountMessage } from '../messages.ts';
import { page } from '../paging.ts';
import { get, post, put, type Call, type Route } from '../router.ts';
import type { GlAccount, World } from '../state.ts';
import { choice, flag, id, optional, optionalText, text } from '../validation.ts';

const PERMISSION = 'Accounting > General Ledger Accounts';

export const ACCOUNT_TYPES = ['Asset', 'Liability', 'Equity', 'Income', 'Expense'] as const;
const SUBTYPES = [
  'CurrentAsset',
  'FixedAsset',
  'CurrentLiability',
  'LongTermLiability',
  'Equity',
  'Income',
  'NonOperatingIncome',
  'OperatingExpenses',
  'NonOperatingExpenses',
] as const;

const saveGlAccount = z.strictObject({
  Name: text(50),
  SubType: choice(...SUBTYPES),
  ParentGLAccountId: optional(id),
  // Required for current assets and never returned.
  IsCashAsset: optional(flag),
  AccountNumber: optionalText(12),
  Description: optionalText(250),
  IsContraAccount: optional(flag),
  CashFlowClassification: optional(
    choice('OperatingActivities', 'InvestingActivities', 'FinancingActivities'),
  ),
});
export type SaveGlAccount = z.output<typeof saveGlAccount>;

export const glAccountRoutes: readonly Route[] = [
  get('/v1/glaccounts', PERMISSION, list),
  post('/v1/glaccounts', PERMISSION, saveGlAccount.extend({ AccountNumber: text(12) }), (call, body) => {
    const refusal = check(call.world, body, null);
    if (refusal) return refusal;
    const account = addGlAccount(call.world, body, call.nowMs);
    return created(`/v1/glaccounts/${account.id}`, nestedMessage(call.world, account));
  }),
  get('/v1/glaccounts/{glAccountId}', PERMISSION, (call) => {
    const account = call.world.glAccounts.get(call.id('glAccountId'));
    return account ? ok(nestedMessage(call.world, account)) : missing(call);
  }),
  put('/v1/glaccounts/{glAccountId}', PERMISSION, saveGlAccount, (call, body) => {
    const account = call.world.glAccounts.get(call.id('glAccountId'));
    if (!account) return missing(call);
    const refusal = firstRefusal(
      body.AccountNumber === null && account.saved.AccountNumber !== null
        ? invalid('AccountNumber', 'The AccountNumber field is required.')
        : null,
      check(call.world, body, account),
    );
    if (refusal) return refusal;
    updateGlAccount(call.world, account, body, call.nowMs);
    return ok(nestedMessage(call.world, account));
  }),
];

export function addGlAccount(world: World, saved: SaveGlAccount, nowMs: number): GlAccount {
  const account: GlAccount = {
    id: world.nextId('glAccount'),
    saved,
    isActive: true,
    defaultAccountName: null,
    isBankAccount: false,
    createdMs: nowMs,
    updatedMs: nowMs,
  };
  world.glAccounts.set(account.id, account);
  world.emit({ name: 'GLAccount.Created', ids: { GLAccountId: account.id } });
  return account;
}

export function updateGlAccount(world: World, account: GlAccount, saved: SaveGlAccount, nowMs: number): void {
  account.saved = saved;
  account.updatedMs = nowMs;
  world.emit({ name: 'GLAccount.Updated', ids: { GLAccountId: account.id } });
}

function missing(call: Call): Answer {
  return notFound('general ledger account', call.id('glAccountId'));
}

function check(world: World, body: SaveGlAccount, own: GlAccount | null): Answer | null {
  const others = [...world.glAccounts.values()].filter((account) => account !== own);
  const parent = body.ParentGLAccountId === null ? null : world.glAccounts.get(body.ParentGLAccountId);
  return firstRefusal(
    others.some((account) => account.saved.Name.toLowerCase() === body.Name.toLowerCase())
      ? invalid('Name', `The name '${body.Name}' must be unique across all general ledger accounts.`)
      : null,
    body.AccountNumber !== null &&
      others.some((account) => account.saved.AccountNumber === body.AccountNumber)
      ? invalid('AccountNumber', `The account number '${body.AccountNumber}' must be unique.`)
      : null,
    (body.SubType === 'CurrentAsset') === (body.IsCashAsset !== null)
      ? null
      : invalid('IsCashAsset', 'The IsCashAsset field is required for current assets, and only for them.'),
    body.IsCashAsset === true && (body.IsContraAccount !== null || body.CashFlowClassification !== null)
      ? invalid('IsContraAccount', 'A cash asset has no contra flag and no cash flow classification.')
      : null,
    parent === undefined || parent?.saved.ParentGLAccountId != null || (parent !== null && parent === own)
      ? invalid('ParentGLAccountId', 'The parent must be an account that is not itself a sub-account.')
      : null,
    parent && parent.saved.SubType !== body.SubType
      ? invalid('SubType', 'A sub-account has the sub type of its parent.')
      : null,
  );
}

function list(call: Call): Answer {
  const types = call.query.choices('accounttypes', ACCOUNT_TYPES);
  // Sub-accounts appear inside their parent and nowhere else.
  const rows = [...call.world.glAccounts.values()].filter(
    (account) => account.saved.ParentGLAccountId === null && (types?.has(glAccountType(account)) ?? true),
  );
  return call.query.refusal() ?? page(call.params, rows, (account) => nestedMessage(call.world, account));
}

function nestedMessage(world: World, account: GlAccount) {
  const children = [...world.glAccounts.values()].filter(
    (candidate) => candidate.saved.ParentGLAccountId === account.id,
  );
  return {
    ...glAccountMessage(account),
    SubAccounts: account.saved.ParentGLAccountId === null ? children.map(glAccountMessage) : null,
  };
}
