import * as z from 'zod';
import type { Base } from '../airtable/base.ts';
import { cellText } from '../airtable/cellText.ts';
import type { AirtableSimulator } from '../airtable/index.ts';
import { permits } from '../airtable/model.ts';
import { recordData, sdkInitData } from './baseData.ts';
import { EventLog, modelChanges } from './changes.ts';
import { mutate, mutation } from './mutate.ts';

type Json = Record<string, unknown>;

/** What the page behind the extension knows and does: one visitor, one selection. */
export type HostAnswers = {
  /** Undefined: there is nothing at this path. @throws when the visitor may not do it. */
  answer(path: string, query: URLSearchParams, body: unknown): Promise<unknown>;
  signInAs(personId: string): void;
  select(tableId: string, recordIds: readonly string[]): void;
  globalConfig(): Readonly<Json>;
  close(): void;
};

const selection = z.object({ tableId: z.string(), recordIds: z.array(z.string()) });
const configUpdates = z.object({
  updates: z.array(z.object({ path: z.array(z.string()).min(1), value: z.unknown().optional() })),
});

/** A page that asks for what is new gets an empty answer after so long, and asks again. */
const WAIT_MS = 20_000;

/** Rows that the page's grid shows of a table; it is a picture of Airtable and not Airtable. */
const GRID_ROWS = 200;

export function hostAnswers(
  { world, baseId, clock }: Pick<AirtableSimulator, 'world' | 'baseId' | 'clock'>,
  globalConfig: Json,
): HostAnswers {
  const base = world.bases.get(baseId);
  if (!base) throw new Error(`The simulated Airtable has no base ${baseId}`);
  const log = new EventLog();
  const config: Json = { ...globalConfig };
  const [personId = ''] = base.collaborators.keys();
  const view = { personId, tableId: base.tables[0]?.id ?? '', recordIds: [] as readonly string[] };
  const stop = world.subscribe((change) => {
    if (change.baseId === baseId) log.add({ kind: 'model', changes: modelChanges(world, base, change) });
  });
  const selected = (): Json => Object.fromEntries(view.recordIds.map((id) => [id, true]));

  const select = (tableId: string, recordIds: readonly string[]): void => {
    const moved = tableId === view.tableId ? [] : [{ path: ['activeTableId'], value: tableId }];
    Object.assign(view, { tableId, recordIds });
    const changes = [...moved, { path: ['cursorData', 'selectedRecordIdSet'], value: selected() }];
    log.add({ kind: 'model', changes });
  };
  const cells = (tableId: string, fieldIds: readonly string[]): Json => {
    const table = base.tableById(tableId);
    if (!table) return { recordsById: {} };
    const fields = table.fields.filter(({ id }) => fieldIds.includes(id));
    const rows = [...table.rows.values()];
    const records = rows.map((row) => [row.id, recordData(world, base, table, row, fields, clock.nowMs())]);
    return { recordsById: Object.fromEntries(records) as Json };
  };
  const setConfig = (body: unknown): void => {
    const level = base.collaborators.get(view.personId) ?? 'none';
    if (!permits(level, 'edit')) throw new Error('This person may not change the settings');
    const { updates } = configUpdates.parse(body);
    for (const { path, value } of updates) setIn(config, path, value);
    log.add({ kind: 'config', updates });
  };

  return {
    answer: async (path, query, body) => {
      switch (path) {
        case '/host/init': {
          const shown = { personId: view.personId, activeTableId: view.tableId, globalConfig: config };
          return { position: log.position(), ...sdkInitData(base, shown) };
        }
        case '/host/cells':
          return cells(query.get('table') ?? '', (query.get('fields') ?? '').split(','));
        case '/host/cursor':
          return { selectedRecordIdSet: selected(), selectedFieldIdSet: {} };
        case '/host/changes':
          return log.after(Number(query.get('after') ?? 0), WAIT_MS);
        case '/host/mutate':
          mutate(world, base, view.personId, mutation.parse(body), clock.nowMs());
          return {};
        case '/host/config':
          setConfig(body);
          return {};
        case '/host/select': {
          const { tableId, recordIds } = selection.parse(body);
          select(tableId, recordIds);
          return {};
        }
        case '/host/grid':
          return grid(base, query.get('table') || view.tableId, clock.nowMs());
        default:
          return undefined;
      }
    },
    signInAs: (id) => void (view.personId = id),
    select,
    globalConfig: () => config,
    close: () => {
      stop();
      log.close();
    },
  };
}

function setIn(store: Json, [key = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length > 0) {
    const inner = { ...((store[key] ?? {}) as Json) };
    setIn(inner, rest, value);
    store[key] = inner;
  } else if (value === undefined) delete store[key];
  else store[key] = value;
}

/** A table as its grid shows it, in words. */
function grid(base: Base, tableId: string, nowMs: number): Json {
  const table = base.tableById(tableId) ?? base.tables[0];
  const format = { timeZone: 'America/New_York', nowMs };
  return {
    base: base.name,
    tables: base.tables.map(({ id, name }) => ({ id, name })),
    tableId: table?.id ?? null,
    total: table?.rows.size ?? 0,
    fields: table?.fields.map(({ id, name, type }) => ({ id, name, type })) ?? [],
    rows: [...(table?.rows.values() ?? [])].slice(0, GRID_ROWS).map((row) => ({
      id: row.id,
      cells: table?.fields.map((field) => cellText(base, table, row, field, format)) ?? [],
    })),
  };
}
