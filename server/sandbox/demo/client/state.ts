import type { Activity, Message, Offers, Row, Side, Status, TableView } from '../page/view.ts';

/** What has just changed in a table: by row, or by row and column, with a number that grows with every change. */
export type Flashes = Readonly<Record<string, number>>;

export type ShownTable = TableView & {
  flashes: Flashes;
  /** The number of the last change that a person would call one: no other ends of links, no notes of the sync. */
  news: number;
};

export type DemoState = {
  /** Whether the page hears of changes now. */
  isConnected: boolean;
  tables: Readonly<Record<Side, Readonly<Record<string, ShownTable>>>>;
  order: Readonly<Record<Side, readonly string[]>>;
  offers: Offers | null;
  activity: readonly Activity[];
  status: Status | null;
  changes: number;
};

export const NOTHING_YET: DemoState = {
  isConnected: false,
  tables: { buildium: {}, airtable: {} },
  order: { buildium: [], airtable: [] },
  offers: null,
  activity: [],
  status: null,
  changes: 0,
};

export type Event = Message | { type: 'connection'; isConnected: boolean };

export function reduce(state: DemoState, event: Event): DemoState {
  switch (event.type) {
    case 'connection':
      return { ...state, isConnected: event.isConnected };
    case 'table': {
      const { side, table } = event;
      const changes = state.changes + 1;
      const shown = withFlashes(state.tables[side][table.id], table, changes);
      const tables = { ...state.tables, [side]: { ...state.tables[side], [table.id]: shown } };
      return { ...state, changes, tables };
    }
    case 'tables':
      return { ...state, order: { ...state.order, [event.side]: event.ids } };
    case 'offers':
      return { ...state, offers: event.offers };
    case 'activity':
      return { ...state, activity: merged(state.activity, event.items) };
    case 'status':
      return { ...state, status: event.status };
  }
}

/** Rows that are as they were stay the same objects, so that only what changed is drawn anew. */
function withFlashes(before: ShownTable | undefined, table: TableView, change: number): ShownTable {
  if (!before) return { ...table, flashes: {}, news: 0 };
  const known = new Map(before.rows.map((row) => [row.id, row]));
  const flashes: Record<string, number> = { ...before.flashes };
  let { news } = before;
  const rows = table.rows.map((row): Row => {
    const was = known.get(row.id);
    if (!was) {
      flashes[row.id] = change;
      news = change;
    } else if (JSON.stringify(was) === JSON.stringify(row)) return was;
    else {
      for (const { id, origin } of table.columns) {
        if (JSON.stringify(was.cells[id]) === JSON.stringify(row.cells[id])) continue;
        flashes[`${row.id}/${id}`] = change;
        if (origin !== 'inverse' && origin !== 'sync') news = change;
      }
    }
    return row;
  });
  return { ...table, rows, flashes, news };
}

const MOST_ITEMS = 60;

function merged(before: readonly Activity[], items: readonly Activity[]): Activity[] {
  const all = new Map(before.map((item) => [item.id, item]));
  for (const item of items) all.set(item.id, item);
  return [...all.values()].sort((a, b) => b.id - a.id).slice(0, MOST_ITEMS);
}
