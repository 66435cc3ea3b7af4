import type { FieldValue } from '../../../shared/resources/values.ts';
import { fromCell } from '../../../shared/resources/values.ts';
import { resourceNamed, SYNC_COLUMNS } from '../../../shared/resources/index.ts';
import { syncedTable } from '../bothSidesAirtable.ts';
import type { BothSides } from '../bothSides.ts';

/** The Airtable row of one Buildium entity. */
export type ShownRow = {
  recordId: string;
  /** By field key; links as the Buildium ids of the rows they point to, money in cents. */
  values: Record<string, FieldValue>;
  /** The sync's own cell. */
  status: string;
};

/** All rows of an entity: none before it has arrived, and never more than one. */
export function rowsOf(sides: BothSides, resourceName: string, entityId: string | number): ShownRow[] {
  const { world, baseId, clock } = sides.airtable;
  const resource = resourceNamed(resourceName);
  const table = syncedTable(world, baseId, resource, clock.nowMs());
  const rows = (table?.rows ?? []).filter((row) => row.buildiumId === String(entityId));
  return rows.map(({ recordId, cells }) => {
    const values: Record<string, FieldValue> = {};
    for (const field of resource.fields) {
      const target = field.kind === 'link' ? resourceNamed(field.target ?? '') : null;
      const linked = target ? (syncedTable(world, baseId, target, clock.nowMs())?.rows ?? []) : [];
      const idOf = (linkedId: string) => linked.find((row) => row.recordId === linkedId)?.buildiumId ?? null;
      const value = fromCell(field.kind, cells[field.key], idOf);
      if (value.ok) values[field.key] = value.value;
    }
    const status = cells[SYNC_COLUMNS.status.key];
    return { recordId, values, status: typeof status === 'string' ? status : '' };
  });
}

/** What an entity's row still lacks to show these values, in words; null when it shows all of them. */
export function stillDiffers(
  sides: BothSides,
  resourceName: string,
  entityId: string | number,
  wanted: Record<string, FieldValue>,
): string | null {
  const { label, fields } = resourceNamed(resourceName);
  const [row, ...more] = rowsOf(sides, resourceName, entityId);
  if (!row) return `${label.one} ${entityId} has no row in Airtable`;
  if (more.length > 0) return `${label.one} ${entityId} has ${more.length + 1} rows in Airtable`;
  for (const [key, value] of Object.entries(wanted)) {
    const shown = row.values[key] ?? null;
    const column = fields.find((field) => field.key === key)?.column ?? key;
    if (JSON.stringify(shown) !== JSON.stringify(value))
      return `${label.one} ${entityId}: ${column} shows ${JSON.stringify(shown)} instead of ${JSON.stringify(value)}`;
  }
  return null;
}
