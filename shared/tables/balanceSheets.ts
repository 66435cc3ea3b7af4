import { defineOwnTable, KEY_COLUMN } from './define.ts';
import { basisColumn, moneyColumn, monthColumn, propertyColumn } from './runColumns.ts';

export const balanceSheetsTable = defineOwnTable({
  name: 'balanceSheets',
  table: 'Monthly Balance Sheet',
  description:
    'Each property’s balance sheet at the end of each month, from Buildium’s own balances. Written by the sync from its runs.',
  keyColumn: 'key',
  columns: [
    { key: 'name', column: 'Name', kind: 'text', description: 'Property, month and basis.' },
    propertyColumn,
    monthColumn,
    basisColumn,
    moneyColumn('cash', 'Cash', 'Bank accounts and undeposited funds.'),
    moneyColumn('receivables', 'Receivables', 'What tenants owe.'),
    moneyColumn('otherAssets', 'Other Assets', 'Everything else that the property owns.'),
    moneyColumn('deposits', 'Deposits Held', 'Security deposits: tenants’ money.'),
    moneyColumn('prepayments', 'Prepayments', 'Paid ahead, last month’s rent included: tenants’ money.'),
    moneyColumn('payables', 'Payables', 'Unpaid bills.'),
    moneyColumn('otherLiabilities', 'Other Liabilities', 'Loans and everything else that is owed.'),
    moneyColumn(
      'equity',
      'Equity',
      'Owners’ contributions less draws, and all results since the books began.',
    ),
    moneyColumn(
      'difference',
      'Out of Balance',
      'Assets less liabilities less equity: anything but zero is an error in the books.',
    ),
    KEY_COLUMN,
  ],
});
