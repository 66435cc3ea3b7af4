import * as z from 'zod';
import { NOI_CLASSES } from '../noiClasses.ts';
import { defineResource } from './define.ts';
import { choice, checkbox, link, longText, money, text } from './lens.ts';
import { choicesNamed } from './columns.ts';
import { reference } from './wire.ts';

const wire = z.looseObject({
  Id: z.number(),
  AccountNumber: z.string().nullish(),
  Name: z.string().nullish(),
  Description: z.string().nullish(),
  Type: z.string().nullish(),
  SubType: z.string().nullish(),
  DefaultAccountName: z.string().nullish(),
  IsContraAccount: z.boolean().nullish(),
  IsBankAccount: z.boolean().nullish(),
  IsActive: z.boolean().nullish(),
  CashFlowClassification: z.string().nullish(),
  ParentGLAccountId: z.number().nullish(),
  /** From the balances read, accrual basis, as of today. */
  TotalBalance: z.number().nullish(),
});

/** One-way until an admin confirms that nothing unreadable would be blanked: Buildium never returns IsCashAsset. */
export const glAccounts = defineResource(wire, {
  name: 'glAccounts',
  label: { one: 'GL account', many: 'GL accounts' },
  table: 'GL Accounts',
  description: 'The chart of accounts, sub-accounts included.',
  read: {
    permission: 'Accounting > General Ledger Accounts',
    lists: [{ path: '/v1/glaccounts' }],
    one: (id) => `/v1/glaccounts/${id}`,
    // Sub-accounts stand inside their parent and nowhere else.
    unfold: (account) => [account, ...((account['SubAccounts'] ?? []) as Record<string, unknown>[])],
    balances: { key: 'TotalBalance' },
  },
  update: {
    path: (id) => `/v1/glaccounts/${id}`,
    bodyOf: (w) => ({
      Name: w.Name,
      SubType: w.SubType,
      ParentGLAccountId: w.ParentGLAccountId,
      AccountNumber: w.AccountNumber,
      Description: w.Description,
      IsContraAccount: w.IsContraAccount,
      CashFlowClassification: w.CashFlowClassification,
    }),
    blanks: 'the mark "cash asset" of a current asset',
  },
  events: {
    'GLAccount.Created': 'GLAccountId',
    'GLAccount.Updated': 'GLAccountId',
    'GLAccount.Deleted': 'GLAccountId',
  },
  sweepMinutes: 60,
  naturalKey: ['number', 'name'],
  fields: [
    text({
      key: 'name',
      column: 'Name',
      description: 'Name of the account in the chart of accounts.',
      source: 'Name',
      get: (w) => w.Name ?? `Account ${w.Id}`,
      put: 'Name',
      required: true,
      maxLength: 50,
    }),
    text({
      key: 'number',
      column: 'Account Number',
      description: 'Number in the chart of accounts.',
      source: 'AccountNumber',
      get: (w) => w.AccountNumber,
      put: 'AccountNumber',
      maxLength: 12,
    }),
    choice({
      key: 'type',
      column: 'Type',
      description: 'Asset, liability, equity, income or expense.',
      source: 'Type',
      values: ['Asset', 'Liability', 'Equity', 'Income', 'Expense'],
      get: (w) => w.Type,
    }),
    choice({
      key: 'subType',
      column: 'Sub-type',
      description: 'Where the account stands in Buildium’s statements.',
      source: 'SubType',
      values: [
        'CurrentAsset',
        'FixedAsset',
        'CurrentLiability',
        'LongTermLiability',
        'Equity',
        'Income',
        'NonOperatingIncome',
        'OperatingExpenses',
        'NonOperatingExpenses',
      ],
      get: (w) => w.SubType,
    }),
    link({
      key: 'parent',
      column: 'Parent Account',
      description: 'The account that this is a sub-account of.',
      source: 'ParentGLAccountId',
      target: 'glAccounts',
      get: (w) => reference(w.ParentGLAccountId),
    }),
    money({
      key: 'balance',
      column: 'Balance',
      description: 'Balance today, accrual basis, over all properties.',
      source: 'GET /v1/glaccounts/balances',
      get: (w) => w.TotalBalance,
    }),
    text({
      key: 'defaultAccountName',
      column: 'Default Account',
      description: 'Buildium’s own name of a built-in account; stays when people rename it.',
      source: 'DefaultAccountName',
      get: (w) => w.DefaultAccountName,
    }),
    checkbox({
      key: 'isContra',
      column: 'Contra',
      description: 'The account runs against its type, such as bad debt among income.',
      source: 'IsContraAccount',
      get: (w) => w.IsContraAccount,
    }),
    checkbox({
      key: 'isBank',
      column: 'Bank Account',
      description: 'The account stands for a bank account.',
      source: 'IsBankAccount',
      get: (w) => w.IsBankAccount,
    }),
    checkbox({
      key: 'isActive',
      column: 'Active',
      description: 'Inactive accounts can still hold history.',
      source: 'IsActive',
      get: (w) => w.IsActive ?? true,
    }),
    longText({
      key: 'description',
      column: 'Description',
      description: 'Description in the chart of accounts.',
      source: 'Description',
      get: (w) => w.Description,
      put: 'Description',
      maxLength: 250,
    }),
  ],
  entered: [
    {
      key: 'noiClass',
      column: 'NOI Class',
      kind: 'choice',
      description: 'How the account counts in net operating income. Set by a person; never overwritten.',
      choices: choicesNamed(Object.keys(NOI_CLASSES)),
    },
    {
      key: 'noiClassBy',
      column: 'NOI Class Confirmed By',
      kind: 'text',
      description:
        'Who set or confirmed the class. Where it is blank, the sync fills in what Airtable told it.',
    },
  ],
});
