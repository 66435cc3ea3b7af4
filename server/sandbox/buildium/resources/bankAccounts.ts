import * as z from 'zod';
import { dollarsFromCents, type Cents } from '../../../../shared/money.ts';
import { created, notFound, ok, type Answer } from '../answers.ts';
import { COUNTRIES } from '../countries.ts';
import { glAccountMessageOf } from '../messages.ts';
import { page } from '../paging.ts';
import { contains } from '../query.ts';
import { get, post, put, type Call, type Route } from '../router.ts';
import type { BankAccount, World } from '../state.ts';
import { choice, flag, optional, optionalText, text } from '../validation.ts';

const PERMISSION = 'Accounting > Bank Accounts';

const layout = choice(
  'Voucher1StubBottomMemo1Signature',
  'Voucher2StubBottomMemo1Signature',
  'Voucher2StubBottomMemo2Signatures',
  'Voucher2StubTopMemo',
  'Voucher2StubsPrePrintedLayout',
);
const printedLines = {
  SignatureHeading: optionalText(100),
  FractionalNumber: optionalText(100),
  BankInformationLine1: optionalText(100),
  BankInformationLine2: optionalText(100),
  BankInformationLine3: optionalText(100),
  BankInformationLine4: optionalText(100),
  BankInformationLine5: optionalText(100),
  CompanyInformationLine1: optionalText(100),
  CompanyInformationLine2: optionalText(100),
  CompanyInformationLine3: optionalText(100),
  CompanyInformationLine4: optionalText(100),
  CompanyInformationLine5: optionalText(100),
};
const putPrinting = z.strictObject({
  EnableRemoteCheckPrinting: flag,
  EnableLocalCheckPrinting: flag,
  CheckLayoutType: layout,
  ...printedLines,
});
const postPrinting = z.strictObject({
  EnableRemoteCheckPrinting: optional(flag),
  EnableLocalCheckPrinting: optional(flag),
  CheckLayoutType: optional(layout),
  ...printedLines,
});

const fields = {
  Name: text(100),
  Description: optionalText(255),
  BankAccountType: choice('Checking', 'Savings'),
  Country: z.string().refine((name) => COUNTRIES.includes(name), 'The country is not a known country name.'),
  AccountNumber: optionalText(50),
  RoutingNumber: optionalText(50),
};
const putBankAccount = z.strictObject({ CheckPrintingInfo: putPrinting, ...fields });
const postBankAccount = z.strictObject({ CheckPrintingInfo: optional(postPrinting), ...fields });
export type SaveBankAccount = z.output<typeof postBankAccount>;

export const bankAccountRoutes: readonly Route[] = [
  get('/v1/bankaccounts', PERMISSION, list),
  post('/v1/bankaccounts', PERMISSION, postBankAccount, (call, body) => {
    const bankAccount = addBankAccount(call.world, body, call.nowMs);
    return created(`/v1/bankaccounts/${bankAccount.id}`, bankAccountMessage(call, bankAccount));
  }),
  get('/v1/bankaccounts/{bankAccountId}', PERMISSION, (call) => {
    const bankAccount = findBankAccount(call);
    return bankAccount ? ok(bankAccountMessage(call, bankAccount)) : missing(call);
  }),
  put('/v1/bankaccounts/{bankAccountId}', PERMISSION, putBankAccount, (call, body) => {
    const bankAccount = findBankAccount(call);
    if (!bankAccount) return missing(call);
    bankAccount.saved = body;
    bankAccount.updatedMs = call.nowMs;
    call.world.emit({ name: 'BankAccount.Updated', ids: { BankAccountId: bankAccount.id } });
    return ok(bankAccountMessage(call, bankAccount));
  }),
];

/** A bank account has a GL account of its own, which nobody can post to by hand. */
export function addBankAccount(world: World, saved: SaveBankAccount, nowMs: number): BankAccount {
  const stamps = { createdMs: nowMs, updatedMs: nowMs };
  const glAccountId = world.nextId('glAccount');
  world.glAccounts.set(glAccountId, {
    id: glAccountId,
    saved: {
      Name: saved.Name.slice(0, 50),
      SubType: 'CurrentAsset',
      ParentGLAccountId: null,
      IsCashAsset: true,
      AccountNumber: null,
      Description: null,
      IsContraAccount: null,
      CashFlowClassification: null,
    },
    isActive: true,
    defaultAccountName: null,
    isBankAccount: true,
    ...stamps,
  });
  const bankAccount = { id: world.nextId('bankAccount'), saved, glAccountId, isActive: true, ...stamps };
  world.bankAccounts.set(bankAccount.id, bankAccount);
  world.emit({ name: 'BankAccount.Created', ids: { BankAccountId: bankAccount.id } });
  return bankAccount;
}

export function findBankAccount(call: Call): BankAccount | null {
  return call.world.bankAccounts.get(call.id('bankAccountId')) ?? null;
}

export function missing(call: Call): Answer {
  return notFound('bank account', call.id('bankAccountId'));
}

function list(call: Call): Answer {
  const { query } = call;
  const status = query.choice('bankaccountstatus', ['Active', 'InActive']);
  const bankName = query.text('bankname');
  const rows = [...call.world.bankAccounts.values()].filter(
    (bankAccount) =>
      (status === null || bankAccount.isActive === (status === 'Active')) &&
      contains(bankAccount.saved.Name, bankName),
  );
  return query.refusal() ?? page(call.params, rows, (bankAccount) => bankAccountMessage(call, bankAccount));
}

function balanceCents(call: Call, bankAccount: BankAccount): Cents {
  return call.world.ledger
    .entries({
      basis: 'Cash',
      glAccountIds: new Set([bankAccount.glAccountId]),
      entities: null,
      from: null,
      to: call.today,
    })
    .reduce((sum, { posting }) => sum + posting.debitCents, 0);
}

function bankAccountMessage(call: Call, bankAccount: BankAccount) {
  const { saved } = bankAccount;
  const printing = saved.CheckPrintingInfo;
  const noLines = Object.fromEntries(Object.keys(printedLines).map((name) => [name, null]));
  return {
    Id: bankAccount.id,
    GLAccount: glAccountMessageOf(call.world, bankAccount.glAccountId),
    CheckPrintingInfo: {
      ...noLines,
      ...printing,
      EnableRemoteCheckPrinting: printing?.EnableRemoteCheckPrinting ?? false,
      EnableLocalCheckPrinting: printing?.EnableLocalCheckPrinting ?? false,
      CheckLayoutType: printing?.CheckLayoutType ?? 'Voucher2StubsPrePrintedLayout',
    },
    ElectronicPayments: null,
    Name: saved.Name,
    Description: saved.Description ?? '',
    BankAccountType: saved.BankAccountType,
    Country: saved.Country,
    AccountNumber: saved.AccountNumber && `*****${saved.AccountNumber.slice(-4)}`,
    RoutingNumber: saved.RoutingNumber,
    IsActive: bankAccount.isActive,
    Balance: dollarsFromCents(balanceCents(call, bankAccount)),
    // Buildium really returns it: a client must neither store nor log it.
    AccountNumberUnmasked: saved.AccountNumber,
  };
}
