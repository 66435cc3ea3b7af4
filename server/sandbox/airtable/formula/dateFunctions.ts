import { DateTime } from 'luxon';
import type { DurationUnit } from 'luxon';
import type { FormulaFunction } from './compile.ts';
import { formatDate, parseByFormat } from './dateFormat.ts';
import { dateValue, FormulaError, isoText, toDate, toNumber, toText } from './values.ts';
import type { DateValue, Value } from './values.ts';

type Argument = (() => Value) | undefined;

const UNITS: Record<string, DurationUnit> = {
  ms: 'milliseconds',
  millisecond: 'milliseconds',
  s: 'seconds',
  second: 'seconds',
  m: 'minutes',
  minute: 'minutes',
  h: 'hours',
  hour: 'hours',
  d: 'days',
  day: 'days',
  w: 'weeks',
  week: 'weeks',
  M: 'months',
  month: 'months',
  Q: 'quarters',
  quarter: 'quarters',
  y: 'years',
  year: 'years',
};

function unit(arg: Argument, otherwise: string): DurationUnit {
  const name = arg ? toText(arg()) : otherwise;
  const found = UNITS[name] ?? UNITS[name.toLowerCase().replace(/s$/, '')];
  if (!found) throw new FormulaError(`"${name}" is not a unit of time`);
  return found;
}

function date(arg: Argument): DateValue {
  const value = toDate(arg?.() ?? null);
  if (!value) throw new FormulaError('a date is missing');
  return value;
}

const at = (value: DateValue): DateTime => DateTime.fromMillis(value.ms, { zone: value.zone });
const part =
  (read: (instant: DateTime) => number): FormulaFunction =>
  ([subject]) => {
    const value = toDate(subject?.() ?? null);
    return value ? read(at(value)) : null;
  };

/** Two dates compared at a unit; a blank date is neither before nor after nor the same. */
const compared =
  (test: (left: number, right: number) => boolean): FormulaFunction =>
  ([left, right, precision]) => {
    const [a, b] = [toDate(left?.() ?? null), toDate(right?.() ?? null)];
    if (!a || !b) return false;
    if (!precision) return test(a.ms, b.ms);
    const start = (value: DateValue): number =>
      at(value)
        .startOf(unit(precision, 'ms') as 'day')
        .toMillis();
    return test(start(a), start(b));
  };

function isWorkday(day: DateTime, holidays: ReadonlySet<string>): boolean {
  return day.weekday <= 5 && !holidays.has(day.toISODate() ?? '');
}
const holidaySet = (arg: Argument): ReadonlySet<string> => new Set(arg ? toText(arg()).split(/\s*,\s*/) : []);

export const dateFunctions: Record<string, FormulaFunction> = {
  NOW: (_args, scope) => dateValue(scope.nowMs),
  TODAY: (_args, scope) => dateValue(Math.floor(scope.nowMs / 86_400_000) * 86_400_000, true),
  YEAR: part((instant) => instant.year),
  MONTH: part((instant) => instant.month),
  DAY: part((instant) => instant.day),
  HOUR: part((instant) => instant.hour),
  MINUTE: part((instant) => instant.minute),
  SECOND: part((instant) => instant.second),
  WEEKDAY: part((instant) => instant.weekday % 7),
  WEEKNUM: part((instant) => instant.plus({ days: 1 }).weekNumber),
  IS_BEFORE: compared((left, right) => left < right),
  IS_AFTER: compared((left, right) => left > right),
  IS_SAME: compared((left, right) => left === right),
  DATEADD: ([subject, count, by]) => {
    const value = date(subject);
    const moved = at(value).plus({ [unit(by, 'd')]: count ? toNumber(count()) : 0 });
    return { ...value, ms: moved.toMillis() };
  },
  DATETIME_DIFF: ([left, right, by]) => {
    const [a, b] = [date(left), date(right)];
    const measure = unit(by, 's');
    return (
      Math.trunc(
        at(a)
          .diff(at({ ...b, zone: a.zone }), measure)
          .as(measure),
      ) + 0
    );
  },
  DATETIME_FORMAT: ([subject, format]) => {
    const value = toDate(subject?.() ?? null);
    if (!value) return null;
    return format ? formatDate(value, toText(format())) : new Date(value.ms).toISOString();
  },
  DATETIME_PARSE: ([subject, format]) => {
    const text = toText(subject?.() ?? null);
    if (text === '') return null;
    const value = format ? parseByFormat(text, toText(format())) : toDate(text);
    if (!value) throw new FormulaError(`"${text}" is not a date`);
    return value;
  },
  SET_TIMEZONE: ([subject, zone]) => ({ ...date(subject), zone: zone ? toText(zone()) : 'utc' }),
  SET_LOCALE: ([subject]) => date(subject),
  DATESTR: ([subject]) => isoText({ ...date(subject), dateOnly: true }),
  TIMESTR: ([subject]) => formatDate(date(subject), 'HH:mm:ss'),
  WORKDAY: ([subject, count, holidays]) => {
    const value = date(subject);
    const off = holidaySet(holidays);
    const wanted = count ? toNumber(count()) : 0;
    let day = at(value);
    for (let left = Math.abs(wanted); left > 0; ) {
      day = day.plus({ days: Math.sign(wanted) });
      if (isWorkday(day, off)) left -= 1;
    }
    return { ...value, ms: day.toMillis() };
  },
  WORKDAY_DIFF: ([left, right, holidays]) => {
    const [from, to] = [at(date(left)), at(date(right))];
    const off = holidaySet(holidays);
    let days = 0;
    for (let day = from; day <= to; day = day.plus({ days: 1 })) if (isWorkday(day, off)) days += 1;
    return days;
  },
};
