import { useCallback, useEffect, useRef, useState } from 'react';
import { render } from 'react-dom';

type Grid = {
  base: string;
  tables: { id: string; name: string }[];
  tableId: string | null;
  total: number;
  fields: { id: string; name: string; type: string }[];
  rows: { id: string; cells: string[] }[];
};

/** The frame has an origin of its own, as Airtable gives each extension one. */
const FRAME = new URLSearchParams(window.location.search).get('frame') ?? '__runFrame';

async function ask<T>(path: string, body?: unknown): Promise<T> {
  const request = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  return (await (await fetch(`host/${path}`, request)).json()) as T;
}

/** A picture of Airtable's page: the grid with its selection, and the extension beside it. */
function Page() {
  const [grid, setGrid] = useState<Grid | null>(null);
  const [tableId, setTableId] = useState('');
  const [picked, setPicked] = useState<readonly string[]>([]);
  const [isFull, setIsFull] = useState(false);
  const [opened, setOpened] = useState<string | null>(null);
  const frame = useRef<HTMLIFrameElement>(null);

  const load = useCallback(async () => setGrid(await ask<Grid>(`grid?table=${tableId}`)), [tableId]);
  useEffect(() => void load(), [load]);
  useChanges(load);
  useEffect(() => {
    const onMessage = (event: MessageEvent<unknown>): void => {
      if (event.data === 'enterFullscreen') setIsFull(true);
      if (event.data === 'exitFullscreen') setIsFull(false);
      const given = event.data as { kind?: string; recordId?: string; tableId?: string } | null;
      if (given?.kind === 'expandRecord') {
        setTableId(given.tableId ?? '');
        setOpened(given.recordId ?? null);
      }
    };
    window.addEventListener('message', onMessage);
    return () => window.removeEventListener('message', onMessage);
  }, []);

  const select = (table: string, recordIds: readonly string[]): void => {
    setPicked(recordIds);
    void ask('select', { tableId: table, recordIds });
  };
  if (!grid) return null;
  const open = grid.rows.find(({ id }) => id === opened);
  return (
    <div className="window">
      <header className="base-bar">
        <span className="base-mark" aria-hidden="true" />
        {grid.base}
      </header>
      <nav className="table-tabs" role="tablist" aria-label="Tables">
        {grid.tables.map((table) => (
          <button
            key={table.id}
            type="button"
            role="tab"
            aria-selected={table.id === grid.tableId}
            onClick={() => {
              setTableId(table.id);
              select(table.id, []);
            }}
          >
            {table.name}
          </button>
        ))}
      </nav>
      <div className={isFull ? 'panes is-full' : 'panes'}>
        <GridTable grid={grid} picked={picked} onPick={(ids) => select(grid.tableId ?? '', ids)} />
        <aside className="panel" aria-label="Extension">
          <div className="panel-bar">
            <strong>Buildium sync</strong>
            <button type="button" onClick={() => frame.current?.contentWindow?.postMessage('gear', '*')}>
              Settings
            </button>
            <button type="button" onClick={() => setIsFull(!isFull)}>
              {isFull ? 'Smaller' : 'Fullscreen'}
            </button>
          </div>
          <iframe ref={frame} title="Extension" src={FRAME} allow="local-network-access" />
        </aside>
      </div>
      {open && (
        <div className="opened" role="dialog" aria-label="Record">
          <button type="button" onClick={() => setOpened(null)}>
            Close
          </button>
          <dl>
            {grid.fields.map((field, index) => (
              <div key={field.id}>
                <dt>{field.name}</dt>
                <dd>{open.cells[index]}</dd>
              </div>
            ))}
          </dl>
        </div>
      )}
    </div>
  );
}

type GridTableProps = { grid: Grid; picked: readonly string[]; onPick: (ids: readonly string[]) => void };

function GridTable({ grid, picked, onPick }: GridTableProps) {
  return (
    <div className="grid">
      <table>
        <thead>
          <tr>
            <th className="row-number">{grid.total}</th>
            {grid.fields.map((field) => (
              <th key={field.id}>{field.name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {grid.rows.map((row, index) => (
            <tr
              key={row.id}
              data-record={row.id}
              className={picked.includes(row.id) ? 'is-picked' : undefined}
              onClick={(event) => {
                const isMore = event.metaKey || event.ctrlKey;
                const others = picked.filter((id) => id !== row.id);
                if (isMore) onPick(picked.includes(row.id) ? others : [...picked, row.id]);
                else onPick([row.id]);
              }}
            >
              <td className="row-number">{index + 1}</td>
              {row.cells.map((cell, place) => (
                <td key={grid.fields[place]?.id}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Reads the grid again whenever somebody has changed the base. */
function useChanges(onChange: () => Promise<void>): void {
  const newest = useRef(onChange);
  newest.current = onChange;
  useEffect(() => {
    let isOver = false;
    const listen = async (): Promise<void> => {
      let { position: next } = await ask<{ position: number }>('init');
      while (!isOver) {
        const heard = await ask<{ next: number }>(`changes?after=${next}`);
        if (heard.next !== next) await newest.current();
        next = heard.next;
      }
    };
    listen().catch(() => undefined);
    return () => void (isOver = true);
  }, []);
}

render(<Page />, document.getElementById('page'));
