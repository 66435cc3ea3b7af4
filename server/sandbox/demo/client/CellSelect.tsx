import { useRef, useState, type KeyboardEvent } from 'react';
import type { CellValue, Chip, Column } from '../page/view.ts';
import { editable } from './grid.ts';

/**
 * Where a cell's choice, or the row that it leads to, is chosen. A click on an option saves it; whoever walks through
 * the options by keyboard saves with Enter or by leaving the cell. Escape saves nothing.
 */
export function CellSelect(props: {
  column: Column;
  value: CellValue | undefined;
  /** The rows of the linked table, where it is a link. */
  linkable: readonly Chip[];
  onFinish(text: string): void;
  onCancel(): void;
}) {
  const { column, value, linkable, onFinish, onCancel } = props;
  const before = editable(value, column);
  const [chosen, choose] = useState(before);
  const isByKey = useRef(false);
  const finish = (now: string): void => (now === before ? onCancel() : onFinish(now));
  const pressed = (event: KeyboardEvent): void => {
    event.stopPropagation();
    isByKey.current = true;
    if (event.key === 'Escape') onCancel();
    if (event.key === 'Enter') {
      event.preventDefault();
      finish(chosen);
    }
  };
  const changed = (now: string): void => (isByKey.current ? choose(now) : finish(now));
  const options =
    column.kind === 'link'
      ? linkable.map(({ id, name }) => ({ id, name: name || 'Unnamed record' }))
      : (column.choices ?? []).map(({ name }) => ({ id: name, name }));
  return (
    <select
      className="cell-editor"
      aria-label={`New ${column.name}`}
      autoFocus
      value={chosen}
      onKeyDown={pressed}
      onPointerDown={() => (isByKey.current = false)}
      onChange={(event) => changed(event.target.value)}
      onBlur={() => finish(chosen)}
    >
      <option value="" />
      {options.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </select>
  );
}
