import { SYNC_COLUMNS } from '../../shared/resources/index.ts';
import { cellJson } from '../../server/sandbox/airtable/cellOutput.ts';
import type { Table } from '../../server/sandbox/airtable/base.ts';
import type { CommittedChange } from '../../server/sandbox/airtable/transaction.ts';
import { placesIn } from '../../server/sandbox/bothSidesAirtable.ts';
import { resourceOfTable, rowsOf, type Account } from './account.ts';

/** A time in which the sync keeps off an entity and its row, since a person has said so. */
export type Rest = {
  why: 'paused' | 'detached';
  resource: string;
  entityId: string;
  rowId: string;
  /** The moment from which nothing may be written; null while a look that began before may be under way. */
  from: number | null;
  to: number | null;
  /** Another row stood for the same entity meanwhile: which of the two is synced does not show. */
  isOneOfTwo: boolean;
};

export function openRests(account: Account, why: Rest['why']): Rest[] {
  return account.rests.filter((rest) => rest.why === why && rest.to === null);
}

/** Notes which rows are paused, and since when they themselves say so. */
export function watchPauses(account: Account): void {
  account.airtable.subscribe((change) => {
    for (const [tableId, { created, changed, destroyed }] of change.tables) {
      const name = resourceOfTable(account, tableId);
      const table = account.base.tableById(tableId);
      if (name === null || !table) continue;
      endPauses(account, ({ rowId }) => destroyed.has(rowId));
      for (const rowId of new Set([...created.keys(), ...changed.keys()]))
        notePause(account, name, table, rowId, change.actor.source);
      noteSecondRows(account, name, table);
    }
    for (const tableId of change.tablesDestroyed)
      endPauses(account, ({ resource }) => placesIn(account.base).get(resource)?.tableId === tableId);
  });
}

type Source = CommittedChange['actor']['source'];

function notePause(account: Account, name: string, table: Table, rowId: string, source: Source): void {
  const [, entityId] = account.rowOwner.get(rowId)?.split(' ') ?? [];
  if (entityId === undefined) return;
  const open = openRests(account, 'paused').find((rest) => rest.rowId === rowId);
  if (!isTicked(account, name, table, rowId)) {
    endPauses(account, (rest) => rest === open);
    return;
  }
  if (!open) {
    const place = { resource: name, entityId, rowId };
    account.rests.push({ why: 'paused', ...place, from: null, to: null, isOneOfTwo: false });
    return;
  }
  // What takes effect late may have been said of an earlier pause, and "Paused" is said of a detached row too.
  const isOfPause = !account.isLate && !account.detachAsked.has(`${name} ${entityId}`);
  const isTold = source === 'publicApi' && isOfPause && saysPaused(account, name, table, rowId);
  if (isTold) open.from ??= account.moment();
}

function endPauses(account: Account, which: (rest: Rest) => boolean): void {
  for (const rest of openRests(account, 'paused').filter(which)) rest.to = account.moment();
}

function noteSecondRows(account: Account, name: string, table: Table): void {
  for (const rest of account.rests)
    if (rest.to === null && rest.resource === name)
      rest.isOneOfTwo ||= rowsOf(account, name, rest.entityId, table).length > 1;
}

function isTicked(account: Account, name: string, table: Table, rowId: string): boolean {
  return statusCell(account, name, table, rowId, SYNC_COLUMNS.pause.key) === true;
}

export function saysPaused(account: Account, name: string, table: Table, rowId: string): boolean {
  return statusCell(account, name, table, rowId, SYNC_COLUMNS.status.key) === 'Paused';
}

function statusCell(account: Account, name: string, table: Table, rowId: string, key: string): unknown {
  const fieldId = placesIn(account.base).get(name)?.fieldIds.get(key);
  const field = table.fields.find(({ id }) => id === fieldId);
  const row = table.rows.get(rowId);
  const reader = account.airtable.reader(account.base, account.nowMs());
  return field && row && cellJson(reader, table, row, field);
}
