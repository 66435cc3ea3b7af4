import { defineOwnTable } from './define.ts';
import { basisColumn, moneyColumn, monthColumn, ownerColumn, RUN_COLUMNS } from './runColumns.ts';

export const ownerStatementsTable = defineOwnTable({
  name: 'ownerStatements',
  table: 'Owner Statements',
  description:
    'One statement for each owner and month, as a PDF to send. Written by the sync from its runs; a new version of a run replaces the file.',
  keyColumn: 'key',
  columns: [
    { key: 'name', column: 'Name', kind: 'text', description: 'Owner and month.' },
    ownerColumn,
    monthColumn,
    basisColumn,
    { key: 'statement', column: 'Statement', kind: 'attachment', description: 'The statement as a PDF.' },
    moneyColumn('income', 'Operating Income', 'Of the owner’s properties, as a whole.'),
    moneyColumn('expenses', 'Operating Expenses', 'Of the owner’s properties, as a whole.'),
    moneyColumn('noi', 'NOI', 'Of the owner’s properties, as a whole.'),
    moneyColumn('share', 'Owner’s Share', 'The owner’s part of the net operating income.'),
    moneyColumn('openingCash', 'Beginning Cash', 'Book cash of the properties when the month began.'),
    moneyColumn('closingCash', 'Ending Cash', 'Book cash of the properties when the month ended.'),
    moneyColumn('draw', 'Draw', 'What the owner’s one check comes to.'),
    ...RUN_COLUMNS,
  ],
});
