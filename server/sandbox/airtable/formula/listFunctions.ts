import type { FormulaFunction } from './compile.ts';
import { isList, toNumber, toText } from './values.ts';
import type { Value } from './values.ts';

function list(arg: (() => Value) | undefined): readonly Value[] {
  const value = arg?.() ?? null;
  if (isList(value)) return value;
  return value === null ? [] : [value];
}
const open = (values: readonly Value[]): Value[] =>
  values.flatMap((value) => (isList(value) ? open(value) : [value]));

export const listFunctions: Record<string, FormulaFunction> = {
  ARRAYJOIN: ([values, separator]) =>
    list(values)
      .map(toText)
      .join(separator ? toText(separator()) : ', '),
  ARRAYCOMPACT: ([values]) => list(values).filter((value) => value !== null && value !== ''),
  ARRAYFLATTEN: (args) => args.flatMap((arg) => open(list(arg))),
  ARRAYSLICE: ([values, from, to]) => {
    const start = from ? toNumber(from()) : 1;
    return list(values).slice(start > 0 ? start - 1 : start, to ? toNumber(to()) : undefined);
  },
  ARRAYUNIQUE: ([values]) => {
    const seen = new Set<string>();
    return list(values).filter((value) => !seen.has(toText(value)) && seen.add(toText(value)));
  },
};
