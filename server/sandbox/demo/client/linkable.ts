import type { Chip, Column } from '../page/view.ts';
import type { DemoState } from './state.ts';

/** The rows that a link of this column can lead to, by name. */
export function linkableRows(column: Column, tables: DemoState['tables']['airtable']): readonly Chip[] {
  const linked = tables[column.linkedTableId ?? ''];
  const [first] = linked?.columns ?? [];
  if (!linked || !first) return [];
  return linked.rows
    .map(({ id, cells }) => {
      const name = cells[first.id];
      return { id, name: typeof name === 'object' ? '' : String(name ?? '') };
    })
    .sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
}
