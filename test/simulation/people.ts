import { actAsPerson } from '../../server/sandbox/airtable/person.ts';
import { placesIn } from '../../server/sandbox/bothSidesAirtable.ts';
import { actAsPerson as actInBuildium } from '../../server/sandbox/buildium/person.ts';
import type { Random } from '../../server/sandbox/random.ts';
import type { AnyResource } from '../../shared/resources/define.ts';
import { resourceNamed } from '../../shared/resources/index.ts';
import { toCell, toWire } from '../../shared/resources/values.ts';
import { buildiumWire, entityIds, noteBuildium, noteGone, type Account } from './account.ts';
import { noteEdit } from './editAgain.ts';
import { asStored } from './ownWay.ts';
import { oneWayFields, valueFor, writableFields, type WritableField } from './values.ts';

/** An id that no entity has. */
export const WRONG_ID = '999999';

/** What people do is drawn here and done to the services as their own screens do it. */
export type People = {
  random: Random;
  nowMs(): number;
  /** Numbers that no value had before. */
  fresh(): number;
};

function twoWay(account: Account): AnyResource[] {
  return account.synced.map(resourceNamed).filter((resource) => writableFields(resource).length > 0);
}

function isTwoWay(resource: AnyResource, { key }: WritableField): boolean {
  return writableFields(resource).some((field) => field.key === key);
}

/** @returns what was done in a few words, or null where nothing could be. */
export type Action = (people: People, account: Account) => string | null;

export type Target = { resource: AnyResource; field: WritableField; entityId: string };

function someTarget({ random }: People, account: Account): Target | null {
  const resource = random.pick(twoWay(account));
  const ids = entityIds(account, resource);
  if (ids.length === 0) return null;
  return { resource, field: random.pick(writableFields(resource)), entityId: random.pick(ids) };
}

export const editInAirtable: Action = (people, account) => {
  const target = someTarget(people, account);
  return target && typeIn(people, account, target);
};

export const editInBuildium: Action = (people, account) => {
  const target = someTarget(people, account);
  return target && saveInBuildium(people, account, target);
};

export const editBothSides: Action = (people, account) => {
  const target = someTarget(people, account);
  if (!target) return null;
  const inAirtable = typeIn(people, account, target);
  return inAirtable === null ? null : saveInBuildium(people, account, target);
};

/** Both people mean the same: no conflict may come of it. */
export const sameOnBothSides: Action = (people, account) => {
  const target = someTarget(people, account);
  if (!target) return null;
  const value = valueFor(people.random, target.field, people.fresh);
  const typed = typeIn(people, account, target, value);
  return typed && saveInBuildium(people, account, target, value);
};

export const editOneWay: Action = (people, account) => {
  const resource = people.random.pick(account.synced.map(resourceNamed));
  const fields = oneWayFields(resource);
  const ids = entityIds(account, resource);
  if (fields.length === 0 || ids.length === 0) return null;
  const target = { resource, field: people.random.pick(fields), entityId: people.random.pick(ids) };
  return typeIn(people, account, target);
};

export function typeIn(
  people: People,
  account: Account,
  { resource, field, entityId }: Target,
  value = valueFor(people.random, field, people.fresh),
): string | null {
  const place = placesIn(account.base).get(resource.name);
  const rowId = rowOf(account, resource.name, entityId);
  const fieldId = place?.fieldIds.get(field.key);
  if (!place || rowId === null || fieldId === undefined) return null;
  const cell = toCell(field.kind, value, () => null);
  const done = inBase(people, account, {
    action: 'updateRecords',
    table: place.tableId,
    records: [{ id: rowId, fields: { [fieldId]: cell } }],
  });
  if (done !== null && isTwoWay(resource, field))
    noteEdit(account, { resource: resource.name, entityId, field: field.key });
  return done && `${resource.name} ${entityId} ${field.key} ${JSON.stringify(value)}`;
}

/** Somebody saves just this entity. */
export function editEntityInBuildium(people: People, account: Account, name: string, entityId: string): void {
  const resource = resourceNamed(name);
  const field = people.random.pick(writableFields(resource));
  saveInBuildium(people, account, { resource, field, entityId });
}

/** The whole form is sent, as Buildium's own screen does. */
export function saveInBuildium(
  people: People,
  account: Account,
  { resource, field, entityId }: Target,
  value = valueFor(people.random, field, people.fresh),
): string | null {
  const wire = buildiumWire(account, resource, entityId);
  if (!wire || !resource.update || !field.put) return null;
  const body = asStored(account, field.put(resource.update.bodyOf(wire), toWire(field.kind, value)));
  const atMs = people.nowMs() + account.skewMs.buildium;
  const answer = account.buildium.submit('PUT', resource.update.path(entityId), body, Math.floor(atMs));
  noteBuildium(account, resource, entityId, 'person');
  if (answer.status >= 300) return null;
  noteEdit(account, { resource: resource.name, entityId, field: field.key });
  return `${resource.name} ${entityId} ${field.key} ${JSON.stringify(value)}`;
}

/** Owners flow one way, and no event tells of them. */
export const renameOwner: Action = (people, account) => {
  const owners = resourceNamed('owners');
  const ids = entityIds(account, owners);
  if (ids.length === 0) return null;
  const entityId = people.random.pick(ids);
  const patch = { LastName: `Owner ${people.fresh()}` };
  return inBuildium(people, account, owners, entityId, {
    action: 'updateOwner',
    id: Number(entityId),
    patch,
  });
};

const REMOVABLE = { tenants: 'tenant', vendors: 'vendor', units: 'unit', leases: 'lease' } as const;

