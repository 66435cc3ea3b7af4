import { dateOf } from '../../shared/dates.ts';
import type { AnyResource } from '../../shared/resources/define.ts';
import { resourceNamed, ROOT_RESOURCES, SYNC_COLUMNS } from '../../shared/resources/index.ts';
import { fromCell, fromWire, sameValue, type FieldValue } from '../../shared/resources/values.ts';
import { connectionSettings } from '../../shared/settings.ts';
import { keepFrom } from '../jobs/calendar.ts';
import { syncedTable, type SyncedRow, type SyncedTable } from './bothSidesAirtable.ts';
import { buildiumReader } from './bothSidesBuildium.ts';
import type { DevNetwork } from './devNetwork.ts';

/** The two simulators of a network; any pair of them will do. */
export type BothSides = Pick<DevNetwork, 'buildium'> & {
  airtable: Pick<DevNetwork['airtable'], 'world' | 'baseId' | 'clock'>;
};

export type ComparisonOptions = {
  /** Compares what only the nightly read brings (amenities) as well. */
  nightly?: boolean;
  /** Resources to compare, with the rows inside them; all of them when absent. */
  resources?: readonly string[];
  /** What the connection chose; decides which old entities need no row. */
  settings?: unknown;
  timeZone?: string;
  /** Whether a row stands for its entity; copies that people made do not. All do when absent. */
  counts?(recordId: string): boolean;
};

type Wire = Record<string, unknown>;
type Entity = { id: string; wire: Wire };

export type SidesCompared = {
  /** In sentences; none when the two agree. */
  differences: string[];
  /** Those of them that are a table or a field which is gone from the base. */
  missing: string[];
  /** Pairs of an entity and its row. */
  records: number;
  /** Fields of those pairs. */
  values: number;
};

/** Every difference between simulated Buildium and its Airtable base, in sentences; none when the two agree. */
export async function differencesBetween(
  network: BothSides,
  options: ComparisonOptions = {},
): Promise<string[]> {
  // What was asked for before this moment is carried out first.
  await Promise.resolve();
  return compareSides(network, options).differences;
}

/** Reads both worlds as they are at this moment and nothing else: what our database believes plays no part. */
export function compareSides(network: BothSides, options: ComparisonOptions = {}): SidesCompared {
  const { buildium, airtable } = network;
  const { timeZone = 'America/New_York', nightly = false } = options;
  const nowMs = buildium.clock.nowMs();
  const settings = connectionSettings.parse(options.settings ?? {});
  const oldest = keepFrom({
    settings,
    timeZone,
    clock: { nowMs: () => nowMs, sleep: () => Promise.resolve() },
  });
  const reader = buildiumReader(buildium.world.records, nowMs, { timeZone, nightly });
  const { counts = () => true } = options;
  const tableOf = remembered((resource: AnyResource) => {
    const table = syncedTable(airtable.world, airtable.baseId, resource, nowMs);
    return table && { ...table, rows: table.rows.filter(({ recordId }) => counts(recordId)) };
  });
  const linked = remembered(
    (resource: AnyResource) =>
      new Map((tableOf(resource)?.rows ?? []).map(({ recordId, buildiumId }) => [recordId, buildiumId])),
  );
  const compared: SidesCompared = { differences: [], missing: [], records: 0, values: 0 };
  for (const root of ROOT_RESOURCES) {
    if (options.resources && !options.resources.includes(root.name)) continue;
    for (const [resource, entities] of withParts(root, reader.all(root))) {
      const comparison = { resource, entities, table: tableOf(resource), linked, oldest, nightly, compared };
      compared.differences.push(...compareResource(comparison));
    }
  }
  return compared;
}

function remembered<T>(make: (resource: AnyResource) => T): (resource: AnyResource) => T {
  const made = new Map<string, T>();
  return (resource) => {
    const value = made.has(resource.name) ? (made.get(resource.name) as T) : make(resource);
    made.set(resource.name, value);
    return value;
  };
}

