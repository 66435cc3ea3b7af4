import { defineOwnTable } from './define.ts';
import { basisColumn, moneyColumn, monthColumn, propertyColumn, RUN_COLUMNS } from './runColumns.ts';

export const noiTable = defineOwnTable({
  name: 'noi',
  table: 'NOI',
  description:
    'Net operating income of each property and month, on each basis that was calculated. Written by the sync from its runs.',
  keyColumn: 'key',
  columns: [
    { key: 'name', column: 'Name', kind: 'text', description: 'Property, month and basis.' },
    propertyColumn,
    monthColumn,
    basisColumn,
    {
      key: 'outcome',
      column: 'Outcome',
      kind: 'choice',
      choices: [
        { name: 'Calculated', color: 'greenLight2' },
        { name: 'Stopped by a check', color: 'redLight2' },
        { name: 'Not managed', color: 'grayLight2' },
      ],
      description: 'Whether there are figures; a check that stops them stands under Checks.',
    },
    moneyColumn('income', 'Operating Income', 'Vacancy, concessions and bad debt taken off.'),
    moneyColumn('expenses', 'Operating Expenses', 'As a positive amount.'),
    moneyColumn('capital', 'Capital Expenditure', 'Only where it is counted above the line.'),
    moneyColumn('noi', 'NOI', 'Operating income less operating expenses.'),
    moneyColumn(
      'belowTheLine',
      'Below the Line',
      'What interest, principal, depreciation, income tax and other non-operating items did to the owners’ money.',
    ),
    moneyColumn(
      'manual',
      'Manual NOI',
      'What somebody worked out by hand, to be compared. Type it in: the sync never writes here.',
    ),
    moneyColumn(
      'manualDifference',
      'NOI minus Manual',
      'Zero where both agree; blank where nothing was entered by hand.',
    ),
    { key: 'from', column: 'Managed From', kind: 'date', description: 'The first day that counts.' },
    { key: 'to', column: 'Managed To', kind: 'date', description: 'The last day that counts.' },
    ...RUN_COLUMNS,
  ],
});
