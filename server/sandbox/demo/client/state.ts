import type { Activity, Message, Offers, Row, Side, Status, TableView } from '../page/view.ts';

/** What has changed in a table: by row, or by row and column, with the moment at which the page heard of it. */
export type Flashes = Readonly<Record<string, number>>;

export type ShownTable = TableView & {
  flashes: Flashes;
  /** The moment of the last change that a person would call one: no other ends of links, no notes of the sync. */
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
  /** Where the extension's frame is; null where none is shown. */
  extensionUrl: string | null;
};

export const NOTHING_YET: DemoState = {
  isConnected: false,
  tables: { buildium: {}, airtable: {} },
  order: { buildium: [], airtable: [] },
  offers: null,
  activity: [],
  status: null,
  extensionUrl: null,
};

export type Event =
  | { type: 'message'; message: Message; atMs: number }
  | { type: 'connection'; isConnected: boolean };

/** How long a change is marked. */
const FLASH_MS = 4_000;

/** Whether a change is so recent that a row which is drawn now should show it. */
export function isFresh(flashedAtMs: number | undefined): boolean {
  return flashedAtMs !== undefined && Date.now() - flashedAtMs < FLASH_MS;
}

export function reduce(state: DemoState, event: Event): DemoState {
  if (event.type === 'connection') return { ...state, isConnected: event.isConnected };
  const { message, atMs } = event;
  switch (message.type) {
    case 'table': {
      const { side, table } = message;
      const shown = withFlashes(state.tables[side][table.id], table, atMs);
      const tables = { ...state.tables, [side]: { ...state.tables[side], [table.id]: shown } };
      return { ...state, tables };
    }
    case 'tables':
      return { ...state, order: { ...state.order, [message.side]: message.ids } };
    case 'offers':
      return { ...state, offers: message.offers };
    case 'activity':
      return { ...state, activity: merged(state.activity, message.items) };
    case 'status':
      return { ...state, status: message.status };
    case 'extension':
      return { ...state, extensionUrl: message.url };
  }
}

/** Rows that are as they were stay the same objects, so that only what changed is drawn anew. */
function withFlashes(before: ShownTable | undefined, table: TableView, atMs: number): ShownTable {
  if (!before) return { ...table, flashes: {}, news: 0 };
  const known = new Map(before.rows.map((row) => [row.id, row]));
  const flashes: Record<string, number> = { ...before.flashes };
  let { news } = before;
  const rows = table.rows.map((row): Row => {
    const was = known.get(row.id);
    if (!was) {
      flashes[row.id] = atMs;
      news = atMs;
    } else if (JSON.stringify(was) === JSON.stringify(row)) return was;
    else {
      for (const { id, origin } of table.columns) {
        if (JSON.stringify(was.cells[id]) === JSON.stringify(row.cells[id])) continue;
        flashes[`${row.id}/${id}`] = atMs;
        if (origin !== 'inverse' && origin !== 'sync') news = atMs;
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
