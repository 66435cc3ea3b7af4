import {
  expandRecord,
  useBase,
  useColorScheme,
  useCursor,
  useGlobalConfig,
  useLoadable,
  useSession,
} from '@airtable/blocks/ui.js';
import { useSettingsButton, useWatchable } from '@airtable/blocks/ui.js';
import type { Base, Table } from '@airtable/blocks/models.js';
import { useContext, useEffect, useMemo, useState } from 'react';
import { err, ok, type Result } from '../shared/result.ts';
import { TablesContext, type KnownTables } from './knownTables.ts';
import { SERVER_ADDRESS } from './settings.ts';

/** The only file that uses the SDK's hooks: Airtable's next SDK is a port of this page. */

/** Null: allowed. Otherwise why not, in words for the person. */
export type Reason = string | null;

export type Host = { baseId: string; baseName: string; personName: string | null };

export function useHost(): Host {
  const base = useBase();
  const { currentUser } = useSession();
  return {
    baseId: base.id,
    baseName: base.name,
    personName: currentUser ? (currentUser.name ?? currentUser.email) : null,
  };
}

export function useTheme(): 'light' | 'dark' {
  return useColorScheme().colorScheme;
}

/** The gear beside the extension's name. */
export function useGear(onClick: () => void): void {
  useSettingsButton(onClick);
}

export type ServerAddress = {
  address: string | null;
  whyNotChange: Reason;
  change(address: string | null): Promise<Result<null, string>>;
};

/** Shared by everybody who opens this installation, and readable by all of them: an address, never a secret. */
export function useServerAddress(): ServerAddress {
  const globalConfig = useGlobalConfig();
  const kept = globalConfig.get(SERVER_ADDRESS);
  const permission = globalConfig.checkPermissionsForSet(SERVER_ADDRESS);
  return {
    address: typeof kept === 'string' && kept !== '' ? kept : null,
    whyNotChange: permission.hasPermission ? null : permission.reasonDisplayString,
    change: async (address) => {
      const check = globalConfig.checkPermissionsForSet(SERVER_ADDRESS, address ?? undefined);
      if (!check.hasPermission) return err(check.reasonDisplayString);
      return settled(globalConfig.setAsync(SERVER_ADDRESS, address ?? undefined));
    },
  };
}

/**
 * A table by its id, or by the name that it was made with. Where the server has told which table that is now, one that
 * merely has the name is another one.
 */
function tableIn(base: Base, known: KnownTables, nameOrId: string): Table | null {
  const byId = base.getTableByIdIfExists(known.get(nameOrId)?.tableId ?? nameOrId);
  return byId ?? (known.has(nameOrId) ? null : base.getTableByNameIfExists(nameOrId));
}

function useTable(nameOrId: string | null): Table | null {
  const base = useBase();
  const known = useContext(TablesContext);
  return nameOrId === null ? null : tableIn(base, known, nameOrId);
}

/** A table of the base as it is called now; null where there is none. Tables come and go while we look. */
export function useTableNow(nameOrId: string): { tableId: string; name: string } | null {
  const table = useTable(nameOrId);
  return table && { tableId: table.id, name: table.name };
}

export type Selection = {
  tableId: string | null;
  tableName: string | null;
  recordIds: readonly string[];
};

/** What is selected in the open table, as it changes. */
export function useSelection(): Selection {
  const base = useBase();
  const cursor = useCursor();
  useLoadable(cursor, { shouldSuspend: false });
  useWatchable(cursor, ['selectedRecordIds', 'activeTableId']);
  const table = cursor.activeTableId === null ? null : base.getTableByIdIfExists(cursor.activeTableId);
  return {
    tableId: table?.id ?? null,
    tableName: table?.name ?? null,
    recordIds: cursor.isDataLoaded ? cursor.selectedRecordIds : [],
  };
}

export type Rows = { ids: readonly string[]; isLoaded: boolean; viewName: string | null };

/** The rows of the open view, as people filter and edit them; nothing is loaded where they are not wanted. */
export function useViewRows(isWanted: boolean): Rows {
  const base = useBase();
  const cursor = useCursor();
  useWatchable(cursor, ['activeTableId', 'activeViewId']);
  const table = cursor.activeTableId === null ? null : base.getTableByIdIfExists(cursor.activeTableId);
  const view =
    table === null || cursor.activeViewId === null ? null : table.getViewByIdIfExists(cursor.activeViewId);
  const rows = useMemo(
    () => (isWanted && view ? view.selectRecords({ fields: [] }) : null),
    [isWanted, view],
  );
  useLoadable(rows, { shouldSuspend: false });
  useWatchable(rows, ['records']);
  const isLoaded = rows?.isDataLoaded ?? false;
  return { ids: rows && isLoaded ? rows.recordIds : [], isLoaded, viewName: view?.name ?? null };
}

type ChangedCells = { recordIds?: readonly string[]; fieldIds?: readonly string[] };

/**
 * Grows by one whenever somebody edits one of these rows, so that what was said of them is asked anew. What the sync
 * itself writes onto them is no edit, nor is what the base works out from it.
 */
