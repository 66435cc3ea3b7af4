import type { Base, Table } from '../airtable/base.ts';
import { cellV2 } from '../airtable/cellOutput.ts';
import { computedJson, scopeOf } from '../airtable/computed.ts';
import { isComputedType, type Field, type Row } from '../airtable/model.ts';
import type { AirtableWorld } from '../airtable/world.ts';

type Json = Record<string, unknown>;

/** What Airtable's page hands to an extension when it starts. Records come later, as they are asked for. */
export function sdkInitData(
  base: Base,
  view: { personId: string | null; activeTableId: string | null; globalConfig: Json },
): Json {
  const level = view.personId === null ? 'read' : (base.collaborators.get(view.personId) ?? 'none');
  const people = [...base.collaborators.keys()].flatMap((id) => base.users.get(id) ?? []);
  return {
    initialKvValuesByKey: view.globalConfig,
    isDevelopmentMode: false,
    blockInstallationId: 'bliSandbox0000001',
    isFullscreen: false,
    isFirstRun: false,
    intentData: null,
    runContext: { type: 'dashboardApp' },
    baseData: {
      id: base.id,
      name: base.name,
      color: 'blue',
      workspaceId: base.workspaceId,
      tableOrder: base.tables.map(({ id }) => id),
      activeTableId: view.activeTableId,
      tablesById: Object.fromEntries(base.tables.map((table) => [table.id, tableData(table)])),
      collaboratorsById: Object.fromEntries(people.map((person) => [person.id, person])),
      activeCollaboratorIds: people.map(({ id }) => id),
      currentUserId: view.personId,
      permissionLevel: level,
      cursorData: null,
      enabledFeatureNames: [],
      billingPlanGrouping: 'pro',
      isBlockDevelopmentRestrictionEnabled: false,
      appInterface: {},
    },
  };
}

export function tableData(table: Table): Json {
  const views = table.views.map(({ id, name, type }) => ({ id, name, type, isLockedView: false }));
  return {
    id: table.id,
    name: table.name,
    description: table.description ?? null,
    primaryFieldId: table.primaryField().id,
    fieldsById: Object.fromEntries(table.fields.map((field) => [field.id, fieldData(field)])),
    viewsById: Object.fromEntries(views.map((view) => [view.id, view])),
    viewOrder: views.map(({ id }) => id),
    activeViewId: views[0]?.id ?? null,
    lock: null,
    externalSyncById: null,
  };
}

export function fieldData({ id, name, type, description, options }: Field): Json {
  return {
    ...{ id, name, type, description: description ?? null, typeOptions: options ?? null },
    ...{ lock: null, isSynced: false },
  };
}

/** A record with the cells of some fields, in the form that the SDK shares with webhooks. */
export function recordData(
  world: AirtableWorld,
  base: Base,
  table: Table,
  row: Row,
  fields: readonly Field[],
  nowMs: number,
): Json {
  const cells: Json = {};
  for (const field of fields) {
    const value = cellData(world, base, table, row, field, nowMs);
    if (value !== null && value !== undefined) cells[field.id] = value;
  }
  return {
    id: row.id,
    cellValuesByFieldId: cells,
    commentCount: row.comments.length,
    createdTime: new Date(row.createdMs).toISOString(),
  };
}

export function cellData(
  world: AirtableWorld,
  base: Base,
  table: Table,
  row: Row,
  field: Field,
  nowMs: number,
): unknown {
  if (isComputedType(field.type)) return computedJson(scopeOf(base, table, row, nowMs), field);
  return cellV2(world.reader(base, nowMs), field, row.cells.get(field.id));
}
