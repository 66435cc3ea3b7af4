import { plannedTransactions } from '../../../../shared/planned/columns.ts';
import type { AnyResource } from '../../../../shared/resources/define.ts';
import { RESOURCES, SYNC_COLUMNS } from '../../../../shared/resources/index.ts';
import type { Base, Table } from '../../airtable/base.ts';
import { cellV2, type Reader } from '../../airtable/cellOutput.ts';
import type { Field, Row as StoredRow } from '../../airtable/model.ts';
import { placesIn } from '../../bothSidesAirtable.ts';
import type { Stage } from '../stage.ts';
import { originInOther, originInSynced, ownTableOf } from './columnOrigin.ts';
import type { CellValue, Chip, Column, ColumnKind, TableView } from './view.ts';

const KINDS: Partial<Record<Field['type'], ColumnKind>> = {
  multilineText: 'longText',
  richText: 'longText',
  currency: 'money',
  number: 'number',
  percent: 'percent',
  rating: 'number',
  date: 'date',
  dateTime: 'instant',
  singleSelect: 'choice',
  multipleSelects: 'choices',
  multipleRecordLinks: 'link',
  checkbox: 'checkbox',
};

/** As a property manager would arrange the tabs; what the person added comes last. */
const TAB_ORDER = [
  'transactions',
  'leases',
  'units',
  'bills',
  'billLines',
  'billPayments',
  'tenants',
  'properties',
  'owners',
  'vendors',
  'glAccounts',
  'bankAccounts',
];

export function airtableTables({ network }: Stage): Table[] {
  const base = baseOf(network);
  const places = placesIn(base);
  const order = TAB_ORDER.flatMap((resource) => places.get(resource)?.tableId ?? []);
  const rank = (table: Table): number => {
    const found = order.indexOf(table.id);
    // Beside what it becomes in Buildium.
    if (table.name === plannedTransactions.table) return 0.5;
    return found < 0 ? order.length : found;
  };
  return [...base.tables].sort((a, b) => rank(a) - rank(b));
}

export function airtableTable({ network }: Stage, table: Table): TableView {
  const base = baseOf(network);
  const reader = network.airtable.world.reader(base, network.simulatorClock.nowMs());
  const found = [...placesIn(base)].find(([, place]) => place.tableId === table.id);
  const resource = RESOURCES.find(({ name }) => name === found?.[0]) ?? null;
  const keyOf = new Map([...(found?.[1].fieldIds ?? [])].map(([key, fieldId]) => [fieldId, key]));
  const own = ownTableOf(table);
  const columns = table.fields.map((field) => {
    const key = keyOf.get(field.id) ?? null;
    const origin = resource ? originInSynced(field, resource, key) : originInOther(field, own);
    return columnOf(field, origin, resource, key);
  });
  const buildiumId = found?.[1].fieldIds.get(SYNC_COLUMNS.buildiumId.key) ?? '';
  const rows = [...table.rows.values()].map((row) => ({
    id: row.id,
    entityId: textOf(row.cells.get(buildiumId)),
    cells: cellsOf(reader, table, row),
  }));
  return { id: table.id, name: table.name, resource: resource?.name ?? null, columns, rows };
}

function baseOf({ airtable }: Stage['network']): Base {
  const base = airtable.world.bases.get(airtable.baseId);
  if (!base) throw new Error('The simulated base is gone');
  return base;
}

function columnOf(
  field: Field,
  origin: Column['origin'],
  resource: AnyResource | null,
  key: string | null,
): Column {
  const kind = KINDS[field.type] ?? 'text';
  const linkedTableId = field.options?.linkedTableId;
  const choices = field.options?.choices?.map(({ id, name, color }) => ({ id, name, color }));
  return {
    id: field.id,
    name: field.name,
    kind,
    origin,
    ...(resource?.fields.some((candidate) => candidate.key === key && candidate.put)
      ? { flowsBack: true as const }
      : {}),
    ...(choices ? { choices } : {}),
    ...(linkedTableId === undefined ? {} : { linkedTableId }),
    ...(field.description ? { hint: field.description } : {}),
  };
}

function cellsOf(reader: Reader, table: Table, row: StoredRow): Record<string, CellValue> {
  const cells: Record<string, CellValue> = {};
  for (const field of table.fields) {
    const value = shown(cellV2(reader, field, row.cells.get(field.id)));
    if (value !== null) cells[field.id] = value;
  }
  return cells;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Webhooks' form of a cell holds names beside ids, which is what a grid shows. */
function shown(value: unknown): CellValue | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return (Array.isArray(value) ? value : [value]).map(chipOf);
}

/** A file is shown by its name. */
function chipOf(item: unknown): Chip {
  const { id, name, filename = '', color } = item as Partial<Chip> & { filename?: string };
  return { id: id ?? '', name: name ?? filename, ...(color === undefined ? {} : { color }) };
}
