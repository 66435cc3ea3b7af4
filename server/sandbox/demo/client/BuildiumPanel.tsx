import { memo, useState } from 'react';
import type { FormName, Row } from '../page/view.ts';
import { CellContent } from './CellContent.tsx';
import { FormDialog } from './FormDialog.tsx';
import { FORMS } from './forms.ts';
import { OutageButton, OutageNote } from './Outage.tsx';
import { ask } from './server.ts';
import { isFresh, type DemoState, type ShownTable } from './state.ts';
import { Tabs } from './Tabs.tsx';
import { useTables } from './useTables.ts';

const MAIN: readonly [FormName, string][] = [
  ['recordRentPayment', 'Record rent payment'],
  ['changeMarketRent', 'Change market rent'],
  ['terminateLease', 'Terminate lease'],
  ['addBill', 'Add bill'],
  ['payBill', 'Pay bill'],
];

const MORE: readonly [FormName, string][] = [
  ['changeTenantPhone', "Change a tenant's phone"],
  ['changeOwnerComment', "Change an owner's comment"],
  ['deleteTransaction', 'Delete a transaction'],
];

const IN_ROW: Partial<Record<FormName, string>> = {
  recordRentPayment: 'Payment',
  terminateLease: 'End',
  changeMarketRent: 'Change rent',
  payBill: 'Pay',
  changeTenantPhone: 'Phone',
  changeOwnerComment: 'Comment',
  deleteTransaction: 'Delete',
};

type Opened = { form: FormName; given: Record<string, string> };

/** Buildium's side: what an office sees and does there. */
export function BuildiumPanel(props: { state: DemoState; clockOffsetMs: number; onActed(): void }) {
  const { state, clockOffsetMs, onActed } = props;
  const { tabs, table, open } = useTables(state, 'buildium');
  const [opened, setOpened] = useState<Opened | null>(null);
  const side = state.status?.sides.buildium ?? null;
  const isReady = state.status !== null && !['preparing', 'firstSync'].includes(state.status.state);
  const shape = opened ? FORMS[opened.form] : undefined;
  const openFor = (form: FormName, row: Row): void => {
    const field = FORMS[form]?.fields[0]?.name ?? '';
    setOpened({ form, given: { [field]: row.entityId } });
  };
  return (
    <section className="panel panel-buildium" aria-label="Buildium">
      <header className="panel-head">
        <h2>Buildium</h2>
        <span className="panel-sub">where the office works</span>
        <OutageButton side="buildium" state={side} clockOffsetMs={clockOffsetMs} />
      </header>
      <OutageNote side="buildium" state={side} />
      <div className="actions">
        {MAIN.map(([form, label], index) => (
          <button
            key={form}
            type="button"
            className={index === 0 ? 'button button-primary' : 'button'}
            disabled={!isReady}
            title={isReady ? undefined : 'The first sync is still going on'}
            onClick={() => setOpened({ form, given: {} })}
          >
            {label}
          </button>
        ))}
        <MoreMenu isReady={isReady} onOpen={(form) => setOpened({ form, given: {} })} />
      </div>
      <Tabs label="Buildium's records" tabs={tabs} selected={table?.id ?? ''} onSelect={open} />
      <div
        className="table-frame"
        tabIndex={0}
        role="region"
        aria-label={`Buildium: ${table?.name ?? 'records'}`}
      >
        {table ? (
          <Records table={table} isReady={isReady} onOpen={openFor} />
        ) : (
          <p className="empty">Starting Buildium …</p>
        )}
      </div>
      {opened && shape && (
        <FormDialog
          shape={shape}
          offers={state.offers}
          given={opened.given}
          onClose={() => setOpened(null)}
          onSubmit={async (values) => {
            const refused = await ask(opened.form, values);
            if (refused === null) onActed();
            return refused;
          }}
        />
      )}
    </section>
  );
}

function MoreMenu({ isReady, onOpen }: { isReady: boolean; onOpen(form: FormName): void }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <span
      className="menu"
      onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && setOpen(false)}
    >
      <button
        type="button"
        className="button"
        aria-expanded={isOpen}
        disabled={!isReady}
        onClick={() => setOpen(!isOpen)}
      >
        More …
      </button>
      {isOpen && (
        <span className="menu-list">
          {MORE.map(([form, label]) => (
            <button
              key={form}
              type="button"
              className="menu-item"
              onClick={() => {
                setOpen(false);
                onOpen(form);
              }}
            >
              {label}
            </button>
          ))}
        </span>
      )}
    </span>
  );
}

function Records(props: { table: ShownTable; isReady: boolean; onOpen(form: FormName, row: Row): void }) {
  const { table, isReady, onOpen } = props;
  const hasActions = table.rows.some(({ actions }) => actions);
  return (
    <table className="records">
      <thead>
        <tr>
          {table.columns.map((column) => (
            <th key={column.id} scope="col" className={`kind-${column.kind}`}>
              {column.name}
            </th>
          ))}
          {hasActions && (
            <th scope="col">
              <span className="visually-hidden">Actions</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {table.rows.map((row) => (
          <RecordRow
            key={row.id}
            row={row}
            table={table}
            isReady={isReady}
            hasActions={hasActions}
            onOpen={onOpen}
          />
        ))}
      </tbody>
    </table>
  );
}

type RecordRowProps = {
  row: Row;
  table: ShownTable;
  isReady: boolean;
  hasActions: boolean;
  onOpen(form: FormName, row: Row): void;
};

function flashesOf({ row, table }: RecordRowProps): string {
  const ids = [row.id, ...table.columns.map(({ id }) => `${row.id}/${id}`)];
  return ids.map((id) => table.flashes[id] ?? 0).join();
}

const RecordRow = memo(
  function RecordRow({ row, table, isReady, hasActions, onOpen }: RecordRowProps) {
    const rowFlash = table.flashes[row.id];
    return (
      <tr key={rowFlash} className={isFresh(rowFlash) ? 'flash' : undefined}>
        {table.columns.map((column) => {
          const flash = table.flashes[`${row.id}/${column.id}`];
          return (
            <td
              key={`${column.id}${flash ?? ''}`}
              className={`kind-${column.kind}${isFresh(flash) ? ' flash' : ''}`}
            >
              <CellContent value={row.cells[column.id]} column={column} />
            </td>
          );
        })}
        {hasActions && (
          <td className="row-actions">
            {row.actions?.map((form) => (
              <button key={form} type="button" disabled={!isReady} onClick={() => onOpen(form, row)}>
                {IN_ROW[form]}
              </button>
            ))}
          </td>
        )}
      </tr>
    );
  },
  (before, after) =>
    before.row === after.row &&
    before.isReady === after.isReady &&
    before.hasActions === after.hasActions &&
    before.table.columns.length === after.table.columns.length &&
    flashesOf(before) === flashesOf(after),
);
