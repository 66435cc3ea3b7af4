import type { FormulaFunction } from './compile.ts';
import { dateValue, FormulaError, isDate, isList, toNumber, toText } from './values.ts';
import type { Value } from './values.ts';

type Argument = () => Value;
const number = (arg: Argument | undefined, otherwise = 0): number => (arg ? toNumber(arg()) : otherwise);

/** All values of the arguments, with lists opened. */
function flat(args: readonly Argument[]): Value[] {
  const open = (value: Value): Value[] => (isList(value) ? value.flatMap(open) : [value]);
  return args.flatMap((arg) => open(arg()));
}
const numbers = (args: readonly Argument[]): number[] =>
  flat(args).filter((value): value is number => typeof value === 'number');

/** Rounds half away from zero; 12 significant digits first, so that 1.005 rounds as written. */
function rounded(value: number, places: number, how: (x: number) => number): number {
  const factor = 10 ** places;
  const scaled = Number((Math.abs(value) * factor).toPrecision(12));
  return (Math.sign(value) * how(scaled)) / factor;
}

/** The earliest or latest of dates, the least or greatest of numbers. */
function extreme(args: readonly Argument[], pick: (...values: number[]) => number): Value {
  const dates = flat(args).filter(isDate);
  if (dates.length > 0) return dateValue(pick(...dates.map((date) => date.ms)), dates[0]?.dateOnly);
  const found = numbers(args);
  return found.length === 0 ? 0 : pick(...found);
}

const toMultiple =
  (how: (x: number) => number): FormulaFunction =>
  ([value, significance]) => {
    const step = number(significance, 1);
    return step === 0 ? 0 : how(number(value) / step) * step;
  };

/** The next even (remainder 0) or odd (remainder 1) number away from zero. */
const parity =
  (remainder: number): FormulaFunction =>
  ([value]) => {
    const whole = Math.ceil(Math.abs(number(value)));
    return (Math.sign(number(value)) || 1) * (whole % 2 === remainder ? whole : whole + 1);
  };

export const numberFunctions: Record<string, FormulaFunction> = {
  SUM: (args) => numbers(args).reduce((sum, value) => sum + value, 0),
  AVERAGE: (args) => {
    const found = numbers(args);
    if (found.length === 0) throw new FormulaError('nothing to average');
    return found.reduce((sum, value) => sum + value, 0) / found.length;
  },
  MIN: (args) => extreme(args, Math.min),
  MAX: (args) => extreme(args, Math.max),
  COUNT: (args) => numbers(args).length,
  COUNTA: (args) => flat(args).filter((value) => value !== null && value !== '').length,
  COUNTALL: (args) => flat(args).length,
  ABS: ([value]) => Math.abs(number(value)),
  ROUND: ([value, places]) => rounded(number(value), number(places), Math.round),
  ROUNDUP: ([value, places]) => rounded(number(value), number(places), Math.ceil),
  ROUNDDOWN: ([value, places]) => rounded(number(value), number(places), Math.floor),
  INT: ([value]) => Math.floor(number(value)),
  CEILING: toMultiple(Math.ceil),
  FLOOR: toMultiple(Math.floor),
  EVEN: parity(0),
  ODD: parity(1),
  MOD: ([value, divisor]) => {
    const by = number(divisor);
    if (by === 0) throw new FormulaError('division by zero');
    return number(value) - by * Math.floor(number(value) / by);
  },
  POWER: ([value, exponent]) => number(value) ** number(exponent),
  SQRT: ([value]) => {
    if (number(value) < 0) throw new FormulaError('the root of a negative number');
    return Math.sqrt(number(value));
  },
  EXP: ([value]) => Math.exp(number(value)),
  LOG: ([value, base]) => Math.log(number(value)) / Math.log(number(base, 10)),
  VALUE: ([value]) => {
    const given = value?.() ?? null;
    if (typeof given === 'number' || given === null) return given;
    const digits = toText(given).replace(/[^0-9.eE+-]/g, '');
    if (digits === '' || !Number.isFinite(Number(digits))) throw new FormulaError('not a number');
    return Number(digits);
  },
};
