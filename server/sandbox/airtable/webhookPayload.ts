import { cellV2 } from './cellOutput.ts';
import type { Reader } from './cellOutput.ts';
import type { CellValue, Field } from './model.ts';
import type { Selected, SelectedTable } from './webhookFilter.ts';
import type { WebhookSpecification } from './webhookSpecification.ts';
import type { StoredPayload } from './webhooks.ts';

const iso = (ms: number): string => new Date(ms).toISOString();

/** Leaves out members that have nothing to tell. */
function present(members: Record<string, unknown>): Record<string, unknown> {
  const told = Object.entries(members).filter(
    ([, value]) =>
      value !== undefined && value !== null && (typeof value !== 'object' || Object.keys(value).length > 0),
  );
  return Object.fromEntries(told);
}

/** A payload as the cursor hands it out. */
export function payloadJson(
  reader: Reader,
  specification: WebhookSpecification,
  payload: StoredPayload,
): Record<string, unknown> {
  if ('error' in payload) {
    return { error: true, code: payload.error, timestamp: iso(payload.atMs), payloadFormat: 'v0' };
  }
  const { change, tables, tablesCreated, tablesDestroyed } = payload.selected;
  const { actor } = change;
  const changedTables: Record<string, unknown> = {};
  for (const [id, selected] of tables) changedTables[id] = tableChangesJson(reader, specification, selected);
  return {
    timestamp: iso(change.atMs),
    baseTransactionNumber: change.number,
    payloadFormat: 'v0',
    actionMetadata: {
      source: actor.source,
      sourceMetadata: {
        user: {
          id: actor.user.id,
          email: actor.user.email,
          permissionLevel: actor.permissionLevel,
          name: actor.user.name,
        },
      },
    },
    ...present({
      changedTablesById: changedTables,
      createdTablesById: createdTablesJson(tablesCreated),
      destroyedTableIds: tablesDestroyed,
    }),
  };
}

function createdTablesJson(created: Selected['tablesCreated']): Record<string, unknown> {
  return Object.fromEntries(
    [...created].map(([id, { metadata, fields }]) => [
      id,
      {
        metadata: { name: metadata.name, description: metadata.description ?? null },
        fieldsById: Object.fromEntries(fields),
        recordsById: {},
      },
    ]),
  );
}

function tableChangesJson(
  reader: Reader,
  specification: WebhookSpecification,
  selected: SelectedTable,
): Record<string, unknown> {
  const { includes } = specification.options;
  const records = present({
    createdRecordsById: createdJson(reader, specification, selected),
    changedRecordsById: changedJson(reader, specification, selected),
    destroyedRecordIds: selected.destroyed,
  });
  const withDefinitions = includes?.includePreviousFieldDefinitions === true;
  const fieldsChanged = [...selected.fieldsChanged].map(([id, { before, after }]) => [
    id,
    { current: after, ...(withDefinitions ? { previous: before } : {}) },
  ]);
  const { metadata } = selected;
  return present({
    ...(selected.viewId === null ? records : { changedViewsById: { [selected.viewId]: records } }),
    createdFieldsById: Object.fromEntries(selected.fieldsCreated),
    changedFieldsById: Object.fromEntries(fieldsChanged),
    destroyedFieldIds: selected.fieldsDestroyed,
    changedMetadata: metadata && { current: metadata.after, previous: metadata.before },
  });
}

/** Cells by field id in form V2, in the order of the table's fields. */
function cellsJson(
  reader: Reader,
  fields: readonly Field[],
  fieldIds: ReadonlySet<string> | null,
  valueOf: (fieldId: string) => CellValue | undefined,
  withEmpty: boolean,
): Record<string, unknown> {
  const cells: Record<string, unknown> = {};
  for (const field of fields) {
    if (fieldIds && !fieldIds.has(field.id)) continue;
    const value = valueOf(field.id);
    if (value !== undefined || withEmpty) cells[field.id] = cellV2(reader, field, value);
  }
  return cells;
}

function createdJson(
  reader: Reader,
  specification: WebhookSpecification,
  selected: SelectedTable,
): Record<string, unknown> {
  const watched = specification.options.filters.watchDataInFieldIds;
  const shown = watched ? new Set(watched) : null;
  const entries = [...selected.created].map(([id, { createdMs, cells }]) => [
    id,
    {
      createdTime: iso(createdMs),
      cellValuesByFieldId: cellsJson(reader, selected.fields, shown, (fieldId) => cells.get(fieldId), false),
    },
  ]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}

function changedJson(
  reader: Reader,
  specification: WebhookSpecification,
  selected: SelectedTable,
): Record<string, unknown> {
  const { includes } = specification.options;
  const always = includes?.includeCellValuesInFieldIds;
  const answer: Record<string, unknown> = {};
  for (const [id, { fieldIds, cells, unchanged }] of selected.changed) {
    const changes = cells.get(id);
    const touched = new Set(fieldIds);
    const current = cellsJson(reader, selected.fields, touched, (field) => changes?.get(field)?.after, true);
    const previous = cellsJson(
      reader,
      selected.fields,
      touched,
      (field) => changes?.get(field)?.before,
      true,
    );
    const others = selected.fields
      .map((field) => field.id)
      .filter((field) => !touched.has(field) && (always === 'all' || always?.includes(field) === true));
    answer[id] = {
      current: { cellValuesByFieldId: current },
      ...(includes?.includePreviousCellValues ? { previous: { cellValuesByFieldId: previous } } : {}),
      ...(always && unchanged
        ? {
            unchanged: {
              cellValuesByFieldId: cellsJson(
                reader,
                selected.fields,
                new Set(others),
                (field) => unchanged.get(field),
                true,
              ),
            },
          }
        : {}),
    };
  }
  return answer;
}