export function useEdits(nameOrId: string | null, recordIds: readonly string[]): number {
  const known = useContext(TablesContext);
  const [edits, setEdits] = useState(0);
  const table = useTable(nameOrId);
  const rows = useMemo(() => (table ? table.selectRecords() : null), [table]);
  useLoadable(rows, { shouldSuspend: false });
  useWatchable(rows, ['cellValues'], (_rows, _key, { recordIds: ids, fieldIds }: ChangedCells = {}) => {
    if (ids && !ids.some((id) => recordIds.includes(id))) return;
    if (fieldIds?.every((id) => !isTyped(id))) return;
    setEdits((before) => before + 1);
  });
  const written = [...known.values()].find(({ tableId }) => tableId === table?.id)?.writtenFieldIds ?? [];
  const isTyped = (fieldId: string): boolean =>
    !written.includes(fieldId) && table?.getFieldByIdIfExists(fieldId)?.isComputed !== true;
  return edits;
}

/** Names rows of a table, once Airtable has told them; null until then and where there is no such row. */
export function useRowNames(nameOrId: string | null): (recordId: string) => string | null {
  const table = useTable(nameOrId);
  const rows = useMemo(() => (table ? table.selectRecords({ fields: [table.primaryField] }) : null), [table]);
  useLoadable(rows, { shouldSuspend: false });
  useWatchable(rows, ['records', 'cellValues']);
  return (recordId) => {
    const name = rows?.isDataLoaded === true ? rows.getRecordByIdIfExists(recordId)?.name : undefined;
    return name === undefined || name === '' ? null : name;
  };
}

/** The name of a single row. */
export function useRowName(nameOrId: string | null, recordId: string | null): string | null {
  const nameOf = useRowNames(nameOrId);
  return recordId === null ? null : nameOf(recordId);
}

/** The rows of a table by their Buildium id, as people named them: names that only the base knows. */
export function useNamesById(nameOrId: string): ReadonlyMap<string, string> {
  const table = useTable(nameOrId);
  const idField = table?.getFieldByNameIfExists('Buildium ID') ?? null;
  const rows = useMemo(
    () => (table && idField ? table.selectRecords({ fields: [table.primaryField, idField] }) : null),
    [table, idField],
  );
  useLoadable(rows, { shouldSuspend: false });
  useWatchable(rows, ['records', 'cellValues']);
  if (!rows?.isDataLoaded || !idField) return NO_NAMES;
  return new Map(rows.records.map((row) => [row.getCellValueAsString(idField), row.name]));
}

const NO_NAMES: ReadonlyMap<string, string> = new Map();

/** Opens a row over the base, as a click in the grid does; where its table is not to be seen here, at its address. */
export function useOpenRow(): (nameOrId: string, recordId: string, url?: string | null) => Promise<void> {
  const base = useBase();
  const known = useContext(TablesContext);
  return async (nameOrId, recordId, url = null) => {
    const table = tableIn(base, known, nameOrId);
    if (!table && url !== null) window.open(url, '_blank', 'noopener');
    if (!table) return;
    const rows = table.selectRecords({ fields: [] });
    await rows.loadDataAsync();
    const row = rows.getRecordByIdIfExists(recordId);
    if (row) expandRecord(row);
    rows.unloadData();
  };
}

export type WriteProof = (place: {
  tableId: string;
  fieldId: string;
  text: string;
}) => Promise<Result<string, string>>;

/** Makes the row by which a person signs in. @returns its id, or why it cannot be made. */
export function useProofWriter(): WriteProof {
  const base = useBase();
  return async ({ tableId, fieldId, text }) => {
    const table = await tableSoon(() => base.getTableByIdIfExists(tableId));
    if (!table?.getFieldIfExists(fieldId)) return err(TABLE_GONE);
    const cells = { [fieldId]: text };
    // A refused write would never settle its promise: so it is asked for first.
    const permission = table.checkPermissionsForCreateRecord(cells);
    if (!permission.hasPermission) return err(permission.reasonDisplayString);
    return settled(table.createRecordAsync(cells));
  };
}

const TABLE_GONE =
  'The table "Sync Sign-ins" is not in this base. Run "npm run cli -- repair" where the server runs, or sign in with a code.';

/** A table that the server has just made reaches this page a moment later. */
async function tableSoon(find: () => Table | null): Promise<Table | null> {
  for (let tries = 0; tries < 12; tries += 1) {
    const table = find();
    if (table) return table;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  return null;
}

const AIRTABLE_ANSWERS_WITHIN_MS = 15_000;

/** When Airtable refuses a write after all, its promise stays open for ever. */
async function settled<T>(work: Promise<T>): Promise<Result<T extends void ? null : T, string>> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), AIRTABLE_ANSWERS_WITHIN_MS);
  });
  try {
    const done = await Promise.race([work, late]);
    if (done === 'late') return err('Airtable did not take the change. Try again in a moment.');
    return ok((done ?? null) as T extends void ? null : T);
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  } finally {
    clearTimeout(timer);
  }
}

/** Whether the frame is wide, for layouts that CSS alone cannot choose. */
export function useIsWide(fromPx: number): boolean {
  const [isWide, setIsWide] = useState(() => window.innerWidth >= fromPx);
  useEffect(() => {
    const measure = (): void => setIsWide(window.innerWidth >= fromPx);
    window.addEventListener('resize', measure);
    return () => window.removeEventListener('resize', measure);
  }, [fromPx]);
  return isWide;
}
