import { DateTime } from 'luxon';

const ISO =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s?(Z|[+-]\d{2}:?\d{2})?)?$/i;

const two = (value: number): string => String(value).padStart(2, '0');

/** A `YYYY-MM-DD` when the calendar has that day. */
export function plainDate(year: number, month: number, day: number): string | null {
  const at = new Date(Date.UTC(year, month - 1, day));
  if (year < 1 || at.getUTCMonth() !== month - 1 || at.getUTCDate() !== day) return null;
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
}

/** Fields with `client` time show the reader's zone; the API reads and writes those in UTC. */
export const zoneOf = (timeZone: string | undefined): string =>
  timeZone === undefined || timeZone === 'client' || timeZone === 'utc' ? 'utc' : timeZone;

/** The instant of a wall-clock time in a zone. */
export function inZone(parts: readonly number[], zone: string): number {
  const [year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0, millisecond = 0] = parts;
  if (zone === 'utc') return Date.UTC(year, month - 1, day, hour, minute, second, millisecond);
  return DateTime.fromObject({ year, month, day, hour, minute, second, millisecond }, { zone }).toMillis();
}

function offsetMs(zone: string): number {
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(zone) ?? [];
  const ms = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return sign === '-' ? -ms : ms;
}

/** Reads ISO 8601; a time without a zone is read in `zone`, as Airtable does with the field's zone. */
export function parseInstant(text: string, zone: string): number | null {
  const match = ISO.exec(text.trim());
  if (!match) return null;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '0', offset] = match;
  if (!plainDate(Number(year), Number(month), Number(day))) return null;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  const millisecond = Number(fraction.padEnd(3, '0').slice(0, 3));
  const parts = [year, month, day, hour, minute, second].map(Number).concat(millisecond);
  if (offset === undefined) return inZone(parts, zone);
  return inZone(parts, 'utc') - (offset.toUpperCase() === 'Z' ? 0 : offsetMs(offset));
}

/** The day of an ISO date or instant; an instant counts by its day in UTC. */
export function parseDay(text: string): string | null {
  const ms = parseInstant(text, 'utc');
  return ms === null ? null : new Date(ms).toISOString().slice(0, 10);
}

/** Dates as people type them: ISO, `3/14/2026`, `14/3/2026` (European fields), `March 14, 2026`. */
export function parseTypedDate(text: string, dayFirst: boolean): string | null {
  const iso = parseDay(text);
  if (iso) return iso;
  const slashed = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{2}|\d{4})\b/.exec(text.trim());
  if (slashed) {
    const [, first, second, year = ''] = slashed;
    const fullYear = year.length === 2 ? 2000 + Number(year) : Number(year);
    const [month, day] = dayFirst ? [second, first] : [first, second];
    return plainDate(fullYear, Number(month), Number(day));
  }
  for (const format of ['LLLL d, yyyy', 'LLL d, yyyy', 'd LLLL yyyy', 'd LLL yyyy']) {
    const read = DateTime.fromFormat(text.trim(), format, { zone: 'utc', locale: 'en-US' });
    if (read.isValid) return plainDate(read.year, read.month, read.day);
  }
  return null;
}

export const isTimeZone = (zone: string): boolean => DateTime.utc().setZone(zone).isValid;
