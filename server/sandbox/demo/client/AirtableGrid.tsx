import { memo, useEffect, useRef, useState, type KeyboardEvent } from 'react';
import type { CellValue, Column, Row } from '../page/view.ts';
import { CellContent } from './CellContent.tsx';
import { CellEditor } from './CellEditor.tsx';
import {
  lockedBecause,
  neighbour,
  ownerInWords,
  STILL_MS,
  typedValue,
  type Pending,
  type Place,
} from './grid.ts';
import { ask } from './server.ts';
import { isFresh, type ShownTable } from './state.ts';
import { useNow } from './useNow.ts';

type Selection = Place & { isEditing: boolean; text?: string };

/** The grid: click a cell, click again (or type) to edit it, Enter to save, Escape to leave it. */
export function AirtableGrid(props: {
  table: ShownTable;
  /** A row to bring into sight. */
  focusRowId: string | null;
  onProblem(message: string): void;
}) {
  const { table, focusRowId, onProblem } = props;
  const [selection, select] = useState<Selection | null>(null);
  const [ticked, setTicked] = useState<readonly string[]>([]);
  useSelected(table.id, ticked, selection?.rowId ?? null);
  const { pending, remember } = usePending(table);
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const row = frame.current?.querySelector(`[data-row="${focusRowId ?? ''}"]`);
    if (row) cellToShow(row).scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [focusRowId]);
  useEffect(() => {
    if (selection && !selection.isEditing)
      frame.current
        ?.querySelector<HTMLElement>(`[data-cell="${selection.rowId}/${selection.columnId}"]`)
        ?.focus();
  }, [selection]);

  const save = async (
    place: Place,
    column: Column,
    value: string | number | boolean | null,
  ): Promise<void> => {
    if (column.origin === 'buildium' && !column.flowsBack)
      remember({ ...place, value: value ?? '', atMs: Date.now() });
    const fields = { tableId: table.id, recordId: place.rowId, fieldId: place.columnId, value };
    const refused = await ask('editCell', fields);
    if (refused !== null) onProblem(refused);
  };
  const finish = (place: Place, column: Column, text: string): void => {
    select({ ...place, isEditing: false });
    const typed = typedValue(text, column);
    if ('error' in typed) onProblem(typed.error);
    else void save(place, column, typed.value);
  };
  const clicked = (row: Row, column: Column): void => {
    const place = { rowId: row.id, columnId: column.id };
    const isSelected = selection?.rowId === row.id && selection.columnId === column.id;
    if (!isSelected || lockedBecause(column) !== null) return select({ ...place, isEditing: false });
    if (column.kind === 'checkbox') void save(place, column, row.cells[column.id] !== true);
    else select({ ...place, isEditing: true });
  };
  const pressed = (event: KeyboardEvent): void => {
    if (!selection || selection.isEditing) return;
    const column = table.columns.find(({ id }) => id === selection.columnId);
    const next = neighbour(selection, event.key, table.rows, table.columns);
    if (next) {
      event.preventDefault();
      return select({ ...next, isEditing: false });
    }
    if (!column || lockedBecause(column) !== null || event.ctrlKey || event.metaKey) return;
    const { rowId, columnId } = selection;
    const row = table.rows.find(({ id }) => id === rowId);
    if (column.kind === 'checkbox') {
      if (event.key === 'Enter' || event.key === ' ')
        void save({ rowId, columnId }, column, row?.cells[columnId] !== true);
    } else if (event.key === 'Enter') select({ rowId, columnId, isEditing: true });
    else if (event.key === 'Backspace' || event.key === 'Delete')
      void save({ rowId, columnId }, column, null);
    else if (event.key.length === 1) select({ rowId, columnId, isEditing: true, text: event.key });
    else return;
    event.preventDefault();
  };

  return (
    <div className="table-frame grid-frame" ref={frame} onKeyDown={pressed} tabIndex={-1}>
      <table
        className="grid"
        role="grid"
        aria-label={`Airtable: ${table.name}`}
        aria-rowcount={table.rows.length + 1}
      >
        <thead>
          <tr role="row">
            <th className="row-number" scope="col">
              <span className="visually-hidden">Number</span>
            </th>
            {table.columns.map((column) => (
              <ColumnHead key={column.id} column={column} />
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, index) => (
            <GridRow
              key={row.id}
              row={row}
              number={index + 1}
              columns={table.columns}
              flashes={flashesOf(row, table)}
              selection={selection?.rowId === row.id ? selection : null}
              pending={pending.filter((one) => one.rowId === row.id)}
              isFocused={focusRowId === row.id}
              isTicked={ticked.includes(row.id)}
              onTick={(id) =>
                setTicked((before) =>
                  before.includes(id) ? before.filter((one) => one !== id) : [...before, id],
                )
              }
              onClick={clicked}
              onFinish={finish}
              onCancel={() => selection && select({ ...selection, isEditing: false })}
            />
          ))}
        </tbody>
      </table>
      {table.rows.length === 0 && <p className="empty">No rows yet.</p>}
    </div>
  );
}

