import type { Option } from '../page/view.ts';
import type { FormShape } from './forms.ts';
import type { ShownTable } from './state.ts';

export type TableAction = 'renameTable' | 'addColumn' | 'deleteField';

export const TABLE_ACTIONS: readonly [TableAction, string][] = [
  ['renameTable', 'Rename table'],
  ['addColumn', 'Add a column'],
  ['deleteField', 'Delete a field'],
];

export function shapeOf(action: TableAction, table: ShownTable): FormShape {
  switch (action) {
    case 'renameTable':
      return {
        title: `Rename "${table.name}"`,
        hint: 'Harmless: the sync knows tables and fields by their ids.',
        button: 'Rename',
        fields: [{ name: 'name', label: 'New name', kind: 'text' }],
      };
    case 'addColumn':
      return {
        title: `Add a column to "${table.name}"`,
        hint: 'It is yours: the sync never reads or writes it.',
        button: 'Add column',
        fields: [{ name: 'name', label: 'Name', kind: 'text', value: 'My notes' }],
      };
    case 'deleteField':
      return {
        title: `Delete a field of "${table.name}"`,
        hint: 'The sync says what is missing, goes on with the other fields, and repairs it in one click.',
        button: 'Delete field',
        fields: [{ name: 'fieldId', label: 'Field', kind: 'choice', options: deletable(table), first: 1 }],
      };
  }
}

/** Every field that the sync writes but the primary one, which Airtable keeps. */
function deletable(table: ShownTable): Option[] {
  return table.columns
    .slice(1)
    .filter(({ origin, kind }) => origin === 'buildium' && kind !== 'link')
    .map(({ id, name }) => ({ id, label: name }));
}
