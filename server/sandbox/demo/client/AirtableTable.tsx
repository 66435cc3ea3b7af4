import { useEffect, useState } from 'react';
import { AirtableGrid } from './AirtableGrid.tsx';
import { FormDialog } from './FormDialog.tsx';
import type { Selection } from './GridRow.tsx';
import { answerTo, ask } from './server.ts';
import type { DemoState, ShownTable } from './state.ts';
import { shapeOf, TABLE_ACTIONS, type TableAction } from './tableForms.ts';

/** Rows that somebody has deleted, and their table. */
export type Deleted = { tableId: string; recordIds: readonly string[] };

/** One table of the base: what can be done with it, and its grid. */
export function AirtableTable(props: {
  table: ShownTable;
  tables: DemoState['tables']['airtable'];
  isReady: boolean;
  focusRowId: string | null;
  /** The last deletion, until it is undone. */
  deleted: Deleted | null;
  onDeleted(deleted: Deleted): void;
  onUndo(deleted: Deleted): void;
  onProblem(message: string): void;
}) {
  const { table, tables, isReady, focusRowId, deleted, onDeleted, onUndo, onProblem } = props;
  const [action, setAction] = useState<TableAction | null>(null);
  const [selection, select] = useState<Selection | null>(null);
  const [ticks, setTicks] = useState<readonly string[]>([]);
  const ticked = ticks.filter((id) => table.rows.some((row) => row.id === id));
  const chosen = chosenRows(table, ticked, selection);
  useToldToExtension(table.id, chosen);

  const addRow = async (): Promise<void> => {
    const { problem, recordId } = await answerTo('addRow', { tableId: table.id });
    if (problem !== null) return onProblem(problem);
    const [first] = table.columns;
    if (recordId !== undefined && first) select({ rowId: recordId, columnId: first.id, isEditing: false });
  };
  const deleteRows = async (): Promise<void> => {
    const gone = { tableId: table.id, recordIds: chosen };
    const refused = await ask('deleteRows', gone);
    if (refused !== null) return onProblem(refused);
    select(null);
    setTicks([]);
    onDeleted(gone);
  };
  const buttons: readonly { label: string; isOff?: boolean; act: () => void }[] = [
    { label: 'Add a row', act: () => void addRow() },
    {
      label: chosen.length > 1 ? `Delete ${chosen.length} rows` : 'Delete row',
      isOff: chosen.length === 0,
      act: () => void deleteRows(),
    },
    ...(deleted ? [{ label: 'Undo delete', act: () => onUndo(deleted) }] : []),
    ...TABLE_ACTIONS.map(([name, label]) => ({ label, act: () => setAction(name) })),
  ];
  return (
    <>
      <div className="actions actions-grid">
        <span className="actions-hint">Click a cell twice, type, press Enter</span>
        {buttons.map(({ label, isOff = false, act }) => (
          <button
            key={label}
            type="button"
            className="button button-small"
            disabled={!isReady || isOff}
            title={isOff ? 'Tick rows, or click a cell of one' : undefined}
            onClick={act}
          >
            {label}
          </button>
        ))}
      </div>
      <AirtableGrid
        table={table}
        tables={tables}
        selection={selection}
        onSelect={select}
        ticked={ticked}
        onTick={(id) =>
          setTicks((before) => (before.includes(id) ? before.filter((one) => one !== id) : [...before, id]))
        }
        focusRowId={focusRowId}
        onProblem={onProblem}
      />
      {action && (
        <FormDialog
          shape={shapeOf(action, table)}
          offers={null}
          given={action === 'renameTable' ? { name: table.name } : {}}
          onClose={() => setAction(null)}
          onSubmit={async (values) => ask(action, { tableId: table.id, ...values })}
        />
      )}
    </>
  );
}

/** The rows that are ticked, or the one whose cell is selected. */
function chosenRows(
  { rows }: ShownTable,
  ticked: readonly string[],
  selection: Selection | null,
): readonly string[] {
  if (ticked.length > 0) return ticked;
  return rows.flatMap(({ id }) => (id === selection?.rowId ? [id] : []));
}

/** The extension hears which rows are chosen, as in Airtable. */
function useToldToExtension(tableId: string, chosen: readonly string[]): void {
  const key = chosen.join(' ');
  useEffect(() => {
    void ask('select', { tableId, recordIds: key === '' ? [] : key.split(' ') });
  }, [tableId, key]);
}
