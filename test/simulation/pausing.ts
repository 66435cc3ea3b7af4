import { resourceNamed, SYNC_COLUMNS } from '../../shared/resources/index.ts';
import { placesIn } from '../../server/sandbox/bothSidesAirtable.ts';
import type { Account } from './account.ts';
import { noteEdit } from './editAgain.ts';
import { inBase, type Action, type People } from './people.ts';
import { openRests } from './rests.ts';
import { writableFields } from './values.ts';

/** How many of the rows that are still paused are so on purpose when the office closes. */
const LEFT_PAUSED = 0.2;

/** Somebody wants a row left alone, as often as not in order to work on it. */
export const pauseRow: Action = (people, account) => {
  const { random } = people;
  const name = random.pick(account.synced);
  const table = account.base.tableById(placesIn(account.base).get(name)?.tableId);
  const paused = new Set(openRests(account, 'paused').map(({ rowId }) => rowId));
  const rows = [...(table?.rows.keys() ?? [])].filter((id) => account.rowOwner.has(id) && !paused.has(id));
  if (rows.length === 0) return null;
  const rowId = random.pick(rows);
  const [, entityId = ''] = account.rowOwner.get(rowId)?.split(' ') ?? [];
  const fields = writableFields(resourceNamed(name));
  if (fields.length > 0) noteEdit(account, { resource: name, entityId, field: random.pick(fields).key });
  return tick(people, account, name, rowId, true) && `${name} ${entityId}`;
};

export const unpauseRow: Action = (people, account) => {
  const paused = openRests(account, 'paused');
  if (paused.length === 0) return null;
  const { resource, entityId, rowId } = people.random.pick(paused);
  return tick(people, account, resource, rowId, false) && `${resource} ${entityId}`;
};

/** Before everybody leaves, most of what was paused goes on. */
export function unpauseMost(people: People, account: Account): void {
  for (const { resource, rowId } of openRests(account, 'paused'))
    if (people.random.next() >= LEFT_PAUSED) tick(people, account, resource, rowId, false);
}

function tick(
  people: People,
  account: Account,
  name: string,
  rowId: string,
  isPaused: boolean,
): string | null {
  const place = placesIn(account.base).get(name);
  const fieldId = place?.fieldIds.get(SYNC_COLUMNS.pause.key);
  if (!place || fieldId === undefined) return null;
  const records = [{ id: rowId, fields: { [fieldId]: isPaused } }];
  return inBase(people, account, { action: 'updateRecords', table: place.tableId, records });
}
