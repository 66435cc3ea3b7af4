import { defineOwnTable, KEY_COLUMN } from './define.ts';
import { moneyColumn, monthColumn, propertyColumn } from './runColumns.ts';

export const RENT_STATUSES = {
  paid: 'Paid',
  partial: 'Partial',
  due: 'Due',
  late: 'Late',
  prepaid: 'Prepaid',
} as const;

export const rentRollTable = defineOwnTable({
  name: 'rentRoll',
  table: 'Rent Roll',
  description:
    'Each lease’s account, month by month: carried, charged, late fees and returned less paid and credits is the balance. Money pays the oldest open charge first: Buildium does not say which it paid. Written by the sync from its runs.',
  keyColumn: 'key',
  columns: [
    { key: 'name', column: 'Name', kind: 'text', description: 'Lease and month.' },
    { key: 'lease', column: 'Lease', kind: 'link', target: 'leases', description: 'The lease.' },
    propertyColumn,
    monthColumn,
    {
      key: 'status',
      column: 'Status',
      kind: 'choice',
      choices: [
        { name: RENT_STATUSES.paid, color: 'greenLight2' },
        { name: RENT_STATUSES.partial, color: 'yellowLight2' },
        { name: RENT_STATUSES.due, color: 'blueLight2' },
        { name: RENT_STATUSES.late, color: 'redLight2' },
        { name: RENT_STATUSES.prepaid, color: 'tealLight2' },
      ],
      description:
        'Late: open after its due day and grace, and not covered by a payment plan. Due: open, and its grace has not run out.',
    },
    moneyColumn('carried', 'Balance Carried', 'What was open when the month began; negative: paid ahead.'),
    moneyColumn('charged', 'Charged', 'Charges of the month other than late fees.'),
    moneyColumn('lateFees', 'Late Fees', 'Charged in the month.'),
    moneyColumn(
      'returned',
      'Returned',
      'Payments that the bank returned in the month, and money given back.',
    ),
    moneyColumn('paid', 'Paid', 'Payments of the month, returned ones included.'),
    moneyColumn('credits', 'Credits', 'Credits of the month.'),
    moneyColumn('balance', 'Balance', 'What is open when the month ends.'),
    moneyColumn('prepaid', 'Prepaid', 'Money that waits for a charge.'),
    moneyColumn('late', 'Late Amount', 'Past its grace and not covered by a payment plan.'),
    {
      key: 'payments',
      column: 'Payments',
      kind: 'link',
      target: 'transactions',
      description: 'Payments that paid the month’s charges, or came in it.',
    },
    {
      key: 'asOf',
      column: 'As Of',
      kind: 'date',
      description: 'The last day that counts: the month’s end, or the day of the run.',
    },
    {
      key: 'findings',
      column: 'Checks',
      kind: 'longText',
      description: 'Where the lease’s account is not what Buildium says is owed today.',
    },
    KEY_COLUMN,
  ],
});
