import { choicesNamed } from '../resources/columns.ts';
import { defineOwnTable, type OwnColumn } from '../tables/define.ts';
import { PLANNED_KINDS } from './kinds.ts';

/** A column of Planned Transactions. */
export type PlannedColumn = OwnColumn & {
  /** Written by the sync; people fill in the others. */
  ours?: true;
};

export const PAYMENT_METHODS = {
  Check: 'Check',
  Cash: 'Cash',
  'Money order': 'MoneyOrder',
  'Cashier check': 'CashierCheck',
  'Direct deposit': 'DirectDeposit',
  'Credit card': 'CreditCard',
  'Electronic payment': 'ElectronicPayment',
} as const;

export const CREDIT_TYPES = {
  'Waive unpaid': 'WaiveUnpaid',
  Exchange: 'Exchange',
  'Previously deposited': 'PreviouslyDeposited',
} as const;

const link = (key: string, column: string, target: string, description: string): PlannedColumn => ({
  ...{ key, column, kind: 'link', target, description },
});
const choice = (
  key: string,
  column: string,
  names: readonly string[],
  description: string,
): PlannedColumn => ({ ...{ key, column, kind: 'choice', description }, choices: choicesNamed(names) });

/** What people fill in; the first is the table's primary field. */
const ENTERED: readonly PlannedColumn[] = [
  { key: 'name', column: 'Plan', kind: 'text', description: 'What it is for, in your words. Not sent.' },
  { key: 'date', column: 'Date', kind: 'date', description: 'Day that it is to be booked on.' },
  { key: 'amount', column: 'Amount', kind: 'money', description: 'Always more than zero.' },
  choice('kind', 'Kind', Object.values(PLANNED_KINDS), 'What is to be booked.'),
  link('glAccount', 'GL Account', 'glAccounts', 'The account that it is booked on.'),
  link('property', 'Property', 'properties', 'Bills and journal entries: the property that bears it.'),
  link('unit', 'Unit', 'units', 'The unit; for lease kinds its active lease is taken where Lease is blank.'),
  link('lease', 'Lease', 'leases', 'Lease kinds: the lease.'),
  link('vendor', 'Vendor', 'vendors', 'Bills: who sent it.'),
  { key: 'memo', column: 'Memo', kind: 'text', description: 'Shown in Buildium.' },
  choice(
    'status',
    'Status',
    ['Planned', 'Approved', 'Cancelled'],
    'For your own planning; a cancelled row is never sent.',
  ),
  {
    key: 'group',
    column: 'Group',
    kind: 'text',
    description: 'Rows with the same group are the lines of one bill or journal entry.',
  },
  choice('debitOrCredit', 'Debit or Credit', ['Debit', 'Credit'], 'Journal entries: the side of this line.'),
  { key: 'dueDate', column: 'Due Date', kind: 'date', description: 'Bills: the day on which it is due.' },
  choice('paymentMethod', 'Payment Method', Object.keys(PAYMENT_METHODS), 'Payments: how it was paid.'),
  link('payee', 'Payee', 'tenants', 'Payments and refunds: the tenant who pays or is paid.'),
  choice('creditType', 'Credit Type', Object.keys(CREDIT_TYPES), 'Credits: how it is applied.'),
  link(
    'offsetAccount',
    'Offset Account',
    'glAccounts',
    'Credits: an expense account for an exchange, an equity account for money deposited before.',
  ),
  link('bankAccount', 'Bank Account', 'bankAccounts', 'Refunds: the bank account that it is paid from.'),
  {
    key: 'reference',
    column: 'Reference',
    kind: 'text',
    description: 'Check or invoice number; a short mark of ours is added to it in Buildium.',
  },
  {
    key: 'sendReceipt',
    column: 'Send Receipt',
    kind: 'checkbox',
    description: 'Payments: Buildium mails the tenant a receipt. Off unless you tick it.',
  },
];

/** What the sync writes; leave these as they are. */
const OURS: readonly PlannedColumn[] = [
  {
    key: 'buildiumId',
    column: 'Buildium ID',
    kind: 'text',
    description: 'Id in Buildium once it is booked.',
  },
  link('transaction', 'Transaction', 'transactions', 'What it became in Buildium.'),
  link('bill', 'Bill', 'bills', 'The bill that it became in Buildium.'),
  {
    key: 'actualAmount',
    column: 'Actual Amount',
    kind: 'money',
    description: 'What Buildium booked for this row.',
  },
  {
    key: 'actualDifference',
    column: 'Actual minus Planned',
    kind: 'money',
    description: 'Zero where Buildium booked what was planned.',
  },
  {
    key: 'syncStatus',
    column: 'Sync Status',
    kind: 'choice',
    description: 'How far this row is on its way to Buildium.',
    choices: [
      { name: 'Posted', color: 'greenLight2' },
      { name: 'Unclear', color: 'orangeLight2' },
      { name: 'Problem', color: 'redLight2' },
      { name: 'Copy', color: 'grayLight2' },
    ],
  },
  {
    key: 'syncNote',
    column: 'Sync Note',
    kind: 'longText',
    description: 'What is wrong and what to do about it.',
  },
  {
    key: 'lastSynced',
    column: 'Last Synced',
    kind: 'instant',
    description: 'When the sync last changed this row.',
  },
];

const NAME = 'name';

/** Beside the row's name, so that nobody has to scroll to see what became of it. */
const BESIDE_NAME = ['syncStatus', 'syncNote'];

const marked = OURS.map((column) => ({ ...column, ours: true as const }));

export const PLANNED_COLUMNS: readonly PlannedColumn[] = [
  ...ENTERED.filter(({ key }) => key === NAME),
  ...marked.filter(({ key }) => BESIDE_NAME.includes(key)),
  ...ENTERED.filter(({ key }) => key !== NAME),
  ...marked.filter(({ key }) => !BESIDE_NAME.includes(key)),
];

/** Where people enter what is to be booked. Its rows are theirs: we write our own columns and nothing else. */
export const plannedTransactions = defineOwnTable({
  name: 'plannedTransactions',
  table: 'Planned Transactions',
  description:
    'What is to be booked in Buildium. Fill in a row, then preview and push it: nothing is sent by itself.',
  columns: PLANNED_COLUMNS,
});

export const ENTERED_COLUMNS = PLANNED_COLUMNS.filter((column) => column.ours !== true);

export function plannedColumn(key: string): PlannedColumn {
  const found = PLANNED_COLUMNS.find((column) => column.key === key);
  if (!found) throw new Error(`Planned Transactions has no column ${key}`);
  return found;
}
