import { DateTime } from 'luxon';
import { parseInstant } from '../instants.ts';

/** An instant as formulas see it: a date field's day is its midnight in UTC. */
export type DateValue = { ms: number; zone: string; dateOnly: boolean };
export type Value = null | string | number | boolean | DateValue | readonly Value[];

/** A value that a formula cannot work out; a cell shows `#ERROR!`, a filter leaves the record out. */
export class FormulaError extends Error {}

export const dateValue = (ms: number, dateOnly = false): DateValue => ({ ms, zone: 'utc', dateOnly });

export const isList = (value: Value): value is readonly Value[] => Array.isArray(value);
export const isDate = (value: Value): value is DateValue =>
  typeof value === 'object' && value !== null && !isList(value);

export const isoText = (date: DateValue): string =>
  date.dateOnly ? new Date(date.ms).toISOString().slice(0, 10) : new Date(date.ms).toISOString();

export function toText(value: Value): string {
  if (value === null) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : '';
  if (typeof value === 'boolean') return value ? '1' : '';
  if (isList(value)) return value.map(toText).join(', ');
  return isoText(value);
}

/** A number for arithmetic; blank counts as 0 and text that is no number is an error. */
export function toNumber(value: Value): number {
  if (value === null) return 0;
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (isList(value)) {
    if (value.length === 0) return 0;
    if (value.length === 1) return toNumber(value[0] ?? null);
    throw new FormulaError('a list is not a number');
  }
  if (typeof value === 'object') throw new FormulaError('a date is not a number');
  const text = value.trim();
  if (text === '') return 0;
  const number = Number(text);
  if (!Number.isFinite(number)) throw new FormulaError(`"${text}" is not a number`);
  return number;
}

export function toBoolean(value: Value): boolean {
  if (value === null) return false;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return value !== 0;
  if (typeof value === 'string') return value !== '';
  if (isList(value)) return value.some(toBoolean);
  return true;
}

/** A date from a date, from ISO text or from US text; null when blank. */
export function toDate(value: Value): DateValue | null {
  if (value === null || value === '') return null;
  if (isList(value)) return value.length === 0 ? null : toDate(value[0] ?? null);
  if (typeof value === 'object') return value;
  if (typeof value === 'string') {
    const ms = parseInstant(value, 'utc');
    if (ms !== null) return dateValue(ms, !value.includes(':'));
    const read = DateTime.fromFormat(value.trim(), 'M/d/yyyy', { zone: 'utc' });
    if (read.isValid) return dateValue(read.toMillis(), true);
  }
  throw new FormulaError(`"${toText(value)}" is not a date`);
}

const isBlank = (value: Value): boolean =>
  value === null || value === '' || (isList(value) && value.length === 0);

/**
 * Airtable's comparison: blank equals blank text, zero and false; a list compares as its text;
 * a date compares with text that reads as a date; text is case-sensitive.
 */
export function compare(left: Value, right: Value): number {
  if (isDate(left) || isDate(right)) return compareDates(left, right);
  const [a, b] = [plain(left), plain(right)];
  if (isBlank(a) && isBlank(b)) return 0;
  if (typeof a === 'number' || typeof b === 'number') {
    const [x, y] = [numberOrNaN(a), numberOrNaN(b)];
    if (Number.isNaN(x) || Number.isNaN(y)) return NaN;
    return x - y;
  }
  const [x, y] = [toText(a), toText(b)];
  return x === y ? 0 : x < y ? -1 : 1;
}

const plain = (value: Value): Value => {
  if (typeof value === 'boolean') return value ? 1 : 0;
  return isList(value) ? toText(value) : value;
};

/** Text never equals a number, even when it reads as one; blank counts as 0. */
const numberOrNaN = (value: Value): number => (typeof value === 'number' ? value : isBlank(value) ? 0 : NaN);

function compareDates(left: Value, right: Value): number {
  if (isBlank(left) || isBlank(right)) return isBlank(left) && isBlank(right) ? 0 : NaN;
  try {
    const [a, b] = [toDate(left), toDate(right)];
    return (a?.ms ?? NaN) - (b?.ms ?? NaN);
  } catch {
    return NaN;
  }
}
