import { useEffect, useState } from 'react';
import type { Activity, Option } from '../page/view.ts';
import { AirtableGrid } from './AirtableGrid.tsx';
import { FormDialog } from './FormDialog.tsx';
import type { FormShape } from './forms.ts';
import { OutageButton, OutageNote } from './Outage.tsx';
import { ask } from './server.ts';
import type { DemoState, ShownTable } from './state.ts';
import { Tabs } from './Tabs.tsx';
import { useTables } from './useTables.ts';

type TableAction = 'renameTable' | 'addColumn' | 'deleteField';

/** Airtable's side: the base as its grid shows it. */
export function AirtablePanel(props: {
  state: DemoState;
  clockOffsetMs: number;
  /** A row that the page leads to. */
  target: Activity['place'];
  onProblem(message: string): void;
}) {
  const { state, clockOffsetMs, target, onProblem } = props;
  const { tabs, table, open } = useTables(state, 'airtable');
  const [action, setAction] = useState<TableAction | null>(null);
  const side = state.status?.sides.airtable ?? null;
  useEffect(() => {
    if (target) open(target.tableId);
  }, [target]);
  const isReady = state.status !== null && state.status.state !== 'preparing';
  return (
    <section className="panel panel-airtable" aria-label="Airtable">
      <header className="panel-head">
        <h2>Airtable</h2>
        <span className="panel-sub">PM Balance Sheet</span>
        <OutageButton side="airtable" state={side} clockOffsetMs={clockOffsetMs} />
      </header>
      <OutageNote side="airtable" state={side} />
      <Tabs label="Tables of the base" tabs={tabs} selected={table?.id ?? ''} onSelect={open} />
      <div className="actions actions-grid">
        <span className="actions-hint">Click a cell twice, type, press Enter</span>
        {TABLE_ACTIONS.map(([name, label]) => (
          <button
            key={name}
            type="button"
            className="button button-small"
            disabled={!isReady || !table}
            onClick={() => setAction(name)}
          >
            {label}
          </button>
        ))}
      </div>
      {table ? (
        <AirtableGrid
          key={table.id}
          table={table}
          focusRowId={target?.tableId === table.id ? target.recordId : null}
          onProblem={onProblem}
        />
      ) : (
        <p className="empty">Making the tables …</p>
      )}
      {action && table && (
        <FormDialog
          shape={shapeOf(action, table)}
          offers={null}
          given={action === 'renameTable' ? { name: table.name } : {}}
          onClose={() => setAction(null)}
          onSubmit={async (values) => ask(action, { tableId: table.id, ...values })}
        />
      )}
    </section>
  );
}

const TABLE_ACTIONS: readonly [TableAction, string][] = [
  ['renameTable', 'Rename table'],
  ['addColumn', 'Add a column'],
  ['deleteField', 'Delete a field'],
];

function shapeOf(action: TableAction, table: ShownTable): FormShape {
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
