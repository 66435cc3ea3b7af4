import { isIdArray, linksOf } from './base.ts';
import type { Base, Table } from './base.ts';
import { compileFormula } from './formula/compile.ts';
import type { Compiled, Scope } from './formula/compile.ts';
import { dateValue, FormulaError, isDate, isList, isoText } from './formula/values.ts';
import type { Value } from './formula/values.ts';
import type { Field, Row } from './model.ts';

/** Formulas of fields, compiled once; they hold fields by reference, so a rename needs no new one. */
const compiledFields = new WeakMap<Field, { formula: string; schemaVersion: number; evaluate: Compiled }>();

function fieldFormula(field: Field, table: Table, formula: string): Compiled {
  const held = compiledFields.get(field);
  if (held?.formula === formula) return held.evaluate;
  const compiled = compileFormula(formula, table);
  const evaluate: Compiled = compiled.ok
    ? compiled.evaluate
    : () => {
        throw new FormulaError('the formula is invalid');
      };
  compiledFields.set(field, { formula, schemaVersion: table.schemaVersion, evaluate });
  return evaluate;
}

/** The name of a choice of a select field, by its id. */
export const choiceName = (field: Field, choiceId: string): string =>
  field.options?.choices?.find((choice) => choice.id === choiceId)?.name ?? '';

/** What a formula sees in a cell, stored or computed. Links show the names of their records. */
export function formulaValue(scope: Scope, field: Field): Value {
  const { base, row } = scope;
  const value = row.cells.get(field.id);
  switch (field.type) {
    case 'singleSelect':
      return typeof value === 'string' ? choiceName(field, value) : null;
    case 'multipleSelects':
      return isIdArray(value) ? value.map((id) => choiceName(field, id)) : null;
    case 'multipleRecordLinks':
      return linkedRows(base, row, field).map((linked) => rowName(base, linked.table, linked.row));
    case 'singleCollaborator':
      return typeof value === 'string' ? (base.users.get(value)?.name ?? '') : null;
    case 'multipleCollaborators':
      return isIdArray(value) ? value.map((id) => base.users.get(id)?.name ?? '') : null;
    case 'date':
      return typeof value === 'string' ? dateValue(Date.parse(value), true) : null;
    case 'dateTime':
      return typeof value === 'string' ? dateValue(Date.parse(value)) : null;
    case 'checkbox':
      return value === true;
    case 'createdTime':
    case 'lastModifiedTime':
    case 'createdBy':
    case 'lastModifiedBy':
    case 'autoNumber':
    case 'formula':
    case 'rollup':
    case 'count':
    case 'multipleLookupValues':
      return computedValue(scope, field);
    default:
      if (typeof value === 'string' || typeof value === 'number') return value;
      if (value && typeof value === 'object' && 'attachments' in value) {
        return value.attachments.map((file) => file.filename);
      }
      return value && typeof value === 'object' && 'barcode' in value ? value.barcode.text : null;
  }
}

/** The value of a computed cell; throws `FormulaError` when it cannot be worked out. */
export function computedValue(scope: Scope, field: Field): Value {
  const { base, table, row } = scope;
  switch (field.type) {
    case 'createdTime':
      return dateValue(row.createdMs);
    case 'lastModifiedTime':
      return dateValue(row.modifiedMs);
    case 'createdBy':
      return base.users.get(row.createdBy)?.name ?? '';
    case 'lastModifiedBy':
      return base.users.get(row.modifiedBy)?.name ?? '';
    case 'autoNumber':
      return row.number;
    case 'formula':
      return fieldFormula(field, table, field.options?.formula ?? '')(scope);
    case 'count':
      return linkedValues(scope, field).length;
    case 'multipleLookupValues':
      return linkedValues(scope, field).flatMap((value) => (isList(value) ? [...value] : [value]));
    case 'rollup': {
      const evaluate = fieldFormula(field, table, field.options?.formula ?? 'values');
      return evaluate({ ...scope, values: linkedValues(scope, field) });
    }
    default:
      return null;
  }
}

/** The cells that a lookup, a rollup or a count goes over. */
function linkedValues(scope: Scope, field: Field): Value[] {
  const { recordLinkFieldId, fieldIdInLinkedTable } = field.options ?? {};
  const link = scope.table.fields.find((candidate) => candidate.id === recordLinkFieldId);
  if (!link) return [];
  return linkedRows(scope.base, scope.row, link).map(({ table, row }) => {
    const target = table.fields.find((candidate) => candidate.id === fieldIdInLinkedTable);
    return target ? formulaValue({ ...scope, table, row }, target) : row.id;
  });
}

function linkedRows(base: Base, row: Row, field: Field): { table: Table; row: Row }[] {
  const table = base.tableById(field.options?.linkedTableId);
  const ids = linksOf(row.cells.get(field.id))?.toArray() ?? [];
  return ids.flatMap((id) => {
    const linked = table?.rows.get(id);
    return table && linked ? [{ table, row: linked }] : [];
  });
}

export const scopeOf = (base: Base, table: Table, row: Row, nowMs: number): Scope => ({
  base,
  table,
  row,
  nowMs,
  read: formulaValue,
});

/** A formula's value as the API answers it: blank is omitted, an error is an object, a date is ISO. */
export function computedJson(scope: Scope, field: Field): unknown {
  if (field.type === 'createdBy' || field.type === 'lastModifiedBy') {
    return scope.base.users.get(field.type === 'createdBy' ? scope.row.createdBy : scope.row.modifiedBy);
  }
  let value: Value;
  try {
    value = computedValue(scope, field);
  } catch (error) {
    if (error instanceof FormulaError) return { error: '#ERROR!' };
    throw error;
  }
  return valueJson(value);
}

function valueJson(value: Value): unknown {
  if (value === null || value === '') return undefined;
  if (isList(value)) return value.length > 0 ? value.map((item) => valueJson(item) ?? null) : undefined;
  if (isDate(value)) return isoText(value);
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'number' && !Number.isFinite(value)) return { specialValue: 'NaN' };
  return value;
}

/** The text of a record's primary cell, by which links, webhooks and people call it. */
export function rowName(base: Base, table: Table, row: Row): string {
  const field = table.primaryField();
  const value = row.cells.get(field.id);
  if (typeof value === 'string' && field.type === 'singleLineText') return value;
  try {
    const shown = formulaValue(scopeOf(base, table, row, row.modifiedMs), field);
    if (isDate(shown)) return isoText(shown);
    return isList(shown) ? shown.map(String).join(', ') : String(shown ?? '');
  } catch (error) {
    if (error instanceof FormulaError) return '';
    throw error;
  }
}
