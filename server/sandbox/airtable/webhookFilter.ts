import type { Base, Table } from './base.ts';
import type { CellValue, Field } from './model.ts';
import { filterRows } from './recordOrder.ts';
import type { CommittedChange, FieldDefinition, TableChanges } from './transaction.ts';
import type { WebhookFilters } from './webhookSpecification.ts';
import type { Webhook } from './webhooks.ts';

type Cells = ReadonlyMap<string, CellValue>;

/** What of a table's changes a webhook reports; cells are rendered only when a payload is read. */
export type SelectedTable = {
  /** As they were then: a payload tells of cells whose field or table is gone by the time it is read. */
  fields: readonly Field[];
  /** The view it is reported under, for a webhook on a view. */
  viewId: string | null;
  created: Map<string, { createdMs: number; cells: Cells }>;
  changed: Map<string, { fieldIds: string[]; cells: TableChanges['changed']; unchanged: Cells | null }>;
  destroyed: string[];
  fieldsCreated: Map<string, FieldDefinition>;
  fieldsChanged: TableChanges['fieldsChanged'];
  fieldsDestroyed: string[];
  metadata: TableChanges['metadata'];
};

export type Selected = {
  change: CommittedChange;
  tables: Map<string, SelectedTable>;
  tablesCreated: CommittedChange['tablesCreated'];
  tablesDestroyed: string[];
};

/** The part of a change that a webhook's filters let through; null when nothing is left. */
export function selectChanges(base: Base, webhook: Webhook, change: CommittedChange): Selected | null {
  const { filters } = webhook.specification.options;
  if (filters.fromSources && !filters.fromSources.includes(change.actor.source)) return null;
  const tables = new Map<string, SelectedTable>();
  for (const [tableId, changes] of change.tables) {
    const table = base.tableById(tableId);
    const selected = table && inScope(table, filters) ? selectTable(base, webhook, table, changes) : null;
    if (selected) tables.set(tableId, selected);
  }
  const wholeTables = filters.dataTypes.includes('tableMetadata') && !filters.recordChangeScope;
  const tablesCreated = wholeTables && wants(filters, 'add') ? change.tablesCreated : new Map<never, never>();
  const tablesDestroyed = wholeTables && wants(filters, 'remove') ? [...change.tablesDestroyed] : [];
  if (tables.size + tablesCreated.size + tablesDestroyed.length === 0) return null;
  return { change, tables, tablesCreated, tablesDestroyed };
}

const wants = (filters: WebhookFilters, type: 'add' | 'remove' | 'update'): boolean =>
  !filters.changeTypes || filters.changeTypes.includes(type);

function inScope(table: Table, filters: WebhookFilters): boolean {
  const scope = filters.recordChangeScope;
  return scope === undefined || table.id === scope || table.views.some((view) => view.id === scope);
}

function selectTable(
  base: Base,
  webhook: Webhook,
  table: Table,
  changes: TableChanges,
): SelectedTable | null {
  const { filters } = webhook.specification.options;
  const selected: SelectedTable = {
    fields: table.fields,
    viewId: filters.recordChangeScope?.startsWith('viw') ? filters.recordChangeScope : null,
    created: new Map(),
    changed: new Map(),
    destroyed: [],
    fieldsCreated: new Map(),
    fieldsChanged: new Map(),
    fieldsDestroyed: [],
    metadata: null,
  };
  if (filters.dataTypes.includes('tableData')) {
    selectRecords(webhook, table, scopeToView(base, webhook, table, changes), selected);
  }
  if (filters.dataTypes.includes('tableFields')) selectFields(filters, changes, selected);
  if (filters.dataTypes.includes('tableMetadata') && wants(filters, 'update')) {
    selected.metadata = changes.metadata;
  }
  const { created, changed, destroyed, fieldsCreated, fieldsChanged, fieldsDestroyed } = selected;
  const sizes = [created.size, changed.size, destroyed.length, fieldsCreated.size, fieldsChanged.size];
  const isEmpty = sizes.every((size) => size === 0) && fieldsDestroyed.length === 0 && !selected.metadata;
  return isEmpty ? null : selected;
}

function selectRecords(
  webhook: Webhook,
  table: Table,
  changes: Pick<TableChanges, 'created' | 'changed' | 'destroyed'>,
  selected: SelectedTable,
): void {
  const { filters, includes } = webhook.specification.options;
  const watched = filters.watchDataInFieldIds && new Set(filters.watchDataInFieldIds);
  if (watched && !table.fields.some((field) => watched.has(field.id))) return;
  if (wants(filters, 'add')) selected.created = changes.created;
  if (wants(filters, 'remove')) selected.destroyed = [...changes.destroyed.keys()];
  if (!wants(filters, 'update')) return;
  for (const [id, cells] of changes.changed) {
    const fieldIds = [...cells.keys()].filter((fieldId) => !watched || watched.has(fieldId));
    if (fieldIds.length === 0) continue;
    const row = includes?.includeCellValuesInFieldIds ? table.rows.get(id) : undefined;
    if (row) row.cellsShared = true;
    selected.changed.set(id, { fieldIds, cells: changes.changed, unchanged: row?.cells ?? null });
  }
}

function selectFields(filters: WebhookFilters, changes: TableChanges, selected: SelectedTable): void {
  const watched = filters.watchSchemasOfFieldIds;
  if (wants(filters, 'add') && !watched) selected.fieldsCreated = changes.fieldsCreated;
  if (wants(filters, 'remove')) {
    selected.fieldsDestroyed = [...changes.fieldsDestroyed].filter((id) => !watched || watched.includes(id));
  }
  if (!wants(filters, 'update')) return;
  for (const [id, change] of changes.fieldsChanged) {
    if (!watched || watched.includes(id)) selected.fieldsChanged.set(id, change);
  }
}

/** For a webhook on a view, a record that enters the view is created and one that leaves it destroyed. */
function scopeToView(
  base: Base,
  webhook: Webhook,
  table: Table,
  changes: TableChanges,
): Pick<TableChanges, 'created' | 'changed' | 'destroyed'> {
  const members = webhook.viewMembers;
  const view = table.views.find(({ id }) => id === webhook.specification.options.filters.recordChangeScope);
  if (!members || !view) return changes;
  const scoped = {
    created: new Map(changes.created),
    changed: new Map(changes.changed),
    destroyed: new Map(changes.destroyed),
  };
  for (const id of changes.destroyed.keys()) if (!members.delete(id)) scoped.destroyed.delete(id);
  const touched = [...changes.created.keys(), ...changes.changed.keys()];
  const rows = touched.flatMap((id) => table.rows.get(id) ?? []);
  const formula = view.filterByFormula;
  const inside = formula ? filterRows(base, table, formula, 0, rows) : rows;
  const insideIds = new Set(inside.map((row) => row.id));
  for (const row of rows) {
    const was = members.has(row.id);
    const isIn = insideIds.has(row.id);
    if (isIn) members.add(row.id);
    else members.delete(row.id);
    if (was && isIn) continue;
    scoped.created.delete(row.id);
    scoped.changed.delete(row.id);
    if (was) scoped.destroyed.set(row.id, row);
    if (!isIn) continue;
    row.cellsShared = true;
    scoped.created.set(row.id, { createdMs: row.createdMs, cells: row.cells });
  }
  return scoped;
}
