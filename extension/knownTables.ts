import { createContext } from 'react';
import type { SyncStatus } from '../shared/syncStatus.ts';

export type KnownTable = { tableId: string; writtenFieldIds: readonly string[] };

/** By the names that they were made with: people rename tables, and give the sync tables of their own. */
export type KnownTables = ReadonlyMap<string, KnownTable>;

export function knownTables(status: Pick<SyncStatus, 'resources' | 'ownTables'> | null): KnownTables {
  const mirrored = (status?.resources ?? []).flatMap(({ table, tableId }): [string, KnownTable][] =>
    tableId === null ? [] : [[table, { tableId, writtenFieldIds: [] }]],
  );
  const own = (status?.ownTables ?? []).map(({ table, tableId, writtenFieldIds }): [string, KnownTable] => [
    table,
    { tableId, writtenFieldIds },
  ]);
  return new Map([...mirrored, ...own]);
}

/** What the server has told of the base. */
export const TablesContext = createContext<KnownTables>(knownTables(null));
