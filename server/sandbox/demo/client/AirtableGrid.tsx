import { useEffect, useRef, type KeyboardEvent } from 'react';
import type { Chip, Column, Row } from '../page/view.ts';
import { lockedBecause, neighbour, ownerInWords, typedValue, type Place, type Typed } from './grid.ts';
import { flashesOf, GridRow, type Selection } from './GridRow.tsx';
import { linkableRows } from './linkable.ts';
import { ask } from './server.ts';
import type { DemoState, ShownTable } from './state.ts';
import { usePending } from './usePending.ts';

/** The grid: click a cell, click again (or type) to edit it, Enter to save, Escape to leave it. */
export function AirtableGrid(props: {
  table: ShownTable;
  /** All of the base: links lead to their rows. */
  tables: DemoState['tables']['airtable'];
  selection: Selection | null;
  onSelect(selection: Selection | null): void;
  ticked: readonly string[];
  onTick(rowId: string): void;
  /** A row to bring into sight. */
  focusRowId: string | null;
  onProblem(message: string): void;
}) {
  const { table, tables, selection, onSelect: select, ticked, onTick, focusRowId, onProblem } = props;
  const { pending, remember } = usePending(table);
  const frame = useRef<HTMLDivElement>(null);
  // A row that has just been made is on its way to the page.
  const hasRow = (rowId: string | null): boolean => table.rows.some(({ id }) => id === rowId);
  useEffect(() => {
    const row = frame.current?.querySelector(`[data-row="${focusRowId ?? ''}"]`);
    if (row) cellToShow(row).scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [focusRowId, hasRow(focusRowId)]);
  const isThere = hasRow(selection?.rowId ?? null);
  const focusSelected = (): void => {
    if (!selection || selection.isEditing) return;
    const { rowId, columnId } = selection;
    frame.current?.querySelector<HTMLElement>(`[data-cell="${rowId}/${columnId}"]`)?.focus();
  };
  useEffect(focusSelected, [selection, isThere]);
  // A cell that flashes is drawn anew, and loses the focus that it had.
  useEffect(() => {
    if (document.activeElement === document.body) focusSelected();
  }, [table]);
  const edited = selection?.isEditing ? table.columns.find(({ id }) => id === selection.columnId) : undefined;
  const linkable = edited ? linkableRows(edited, tables) : NONE;

  const save = async (place: Place, column: Column, value: Typed): Promise<void> => {
    const row = table.rows.find(({ id }) => id === place.rowId);
    // A row that a person made stands for nothing there.
    const isPutBack = column.origin === 'buildium' && !column.flowsBack && row?.entityId !== '';
    if (isPutBack && (value === null || typeof value !== 'object'))
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
              linkable={selection?.rowId === row.id ? linkable : NONE}
              pending={pending.filter((one) => one.rowId === row.id)}
              isFocused={focusRowId === row.id}
              isTicked={ticked.includes(row.id)}
              onTick={onTick}
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

/** The cell that has just changed; of a new row its beginning, so that the grid does not move sideways. */
function cellToShow(row: Element): Element {
  return row.querySelector('td.flash:not(.origin-sync):not(.origin-inverse)') ?? row.children[1] ?? row;
}

const NONE: readonly Chip[] = [];

const MARKS: Record<Column['origin'], string> = {
  buildium: '',
  sync: '',
  calculated: '',
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
