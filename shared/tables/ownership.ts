import { defineOwnTable } from './define.ts';
import { ENTERED_STATE } from './entered.ts';

export const ownershipTable = defineOwnTable({
  name: 'ownership',
  table: 'Ownership',
  description:
    'Who owns how much of a property, entered here: Buildium’s API has no percentages. On every day the percents of a property add up to 100; a property with one owner in Buildium needs no row.',
  columns: [
    { key: 'name', column: 'Name', kind: 'text', description: 'Any name for the row.' },
    {
      key: 'property',
      column: 'Property',
      kind: 'link',
      target: 'properties',
      description: 'The property that is owned: one.',
    },
    {
      key: 'owner',
      column: 'Owner',
      kind: 'link',
      target: 'owners',
      description: 'Who owns it: one owner a row.',
    },
    {
      key: 'percent',
      column: 'Percent',
      kind: 'percent',
      precision: 4,
      description: 'More than 0 and at most 100, with up to four decimals.',
    },
    { key: 'from', column: 'From', kind: 'date', description: 'First day; blank: since ever.' },
    {
      key: 'to',
      column: 'To',
      kind: 'date',
      description: 'Last day, included; blank: until further notice.',
    },
    ...ENTERED_STATE,
  ],
});
