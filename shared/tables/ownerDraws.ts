import { defineOwnTable } from './define.ts';
import {
  basisColumn,
  moneyColumn,
  monthColumn,
  ownerColumn,
  propertyColumn,
  RUN_COLUMNS,
} from './runColumns.ts';

export const ownerDrawsTable = defineOwnTable({
  name: 'ownerDraws',
  table: 'Owner Draws',
  description:
    'What each owner can draw from each property for a month, term by term: the terms add up to Draw Before Netting, and that with Netting to Draw. Written by the sync from its runs; the check itself is written in Buildium.',
  keyColumn: 'key',
  columns: [
    { key: 'name', column: 'Name', kind: 'text', description: 'Owner, property and month.' },
    ownerColumn,
    propertyColumn,
    monthColumn,
    basisColumn,
    moneyColumn(
      'noi',
      'NOI Share',
      'The owner’s part of the net operating income, where a rule starts from it.',
    ),
    moneyColumn(
      'fromCash',
      'From Safe Cash',
      'What the draw starts from where no rule is entered: with what was drawn before.',
    ),
    moneyColumn('carried', 'Carried Forward', 'Differences of closed months that this one makes up for.'),
    moneyColumn('reserve', 'To Reserve', 'What brings the reserve to its target; negative.'),
    moneyColumn('percent', 'Percent Rule', 'What a percent rule leaves in the property; negative.'),
    moneyColumn('already', 'Already Drawn', 'Approved or paid for this month before; negative.'),
    moneyColumn('cap', 'Held to Safe Cash', 'What the rules give beyond safe cash; negative.'),
    moneyColumn('floor', 'Raised to Zero', 'What lifts a negative amount to a draw of zero.'),
    moneyColumn('draw', 'Draw Before Netting', 'What the property gives to the owner.'),
    moneyColumn('netting', 'Netting', 'Taken for this owner’s properties below zero; negative.'),
    moneyColumn('payable', 'Draw', 'What the owner’s check has for this property.'),
    moneyColumn('safeCash', 'Safe Cash', 'The owner’s part of what can leave the property.'),
    moneyColumn('shortfall', 'Shortfall', 'How far the owner’s part is below zero.'),
    {
      key: 'waterfall',
      column: 'Waterfall',
      kind: 'longText',
      description: 'Every term by its name, with what is left after it.',
    },
    {
      key: 'approval',
      column: 'Approval',
      kind: 'choice',
      choices: [
        { name: 'Calculated', color: 'yellowLight2' },
        { name: 'Approved', color: 'greenLight2' },
      ],
      description: 'Whether somebody has approved this version, and has not withdrawn the whole draw since.',
    },
    ...RUN_COLUMNS,
  ],
});
