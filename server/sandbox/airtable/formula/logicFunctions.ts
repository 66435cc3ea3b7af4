import type { FormulaFunction } from './compile.ts';
import { compare, dateValue, FormulaError, toBoolean } from './values.ts';

export const logicFunctions: Record<string, FormulaFunction> = {
  AND: (args) => args.every((arg) => toBoolean(arg())),
  OR: (args) => args.some((arg) => toBoolean(arg())),
  XOR: (args) => args.filter((arg) => toBoolean(arg())).length % 2 === 1,
  NOT: ([arg]) => !toBoolean(arg?.() ?? null),
  IF: ([condition, then, otherwise]) =>
    toBoolean(condition?.() ?? null) ? (then?.() ?? null) : (otherwise?.() ?? null),
  SWITCH: ([subject, ...rest]) => {
    const value = subject?.() ?? null;
    for (let at = 0; at + 1 < rest.length; at += 2) {
      if (compare(value, rest[at]?.() ?? null) === 0) return rest[at + 1]?.() ?? null;
    }
    return rest.length % 2 === 1 ? (rest.at(-1)?.() ?? null) : null;
  },
  TRUE: () => true,
  FALSE: () => false,
  BLANK: () => null,
  ERROR: () => {
    throw new FormulaError('ERROR()');
  },
  ISERROR: ([arg]) => {
    try {
      arg?.();
      return false;
    } catch (error) {
      if (error instanceof FormulaError) return true;
      throw error;
    }
  },
  RECORD_ID: (_args, scope) => scope.row.id,
  CREATED_TIME: (_args, scope) => dateValue(scope.row.createdMs),
  LAST_MODIFIED_TIME: (_args, scope) => dateValue(scope.row.modifiedMs),
};