/** Tells the extension what is selected: the rows that are ticked, or the one whose cell is. */
function useSelected(tableId: string, ticked: readonly string[], rowId: string | null): void {
  const chosen = ticked.length > 0 ? ticked : rowId === null ? [] : [rowId];
  const key = chosen.join(' ');
  useEffect(() => {
    void ask('select', { tableId, recordIds: key === '' ? [] : key.split(' ') });
  }, [tableId, key]);
}

/** The cell that has just changed; of a new row its beginning, so that the grid does not move sideways. */
function cellToShow(row: Element): Element {
  return row.querySelector('td.flash:not(.origin-sync):not(.origin-inverse)') ?? row.children[1] ?? row;
}

const MARKS: Record<Column['origin'], string> = {
  buildium: '',
  sync: '',
  inverse: '↩',
  entered: '✎',
  yours: '✎',
};

function ColumnHead({ column }: { column: Column }) {
  const title = [column.hint, ownerInWords(column)].filter((part) => part).join('\n');
  return (
    <th scope="col" className={`kind-${column.kind} origin-${column.origin}`} title={title}>
      {column.name}
      {MARKS[column.origin] && (
        <span className="head-mark" aria-label={ownerInWords(column)}>
          {MARKS[column.origin]}
        </span>
      )}
    </th>
  );
}

type RowProps = {
  row: Row;
  number: number;
  columns: readonly Column[];
  flashes: string;
  selection: Selection | null;
  pending: readonly Pending[];
  isFocused: boolean;
  isTicked: boolean;
  onTick(rowId: string): void;
  onClick(row: Row, column: Column): void;
  onFinish(place: Place, column: Column, text: string): void;
  onCancel(): void;
};

const GridRow = memo(
  function GridRow({
    row,
    number,
    columns,
    flashes,
    selection,
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
                <CellEditor
                  column={column}
                  value={row.cells[column.id]}
                  text={selection.text}
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

/** When the row and its cells last changed, as text, so that a row knows whether any of it is new. */
function flashesOf(row: Row, table: ShownTable): string {
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

/** Edits that wait to be put back: each until its cell shows something else than what was typed. */
function usePending(table: ShownTable): { pending: readonly Pending[]; remember(edit: Pending): void } {
  const [pending, setPending] = useState<readonly Pending[]>([]);
  const shown = useRef(new Map<string, boolean>());
  useEffect(() => {
    setPending((before) => {
      const still = before.filter((edit) => {
        const cell = table.rows.find(({ id }) => id === edit.rowId)?.cells[edit.columnId];
        const isThere = sameShown(cell, edit.value);
        const key = `${edit.rowId}/${edit.columnId}/${edit.atMs}`;
        if (isThere) shown.current.set(key, true);
        return isThere || (!shown.current.has(key) && Date.now() - edit.atMs < 3_000);
      });
      return still.length === before.length ? before : still;
    });
  }, [table]);
  const remember = (edit: Pending): void =>
    setPending((before) => [
      ...before.filter((one) => one.rowId !== edit.rowId || one.columnId !== edit.columnId),
      edit,
    ]);
  return { pending, remember };
}

function sameShown(cell: CellValue | undefined, typed: CellValue | null): boolean {
  const text = typeof cell === 'object' ? (cell[0]?.name ?? '') : cell;
  return (text ?? '') === (typed ?? '') || (typed === false && text === undefined);
}
