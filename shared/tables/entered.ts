import type { OwnColumn } from './define.ts';

/** What we say about a row that a person entered. */
export const ENTERED_STATE = [
  {
    key: 'state',
    column: 'State',
    kind: 'choice',
    description: 'Whether calculations use the row. Set by the sync.',
    choices: [
      { name: 'In use', color: 'greenLight2' },
      { name: 'Problem', color: 'redLight2' },
    ],
  },
  {
    key: 'note',
    column: 'What Is Wrong',
    kind: 'longText',
    description: 'Why a calculation cannot use the row, and what to do about it. Set by the sync.',
  },
] as const satisfies readonly OwnColumn[];
