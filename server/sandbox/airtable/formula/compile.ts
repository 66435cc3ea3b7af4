import type { Base, Table } from '../base.ts';
import type { Field, Row } from '../model.ts';
import { dateFunctions } from './dateFunctions.ts';
import { listFunctions } from './listFunctions.ts';
import { logicFunctions } from './logicFunctions.ts';
import { numberFunctions } from './numberFunctions.ts';
import { parseFormula } from './parse.ts';
import type { Expression } from './parse.ts';
import { textFunctions } from './textFunctions.ts';
import { FormulaSyntaxError } from './tokens.ts';
import { compare, FormulaError, toNumber, toText } from './values.ts';
import type { Value } from './values.ts';

/** The record a formula is worked out for, and how it reads cells. */
export type Scope = {
  base: Base;
  table: Table;
  row: Row;
  nowMs: number;
  read(scope: Scope, field: Field): Value;
  /** What `values` means: the linked cells that a rollup sums up. */
  values?: readonly Value[];
};

export type Compiled = (scope: Scope) => Value;
/** A function sees its arguments unevaluated, so that IF does not work out the branch not taken. */
export type FormulaFunction = (args: readonly (() => Value)[], scope: Scope) => Value;

export type FormulaProblem =
  | { kind: 'syntax' }
  | { kind: 'unknownFields'; names: string[] }
  | { kind: 'unknownFunctions'; names: string[] };

const FUNCTIONS: ReadonlyMap<string, FormulaFunction> = new Map(
  Object.entries({
    ...logicFunctions,
    ...textFunctions,
    ...numberFunctions,
    ...dateFunctions,
    ...listFunctions,
  }),
);

/** Functions whose argument is a field and not its value. */
const BY_FIELD: ReadonlySet<string> = new Set(['LAST_MODIFIED_TIME']);

/** Compiles a formula against a table's fields, which it holds by reference: renames do not break it. */
export function compileFormula(
  formula: string,
  table: Table,
): { ok: true; expression: Expression; evaluate: Compiled } | { ok: false; problem: FormulaProblem } {
  let expression: Expression;
  try {
    expression = parseFormula(formula);
  } catch (error) {
    if (error instanceof FormulaSyntaxError) return { ok: false, problem: { kind: 'syntax' } };
    throw error;
  }
  const unknownFields: string[] = [];
  const unknownFunctions: string[] = [];
  const evaluate = compile(expression, {
    table,
    onUnknownField: (name) => unknownFields.push(name.toLowerCase()),
    onUnknownFunction: (name) => unknownFunctions.push(name.toLowerCase()),
  });
  if (unknownFunctions.length > 0)
    return { ok: false, problem: { kind: 'unknownFunctions', names: unknownFunctions } };
  if (unknownFields.length > 0)
    return { ok: false, problem: { kind: 'unknownFields', names: unknownFields } };
  return { ok: true, expression, evaluate };
}

type Compiling = {
  table: Table;
  onUnknownField(name: string): void;
  onUnknownFunction(name: string): void;
};

function compile(node: Expression, compiling: Compiling): Compiled {
  switch (node.kind) {
    case 'literal': {
      const { value } = node;
      return () => value;
    }
    case 'field':
      return compileField(node.name, compiling);
    case 'negate': {
      const operand = compile(node.operand, compiling);
      return (scope) => -toNumber(operand(scope));
    }
    case 'binary':
      return compileBinary(node.operator, compile(node.left, compiling), compile(node.right, compiling));
    case 'call':
      return compileCall(node, compiling);
  }
}

/** Formulas name a field whatever its case, unlike record requests. */
export function formulaField(table: Table, name: string): Field | undefined {
  const wanted = name.toLowerCase();
  return table.field(name) ?? table.fields.find((candidate) => candidate.name.toLowerCase() === wanted);
}

function compileField(name: string, compiling: Compiling): Compiled {
  const field = formulaField(compiling.table, name);
  if (field) return (scope) => scope.read(scope, field);
  if (name === 'values') return (scope) => scope.values ?? null;
  compiling.onUnknownField(name);
  return () => null;
}

function compileCall(node: Expression & { kind: 'call' }, compiling: Compiling): Compiled {
  const call = FUNCTIONS.get(node.name);
  if (!call) compiling.onUnknownFunction(node.name);
  if (BY_FIELD.has(node.name)) return compileModified(node, compiling);
  const args = node.args.map((arg) => compile(arg, compiling));
  if (!call) return () => null;
  return (scope) =>
    call(
      args.map((arg) => () => arg(scope)),
      scope,
    );
}

/** `LAST_MODIFIED_TIME({a}, {b})`: the latest edit of these fields, of any field when none is named. */
function compileModified(node: Expression & { kind: 'call' }, compiling: Compiling): Compiled {
  const fields: Field[] = [];
  for (const arg of node.args) {
    const field = arg.kind === 'field' ? formulaField(compiling.table, arg.name) : undefined;
    if (field) fields.push(field);
    else if (arg.kind === 'field') compiling.onUnknownField(arg.name);
  }
  return (scope) => {
    const { row } = scope;
    if (fields.length === 0) return { ms: row.modifiedMs, zone: 'utc', dateOnly: false };
    const times = fields.map((field) => row.fieldModifiedMs?.get(field.id) ?? row.createdMs);
    return { ms: Math.max(...times), zone: 'utc', dateOnly: false };
  };
}

function compileBinary(operator: string, left: Compiled, right: Compiled): Compiled {
  switch (operator) {
    case '&':
      return (scope) => toText(left(scope)) + toText(right(scope));
    case '+':
      return (scope) => toNumber(left(scope)) + toNumber(right(scope));
    case '-':
      return (scope) => toNumber(left(scope)) - toNumber(right(scope));
    case '*':
      return (scope) => toNumber(left(scope)) * toNumber(right(scope));
    case '/':
      return (scope) => {
        const divisor = toNumber(right(scope));
        if (divisor === 0) throw new FormulaError('division by zero');
        return toNumber(left(scope)) / divisor;
      };
    case '=':
      return (scope) => compare(left(scope), right(scope)) === 0;
    case '!=':
      return (scope) => compare(left(scope), right(scope)) !== 0;
    case '<':
      return (scope) => compare(left(scope), right(scope)) < 0;
    case '<=':
      return (scope) => compare(left(scope), right(scope)) <= 0;
    case '>':
      return (scope) => compare(left(scope), right(scope)) > 0;
    default:
      return (scope) => compare(left(scope), right(scope)) >= 0;
  }
}
