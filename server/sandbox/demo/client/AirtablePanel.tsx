import { useEffect, useState } from 'react';
import type { Activity } from '../page/view.ts';
import { AirtableTable, type Deleted } from './AirtableTable.tsx';
import { OutageButton, OutageNote } from './Outage.tsx';
import { ask } from './server.ts';
import type { DemoState } from './state.ts';
import { Tabs } from './Tabs.tsx';
import { useTables } from './useTables.ts';

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
  const [place, lead] = useState<Activity['place']>(null);
  const [deleted, setDeleted] = useState<Deleted | null>(null);
  const side = state.status?.sides.airtable ?? null;
  useEffect(() => lead(target), [target]);
  useEffect(() => {
    if (place) open(place.tableId);
  }, [place]);
  const undo = async ({ tableId, recordIds }: Deleted): Promise<void> => {
    const refused = await ask('undoDelete', { tableId, recordIds });
    if (refused !== null) return onProblem(refused);
    setDeleted(null);
    lead({ tableId, recordId: recordIds[0] ?? '' });
  };
  return (
    <section className="panel panel-airtable" aria-label="Airtable">
      <header className="panel-head">
        <h2>Airtable</h2>
        <span className="panel-sub">PM Balance Sheet</span>
        <OutageButton side="airtable" state={side} clockOffsetMs={clockOffsetMs} />
      </header>
      <OutageNote side="airtable" state={side} />
      <Tabs label="Tables of the base" tabs={tabs} selected={table?.id ?? ''} onSelect={open} />
      {table ? (
        <AirtableTable
          key={table.id}
          table={table}
          tables={state.tables.airtable}
          isReady={state.status !== null && state.status.state !== 'preparing'}
          focusRowId={place?.tableId === table.id ? place.recordId : null}
          deleted={deleted}
          onDeleted={setDeleted}
          onUndo={(last) => void undo(last)}
          onProblem={onProblem}
        />
      ) : (
        <p className="empty">Making the tables …</p>
      )}
    </section>
  );
}
