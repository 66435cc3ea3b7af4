import { memo, type ComponentProps } from 'react';
import type { Chip, Column, Row } from '../page/view.ts';
import { CellContent } from './CellContent.tsx';
import { CellEditor } from './CellEditor.tsx';
import { CellSelect } from './CellSelect.tsx';
import { lockedBecause, STILL_MS, type Pending, type Place } from './grid.ts';
import { isFresh, type ShownTable } from './state.ts';
import { useNow } from './useNow.ts';

/** The cell that is chosen; `text` is what was typed to open it, in place of the old value. */
export type Selection = Place & { isEditing: boolean; text?: string };

type RowProps = {
  row: Row;
  number: number;
  columns: readonly Column[];
  flashes: string;
  selection: Selection | null;
  /** The rows that the link in the open cell can lead to. */
  linkable: readonly Chip[];
  pending: readonly Pending[];
  isFocused: boolean;
  isTicked: boolean;
  onTick(rowId: string): void;
  onClick(row: Row, column: Column): void;
  onFinish(place: Place, column: Column, text: string): void;
  onCancel(): void;
};

/** A row of the grid, drawn anew only when something of it has changed. */
export const GridRow = memo(
  function GridRow({
    row,
    number,
    columns,
    flashes,
    selection,
    linkable,
    pending,
    isFocused,
    isTicked,
    ...on
  }: RowProps) {
    const flashOf = new Map(
      flashes.split(' ').map((part): [string, number] => {
        const [id = '', atMs] = part.split('=');
        return [id, Number(atMs)];
      }),
    );
    const isNew = flashOf.get('row');
    const className = [isFresh(isNew) && 'flash', isFocused && 'focused', isTicked && 'ticked']
      .filter(Boolean)
      .join(' ');
    return (
      <tr role="row" data-row={row.id} key={isNew} className={className || undefined}>
        <th className="row-number" scope="row">
          <label>
            <input
              type="checkbox"
              aria-label={`Select row ${number}`}
              checked={isTicked}
              onChange={() => on.onTick(row.id)}
            />
            <span>{number}</span>
          </label>
        </th>
        {columns.map((column, index) => {
          const flash = flashOf.get(column.id);
          const isSelected = selection?.columnId === column.id;
          const waits = pending.find((one) => one.columnId === column.id);
          const name = [
            'cell',
            `kind-${column.kind} origin-${column.origin}`,
            isFresh(flash) && 'flash',
            isSelected && 'selected',
            waits && 'pending',
            isSelected && selection?.isEditing && 'editing',
          ];
          return (
            <td
              key={`${column.id}${flash ?? ''}`}
              role="gridcell"
              data-cell={`${row.id}/${column.id}`}
              tabIndex={isSelected || (selection === null && index === 0 && number === 1) ? 0 : -1}
              aria-selected={isSelected}
              className={name.filter(Boolean).join(' ')}
              title={isSelected ? (lockedBecause(column) ?? undefined) : undefined}
              onClick={() => !(isSelected && selection?.isEditing) && on.onClick(row, column)}
            >
              {isSelected && selection?.isEditing ? (
                <Editor
                  column={column}
                  value={row.cells[column.id]}
                  text={selection.text}
                  linkable={linkable}
                  onFinish={(text) => on.onFinish({ rowId: row.id, columnId: column.id }, column, text)}
                  onCancel={on.onCancel}
                />
              ) : (
                <CellContent value={row.cells[column.id]} column={column} />
              )}
              {waits && <Countdown atMs={waits.atMs} />}
            </td>
          );
        })}
      </tr>
    );
  },
  (before, after) =>
    before.row === after.row &&
    before.number === after.number &&
    before.columns === after.columns &&
    before.flashes === after.flashes &&
    before.selection === after.selection &&
    before.isFocused === after.isFocused &&
    before.isTicked === after.isTicked &&
    before.pending.length + after.pending.length === 0,
);

function Editor({
  text,
  linkable,
  ...props
}: ComponentProps<typeof CellEditor> & { linkable: readonly Chip[] }) {
  const { kind } = props.column;
  return kind === 'choice' || kind === 'link' ? (
    <CellSelect linkable={linkable} {...props} />
  ) : (
    <CellEditor text={text} {...props} />
  );
}

/** When the row and its cells last changed, as text, so that a row knows whether any of it is new. */
export function flashesOf(row: Row, table: ShownTable): string {
  const isNew = table.flashes[row.id];
  const parts = table.columns.map(({ id }) => [id, table.flashes[`${row.id}/${id}`]] as const);
  return [['row', isNew] as const, ...parts]
    .flatMap(([id, atMs]) => (atMs === undefined ? [] : [`${id}=${atMs}`]))
    .join(' ');
}

/** How long until the sync puts Buildium's value back. */
function Countdown({ atMs }: { atMs: number }) {
  const now = useNow(true);
  const left = Math.ceil((atMs + STILL_MS - now) / 1000);
  return (
    <span
      className="countdown"
      title="This value comes from Buildium. The sync puts it back when the row has been still for 10 seconds."
    >
      {left > 0 ? `back in ${left} s` : 'putting back …'}
    </span>
  );
}