export const deleteInBuildium: Action = (people, account) => {
  const name = people.random.pick(Object.keys(REMOVABLE) as (keyof typeof REMOVABLE)[]);
  const ids = entityIds(account, resourceNamed(name));
  // Some are left, so that the seed goes on having something to do.
  if (ids.length < 2) return null;
  const entityId = people.random.pick(ids);
  const request = { action: 'deleteRecord', kind: REMOVABLE[name], id: Number(entityId) };
  return inBuildium(people, account, resourceNamed(name), entityId, request);
};

export const addUnit: Action = (people, account) => {
  const [propertyId] = entityIds(account, resourceNamed('properties'));
  const property = propertyId && buildiumWire(account, resourceNamed('properties'), propertyId);
  if (!propertyId || !property) return null;
  const body = {
    PropertyId: Number(propertyId),
    UnitNumber: `New ${people.fresh()}`,
    Address: property['Address'],
    UnitBedrooms: 'OneBed',
    UnitBathrooms: 'OneBath',
  };
  const units = resourceNamed('units');
  const before = new Set(entityIds(account, units));
  const done = inBuildium(people, account, null, '', { action: 'createUnit', body });
  for (const id of entityIds(account, units)) if (!before.has(id)) noteBuildium(account, units, id, 'person');
  return done;
};

function inBuildium(
  people: People,
  account: Account,
  resource: AnyResource | null,
  entityId: string,
  request: Record<string, unknown>,
): string | null {
  const atMs = Math.floor(people.nowMs() + account.skewMs.buildium);
  const answer = actInBuildium(account.buildium, request, atMs);
  if (answer.status === 200 && resource) noteBuildium(account, resource, entityId, 'person');
  return answer.status === 200 ? 'done' : null;
}

export const deleteRow: Action = (people, account) =>
  withRow(people, account, (table, rowId) => {
    account.deletedRows.push(rowId);
    return { action: 'deleteRecords', table, ids: [rowId] };
  });

export const undoDelete: Action = (people, account) => {
  const rowId = account.deletedRows.pop();
  return rowId === undefined ? null : inBase(people, account, { action: 'undoDelete', ids: [rowId] });
};

export const copyRow: Action = (people, account) =>
  withRow(people, account, (table, rowId) => ({ action: 'duplicateRecord', table, id: rowId }));

export const clearId: Action = (people, account) =>
  withRow(people, account, (table, rowId, idField) => ({
    action: 'updateRecords',
    table,
    records: [{ id: rowId, fields: { [idField]: people.random.next() < 0.5 ? null : WRONG_ID } }],
  }));

export const addOwnRow: Action = (people, account) => {
  const name = people.random.pick(account.synced);
  const place = placesIn(account.base).get(name);
  const table = place && account.base.tableById(place.tableId);
  if (!table) return null;
  return inBase(people, account, { action: 'createRecords', table: table.id, records: [{ fields: {} }] });
};

export const deleteColumn: Action = (people, account) => {
  const resource = people.random.pick(twoWay(account));
  return deleteColumnOf(people, account, resource.name, people.random.pick(writableFields(resource)).key);
};

export function deleteColumnOf(
  people: People,
  account: Account,
  resource: string,
  fieldKey: string,
): string | null {
  const place = placesIn(account.base).get(resource);
  const fieldId = place?.fieldIds.get(fieldKey);
  const table = place && account.base.tableById(place.tableId);
  if (!table || fieldId === undefined || fieldId === table.primaryField().id) return null;
  const done = inBase(people, account, { action: 'deleteField', table: table.id, field: fieldId });
  if (done) noteGone(account, resource, fieldKey);
  return done && `${resource} ${fieldKey}`;
}

export const deleteTable: Action = (people, account) => {
  const name = people.random.pick(account.synced);
  const place = placesIn(account.base).get(name);
  if (!place || !account.base.tableById(place.tableId)) return null;
  const done = inBase(people, account, { action: 'deleteTable', table: place.tableId });
  if (done) noteGone(account, name, null);
  return done && name;
};

function withRow(
  people: People,
  account: Account,
  request: (tableId: string, rowId: string, idField: string) => Parameters<typeof inBase>[2],
): string | null {
  const name = people.random.pick(account.synced);
  const place = placesIn(account.base).get(name);
  const table = account.base.tableById(place?.tableId);
  const rows = table ? [...table.rows.keys()].filter((id) => account.rowOwner.has(id)) : [];
  if (!place || rows.length === 0) return null;
  const rowId = people.random.pick(rows);
  const idField = place.fieldIds.get('buildiumId') ?? '';
  const done = inBase(people, account, request(place.tableId, rowId, idField));
  return done && `${account.rowOwner.get(rowId) ?? name} ${rowId}`;
}

type InBase = Parameters<typeof actAsPerson>[1];

export function inBase(people: People, account: Account, request: InBase): string | null {
  return askBase(people, account, request) && 'done';
}

/** @returns what Airtable's screen answers, or null where it refuses. */
export function askBase(people: People, account: Account, request: InBase): Record<string, unknown> | null {
  try {
    return actAsPerson(account.airtable, request, Math.floor(people.nowMs() + account.skewMs.airtable));
  } catch {
    // Airtable's own screen would not have let it through: nothing happened.
    return null;
  }
}

export function rowOf(account: Account, name: string, entityId: string): string | null {
  const table = account.base.tableById(placesIn(account.base).get(name)?.tableId);
  if (!table) return null;
  for (const rowId of table.rows.keys())
    if (account.rowOwner.get(rowId) === `${name} ${entityId}`) return rowId;
  return null;
}
