import { choicesNamed } from '../resources/columns.ts';
import { defineOwnTable } from './define.ts';
import { ENTERED_STATE } from './entered.ts';

/** What a row of the table can say, by the choice that people see. */
export const RULE_KINDS = {
  'NOI less reserve': 'noiLessReserve',
  'Percent of what is left': 'percent',
  'Net losses across properties': 'netting',
} as const;

export const distributionRulesTable = defineOwnTable({
  name: 'distributionRules',
  table: 'Distribution Rules',
  description:
    'How owners’ draws follow from net operating income. Rules apply in their order, each to what the one before left; an owner’s rules at a property go before the owner’s, those before the property’s, those before everybody’s. Safe cash is always the cap.',
  columns: [
    { key: 'name', column: 'Name', kind: 'text', description: 'Any name for the rule.' },
    {
      key: 'order',
      column: 'Order',
      kind: 'number',
      description: 'Rules apply from the smallest number up; blank counts as 0.',
    },
    {
      key: 'rule',
      column: 'Rule',
      kind: 'choice',
      choices: choicesNamed(Object.keys(RULE_KINDS)),
      description: 'What the rule does.',
    },
    {
      key: 'owner',
      column: 'Owner',
      kind: 'link',
      target: 'owners',
      description: 'Whose draws it is for; blank: everybody’s.',
    },
    {
      key: 'property',
      column: 'Property',
      kind: 'link',
      target: 'properties',
      description: 'At which property; blank: at all of them.',
    },
    {
      key: 'reserve',
      column: 'Reserve Target',
      kind: 'money',
      description: 'NOI less reserve: what the reserve is brought to before anything is drawn.',
    },
    {
      key: 'percent',
      column: 'Percent',
      kind: 'percent',
      precision: 4,
      description: 'Percent of what is left: more than 0 and at most 100.',
    },
    ...ENTERED_STATE,
  ],
});
