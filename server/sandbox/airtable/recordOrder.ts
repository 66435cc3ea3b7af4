import type { Base, Table } from './base.ts';
import { formulaValue, scopeOf } from './computed.ts';
import * as refuse from './errors.ts';
import { compileFormula, formulaField } from './formula/compile.ts';
import type { Expression } from './formula/parse.ts';
import { FormulaError, isDate, isList, toBoolean, toText } from './formula/values.ts';
import type { Field, Row, View } from './model.ts';

/** Throws the refusal for a formula that cannot be used, in Airtable's words. */
function compiled(formula: string, table: Table) {
  const result = compileFormula(formula, table);
  if (result.ok) return result;
  switch (result.problem.kind) {
    case 'syntax':
      throw refuse.invalidFormula('Invalid formula. Please check your formula text.');
    case 'unknownFields':
      throw refuse.invalidFormula(`Unknown field names: ${result.problem.names.join(', ')}`);
    case 'unknownFunctions':
      throw refuse.invalidFormula(`Unknown function names: ${result.problem.names.join(', ')}`);
  }
}

/** The rows for which a formula is true, keeping their order; a formula that fails is not true. */
export function filterRows(
  base: Base,
  table: Table,
  formula: string,
  nowMs: number,
  candidates: Iterable<Row> | null = null,
): Row[] {
  const { expression, evaluate } = compiled(formula, table);
  const test = (row: Row): boolean => {
    try {
      return toBoolean(evaluate(scopeOf(base, table, row, nowMs)));
    } catch (error) {
      if (error instanceof FormulaError) return false;
      throw error;
    }
  };
  const rows: Row[] = [];
  for (const row of candidates ?? candidateRows(table, expression)) if (test(row)) rows.push(row);
  return rows;
}

/** All rows that a formula can be true for, in id order: from an index where it asks for equality. */
function candidateRows(table: Table, expression: Expression): Row[] {
  const ids = candidateIds(table, expression);
  const inOrder = ids ? [...ids].sort() : table.idsInOrder();
  return inOrder.flatMap((id) => table.rows.get(id) ?? []);
}

/** Ids that may fulfil the expression, or null when it takes a look at every row. */
function candidateIds(table: Table, node: Expression): ReadonlySet<string> | null {
  if (node.kind === 'binary' && node.operator === '=') {
    return idsEqual(table, node.left, node.right) ?? idsEqual(table, node.right, node.left);
  }
  if (node.kind !== 'call') return null;
  const sets = node.args.map((arg) => candidateIds(table, arg));
  if (node.name === 'OR') {
    const union = new Set<string>();
    for (const set of sets) {
      if (!set) return null;
      for (const id of set) union.add(id);
    }
    return union;
  }
  if (node.name !== 'AND') return null;
  return sets.reduce((best, set) => (set && (!best || set.size < best.size) ? set : best), null);
}

function idsEqual(table: Table, left: Expression, right: Expression): ReadonlySet<string> | null {
  if (right.kind !== 'literal' || right.value === '' || right.value === 0) return null;
  if (left.kind === 'call' && left.name === 'RECORD_ID') return new Set([String(right.value)]);
  const field = left.kind === 'field' ? formulaField(table, left.name) : undefined;
  if (!field) return null;
  switch (field.type) {
    case 'singleLineText':
    case 'multilineText':
    case 'email':
    case 'url':
    case 'phoneNumber':
      return typeof right.value === 'string' ? table.idsWithValue(field.id, `s${right.value}`) : null;
    case 'number':
    case 'currency':
    case 'percent':
      return typeof right.value === 'number' ? table.idsWithValue(field.id, `n${right.value}`) : null;
    case 'singleSelect': {
      const choice = field.options?.choices?.find((candidate) => candidate.name === right.value);
      return choice ? table.idsWithValue(field.id, `s${choice.id}`) : new Set();
    }
    default:
      return null;
  }
}

const collator = new Intl.Collator('en-US', { numeric: true, sensitivity: 'base' });

type Key = string | number | null;

function sortKey(base: Base, table: Table, row: Row, field: Field, nowMs: number): Key {
  const stored = row.cells.get(field.id);
  if (field.type === 'singleSelect') {
    const place = field.options?.choices?.findIndex((choice) => choice.id === stored) ?? -1;
    return place < 0 ? null : place;
  }
  try {
    const value = formulaValue(scopeOf(base, table, row, nowMs), field);
    if (value === null || value === '' || (isList(value) && value.length === 0)) return null;
    if (typeof value === 'boolean') return value ? 1 : null;
    if (isDate(value)) return value.ms;
    return typeof value === 'number' ? value : toText(value);
  } catch (error) {
    if (error instanceof FormulaError) return null;
    throw error;
  }
}

/** Empty cells come first when ascending; text sorts as people read it, whatever its case. */
function compareKeys(a: Key, b: Key): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return collator.compare(String(a), String(b));
}

export function sortRows(
  base: Base,
  table: Table,
  rows: readonly Row[],
  sort: readonly { field: Field; direction: 'asc' | 'desc' }[],
  nowMs: number,
): Row[] {
  const keyed = rows.map((row) => ({
    row,
    keys: sort.map(({ field }) => sortKey(base, table, row, field, nowMs)),
  }));
  keyed.sort((a, b) => {
    for (const [place, { direction }] of sort.entries()) {
      const order = compareKeys(a.keys[place] ?? null, b.keys[place] ?? null);
      if (order !== 0) return direction === 'asc' ? order : -order;
    }
    return 0;
  });
  return keyed.map(({ row }) => row);
}

/** The rows of a view in its order: its filter and its sort, else the order of creation. */
export function viewRows(base: Base, table: Table, view: View, nowMs: number): Row[] {
  const rows = view.filterByFormula
    ? filterRows(base, table, view.filterByFormula, nowMs, table.rows.values())
    : [...table.rows.values()];
  const sort = (view.sort ?? []).flatMap(({ fieldId, direction }) => {
    const field = table.field(fieldId);
    return field ? [{ field, direction }] : [];
  });
  return sort.length > 0 ? sortRows(base, table, rows, sort, nowMs) : rows;
}
