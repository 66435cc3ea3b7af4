import * as z from 'zod';
import type { Choice } from './columns.ts';
import { defineResource } from './define.ts';
import { checkbox, link, text } from './lens.ts';
import { glAccountReference, reference } from './wire.ts';

const wire = z.looseObject({
  Id: z.number(),
  Name: z.string().nullish(),
  BankAccountType: z.string().nullish(),
  IsActive: z.boolean().nullish(),
  GLAccount: glAccountReference,
});

/** What a bank account's money is for: Buildium's API does not say it. */
export const BANK_USES = { 'Owners’ money': 'operating', Escrow: 'escrow' } as const;

const USE_CHOICES: readonly Choice[] = [
  { name: 'Owners’ money', color: 'greenLight2' },
  { name: 'Escrow', color: 'purpleLight2' },
];

/** Names only: account and routing numbers never leave Buildium. */
export const bankAccounts = defineResource(wire, {
  name: 'bankAccounts',
  label: { one: 'bank account', many: 'bank accounts' },
  table: 'Bank Accounts',
  description: 'Bank accounts by name; numbers stay in Buildium.',
  read: {
    permission: 'Accounting > Bank Accounts',
    lists: [{ path: '/v1/bankaccounts' }],
    one: (id) => `/v1/bankaccounts/${id}`,
  },
  events: {
    'BankAccount.Created': 'BankAccountId',
    'BankAccount.Updated': 'BankAccountId',
    'BankAccount.Deleted': 'BankAccountId',
  },
  sweepMinutes: 60,
  naturalKey: ['name'],
  fields: [
    text({
      key: 'name',
      column: 'Name',
      description: 'Name.',
      source: 'Name',
      get: (w) => w.Name ?? `Bank account ${w.Id}`,
    }),
    text({
      key: 'type',
      column: 'Type',
      description: 'Checking, savings and so on.',
      source: 'BankAccountType',
      get: (w) => w.BankAccountType,
    }),
    link({
      key: 'glAccount',
      column: 'GL Account',
      description: 'The ledger account that holds its balance.',
      source: 'GLAccount.Id',
      target: 'glAccounts',
      get: (w) => reference(w.GLAccount?.Id),
    }),
    checkbox({
      key: 'isActive',
      column: 'Active',
      description: 'In use.',
      source: 'IsActive',
      get: (w) => w.IsActive ?? true,
    }),
  ],
  entered: [
    {
      key: 'use',
      column: 'Holds',
      kind: 'choice',
      choices: USE_CHOICES,
      description:
        'Owners’ money can be drawn; escrow covers deposits and prepayments and nothing else. Each property’s operating account in Buildium counts as owners’ money too, unless it is marked as escrow.',
    },
  ],
});