/** A resource's entities and those of the rows inside them, each once. */
function withParts(root: AnyResource, wires: readonly Wire[]): Map<AnyResource, Entity[]> {
  const entities = new Map<AnyResource, Entity[]>();
  entities.set(
    root,
    wires.map((wire) => ({ id: root.idOf(wire), wire })),
  );
  const inScope = wires.filter((wire) => !root.outOfScope?.(wire));
  for (const part of root.parts ?? []) {
    const resource = resourceNamed(part.resource);
    const byId = new Map(
      inScope.flatMap((wire) => part.of(wire) ?? []).map((wire) => [resource.idOf(wire), wire]),
    );
    entities.set(
      resource,
      [...byId].map(([id, wire]) => ({ id, wire })),
    );
  }
  return entities;
}

type Comparison = {
  resource: AnyResource;
  entities: readonly Entity[];
  table: SyncedTable | null;
  /** Buildium ids of a table's rows by record id. */
  linked(resource: AnyResource): ReadonlyMap<string, string>;
  oldest: string;
  nightly: boolean;
  compared: SidesCompared;
};

function compareResource(comparison: Comparison): string[] {
  const { resource, entities, table, oldest, compared } = comparison;
  const missing = table
    ? table.missing.map((column) => `"${resource.table}" has no field "${column}"`)
    : [`Airtable has no table "${resource.table}"`];
  compared.missing.push(...missing);
  if (!table) return missing;
  const differences = [...missing];
  const rows = Map.groupBy(table.rows, (row) => row.buildiumId);
  for (const { id, wire } of entities) {
    const [row, ...copies] = rows.get(id) ?? [];
    const name = `${resource.label.one} ${id}`;
    if (copies.length > 0) differences.push(`${name} has ${copies.length + 1} rows in "${resource.table}"`);
    const outside = resource.outOfScope?.(wire) ?? null;
    const date = resource.dateOf?.(wire) ?? null;
    const isOld = date !== null && (dateOf(date) ?? '') < oldest;
    if (row && outside !== null) differences.push(`${name} ${outside}, and has a row all the same`);
    else if (row) differences.push(...compareRow(comparison, name, wire, row));
    else if (outside === null && !isOld) differences.push(`${name} has no row in "${resource.table}"`);
  }
  const known = new Set(entities.map(({ id }) => id));
  for (const row of table.rows) {
    const status = row.cells[SYNC_COLUMNS.status.key];
    if (!known.has(row.buildiumId) && status !== 'Deleted in Buildium')
      differences.push(
        `${resource.label.one} ${row.buildiumId} is not in Buildium, and its row says ${String(status)}`,
      );
  }
  return differences;
}

function compareRow(comparison: Comparison, name: string, wire: Wire, row: SyncedRow): string[] {
  const { resource, table, nightly, compared } = comparison;
  compared.records += 1;
  const parsed = resource.wire.safeParse(wire);
  if (!parsed.success) return [`${name} in Buildium is not as documented: ${parsed.error.message}`];
  return resource.fields.flatMap((field) => {
    const raw = field.get(parsed.data);
    const isLeftOut = (field.nightly && !nightly) || table?.missing.includes(field.column);
    if (raw === undefined || isLeftOut) return [];
    compared.values += 1;
    const linked = field.kind === 'link' ? comparison.linked(resourceNamed(field.target ?? '')) : null;
    const wanted = fromWire(field.kind, raw);
    const shown = fromCell(field.kind, row.cells[field.key], (recordId) => linked?.get(recordId) ?? null);
    if (!wanted.ok) return [`${name}: ${field.column} in Buildium ${wanted.error}`];
    if (!shown.ok) return [`${name}: ${field.column} in Airtable ${shown.error}`];
    const expected = linked ? withRows(wanted.value, new Set(linked.values())) : wanted.value;
    if (sameValue(expected, shown.value)) return [];
    return [
      `${name}: ${field.column} is ${inWords(expected)} in Buildium and ${inWords(shown.value)} in Airtable`,
    ];
  });
}

/** A link can only point to what has a row; that a row is missing is told of the row itself. */
function withRows(ids: FieldValue, known: ReadonlySet<string>): FieldValue {
  return Array.isArray(ids) ? (ids as string[]).filter((id) => known.has(id)) : ids;
}

function inWords(value: FieldValue): string {
  if (value === null || (Array.isArray(value) && value.length === 0)) return 'blank';
  return JSON.stringify(value);
}
