import { choicesNamed } from '../resources/columns.ts';
import { KEY_COLUMN, type OwnColumn } from './define.ts';

export const BASIS_CHOICES = { cash: 'Cash', accrual: 'Accrual' } as const;

export const monthColumn: OwnColumn = {
  key: 'month',
  column: 'Month',
  kind: 'date',
  description: 'The first day of the month.',
};

export const basisColumn: OwnColumn = {
  key: 'basis',
  column: 'Basis',
  kind: 'choice',
  choices: choicesNamed(Object.values(BASIS_CHOICES)),
  description: 'Cash counts what was paid, accrual what was charged and billed.',
};

export const propertyColumn: OwnColumn = {
  key: 'property',
  column: 'Property',
  kind: 'link',
  target: 'properties',
  description: 'The property.',
};

export const ownerColumn: OwnColumn = {
  key: 'owner',
  column: 'Owner',
  kind: 'link',
  target: 'owners',
  description: 'The owner.',
};

export function moneyColumn(key: string, column: string, description: string): OwnColumn {
  return { key, column, kind: 'money', description };
}

/** Where a row comes from, at its end; a row is replaced by its run's next version. */
export const RUN_COLUMNS: readonly OwnColumn[] = [
  {
    key: 'version',
    column: 'Version',
    kind: 'number',
    description: 'How often the month was calculated anew with other input.',
  },
  {
    key: 'run',
    column: 'Run',
    kind: 'text',
    description: 'The calculation that the figures are from: its input and results are kept unchanged.',
  },
  {
    key: 'findings',
    column: 'Checks',
    kind: 'longText',
    description: 'What the checks of the calculation found here.',
  },
  KEY_COLUMN,
];
