import type { AnyResource } from '../../shared/resources/define.ts';
import { RESOURCES, SYNC_COLUMNS } from '../../shared/resources/index.ts';
import type { Base, Table } from './airtable/base.ts';
import { cellJson } from './airtable/cellOutput.ts';
import type { AirtableWorld } from './airtable/world.ts';

/** A synced row of the simulated base; its cells by the field keys of its resource and the sync's own columns. */
export type SyncedRow = { recordId: string; buildiumId: string; cells: Record<string, unknown> };

export type SyncedTable = {
  table: Table;
  /** Columns that the base has no field for. */
  missing: readonly string[];
  rows: SyncedRow[];
};

export type Place = { tableId: string; fieldIds: Map<string, string> };

/** Where each resource was when its table was first seen under its own name: people may rename it afterwards. */
const places = new WeakMap<Base, Map<string, Place>>();

/** The rows of a resource's table that carry a Buildium id; null when the base has no such table. */
export function syncedTable(
  world: AirtableWorld,
  baseId: string,
  resource: AnyResource,
  nowMs: number,
): SyncedTable | null {
  const base = world.bases.get(baseId);
  if (!base) throw new Error(`The simulated Airtable has no base ${baseId}`);
  rememberPlaces(base);
  const table = tableOf(base, resource);
  if (!table) return null;
  const columns = columnsOf(resource).map(({ key, column }) => ({
    key,
    column,
    field: fieldOf(base, resource, key, column, table),
  }));
  const reader = world.reader(base, nowMs);
  const rows: SyncedRow[] = [];
  // A row that was deleted and brought back stands last, and is older than its copies all the same.
  const oldestFirst = [...table.rows.values()].sort((a, b) => a.createdMs - b.createdMs);
  for (const row of oldestFirst) {
    const cells: Record<string, unknown> = {};
    for (const { key, field } of columns) if (field) cells[key] = cellJson(reader, table, row, field);
    const buildiumId = cells[SYNC_COLUMNS.buildiumId.key];
    if (typeof buildiumId === 'string' && buildiumId !== '')
      rows.push({ recordId: row.id, buildiumId, cells });
  }
  const missing = columns.filter(({ field }) => !field).map(({ column }) => column);
  return { table, missing, rows };
}

/** Where each resource's table and fields are, in the order of the resources. */
export function placesIn(base: Base): ReadonlyMap<string, Place> {
  rememberPlaces(base);
  return places.get(base) ?? new Map();
}

/** Notes where the synced tables and fields are now, so that they are found again after a person renames them. */
function rememberPlaces(base: Base): void {
  const known = places.get(base) ?? new Map<string, Place>();
  places.set(base, known);
  for (const resource of RESOURCES) {
    const table = tableOf(base, resource);
    if (!table) continue;
    const place = known.get(resource.name);
    const fieldIds = place?.tableId === table.id ? place.fieldIds : new Map<string, string>();
    known.set(resource.name, { tableId: table.id, fieldIds });
    for (const { key, column } of columnsOf(resource)) {
      const field = fieldOf(base, resource, key, column, table);
      if (field) fieldIds.set(key, field.id);
    }
  }
}

function columnsOf(resource: AnyResource): { key: string; column: string }[] {
  return [...resource.fields, ...Object.values(SYNC_COLUMNS)];
}

function tableOf(base: Base, resource: AnyResource): Table | undefined {
  return base.tableById(places.get(base)?.get(resource.name)?.tableId) ?? base.table(resource.table);
}

function fieldOf(base: Base, resource: AnyResource, key: string, column: string, table: Table) {
  const fieldId = places.get(base)?.get(resource.name)?.fieldIds.get(key);
  return (
    table.fields.find((field) => field.id === fieldId) ?? table.fields.find((field) => field.name === column)
  );
}
