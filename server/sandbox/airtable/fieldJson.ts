import type { Table } from './base.ts';
import type { Field, View } from './model.ts';

const DATE_TIME_RESULT = {
  type: 'dateTime',
  options: {
    dateFormat: { name: 'local', format: 'l' },
    timeFormat: { name: '12hour', format: 'h:mma' },
    timeZone: 'client',
  },
};

/** The options as the meta API reads them out, with what it adds for computed fields. */
function optionsJson(field: Field): object | undefined {
  const options = field.options ?? {};
  switch (field.type) {
    case 'createdTime':
      return { result: DATE_TIME_RESULT };
    case 'lastModifiedTime':
      return { isValid: true, referencedFieldIds: [], result: DATE_TIME_RESULT };
    case 'formula':
      return {
        isValid: true,
        formula: options.formula,
        referencedFieldIds: [],
        result: { type: 'singleLineText' },
      };
    case 'rollup':
    case 'multipleLookupValues':
    case 'count': {
      const { recordLinkFieldId, fieldIdInLinkedTable } = options;
      return { isValid: true, recordLinkFieldId, fieldIdInLinkedTable };
    }
    default:
      return field.options;
  }
}

export function fieldJson(field: Field): Record<string, unknown> {
  const options = optionsJson(field);
  return {
    type: field.type,
    ...(options ? { options } : {}),
    id: field.id,
    name: field.name,
    ...(field.description ? { description: field.description } : {}),
  };
}

export function viewJson(table: Table, view: View, visibleFieldIds: boolean): Record<string, unknown> {
  const { id, name, type } = view;
  if (!visibleFieldIds || type !== 'grid') return { id, name, type };
  return { id, name, type, visibleFieldIds: view.visibleFieldIds ?? table.fields.map((field) => field.id) };
}

export function tableJson(table: Table, visibleFieldIds = false): Record<string, unknown> {
  return {
    id: table.id,
    name: table.name,
    ...(table.description ? { description: table.description } : {}),
    primaryFieldId: table.primaryField().id,
    fields: table.fields.map(fieldJson),
    views: table.views.map((view) => viewJson(table, view, visibleFieldIds)),
  };
}
