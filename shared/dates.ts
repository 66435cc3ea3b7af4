/** A calendar day without time or zone, `YYYY-MM-DD`. Compares as text. */
export type PlainDate = string;

/** A moment in UTC, ISO 8601 with milliseconds and `Z`. Compares as text. */
export type Instant = string;

/** Both ends included. */
export type Period = { from: PlainDate; to: PlainDate };

/** Airtable's date cells and Buildium's ledgers both stop making sense before this year. */
const EARLIEST_YEAR = 1900;

/** `2026-11-28T09:15:27.123Z` */
const MILLISECONDS_LENGTH = 24;

const DAY_MS = 86_400_000;

const DIGIT_ZERO = 48;
const HYPHEN = 45;

/** Whether the text is a real calendar day from 1900 on (`2023-02-29` is not). */
export function isPlainDate(text: string): boolean {
  return text.length === 10 && startsWithDate(text);
}

/** Digit by digit: every row of a sync holds several dates, and a regular expression would take most of their time. */
function startsWithDate(text: string): boolean {
  if (text.charCodeAt(4) !== HYPHEN || text.charCodeAt(7) !== HYPHEN) return false;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 7);
  const day = digits(text, 8, 10);
  if (!(year >= EARLIEST_YEAR && month >= 1 && month <= 12 && day >= 1)) return false;
  return day <= 28 || day <= daysInMonth(year, month);
}

/** The number that the characters stand for; NaN when one of them is no digit. */
function digits(text: string, from: number, to: number): number {
  let number = 0;
  for (let at = from; at < to; at += 1) {
    const digit = text.charCodeAt(at) - DIGIT_ZERO;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    number = number * 10 + digit;
  }
  return number;
}

function daysInMonth(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

export function addDays(date: PlainDate, days: number): PlainDate {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** Whole months later, on the last day of the month where the day does not exist there. */
export function addMonths(date: PlainDate, months: number): PlainDate {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number);
  const monthIndex = year * 12 + (month - 1) + months;
  const lastDay = new Date(Date.UTC(Math.floor(monthIndex / 12), (monthIndex % 12) + 1, 0)).getUTCDate();
  const target = Date.UTC(Math.floor(monthIndex / 12), monthIndex % 12, Math.min(day, lastDay));
  return new Date(target).toISOString().slice(0, 10);
}

/** Days from one date to the other; negative when the second lies before the first. */
export function daysBetween(from: PlainDate, to: PlainDate): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS);
}

export function firstDayOfMonth(date: PlainDate): PlainDate {
  return `${date.slice(0, 7)}-01`;
}

export function lastDayOfMonth(date: PlainDate): PlainDate {
  return addDays(addMonths(firstDayOfMonth(date), 1), -1);
}

/**
 * Cuts a period into consecutive windows of at most `days` days.
 * Buildium answers 422 to any date range over 365 days.
 */
export function splitPeriod(period: Period, days: number): Period[] {
  const windows: Period[] = [];
  for (let from = period.from; from <= period.to; from = addDays(from, days)) {
    const to = addDays(from, days - 1);
    windows.push({ from, to: to < period.to ? to : period.to });
  }
  return windows;
}

/** The calendar day of an instant in UTC. */
export function dateOf(instant: Instant): PlainDate {
  return instant.slice(0, 10);
}

export function instantFromMs(ms: number): Instant {
  return new Date(ms).toISOString();
}

/**
 * Buildium sends seven fraction digits and sometimes none, Airtable three: both become three.
 * @returns null when the text is no date-time.
 */
export function parseInstant(text: string): Instant | null {
  // What both APIs nearly always send needs no detour over a Date, which a sync of many thousand rows would feel.
  if (startsWithDate(text) && text[10] === 'T' && isUtcTime(text)) {
    if (text.length === MILLISECONDS_LENGTH) return text;
    if (text.length > MILLISECONDS_LENGTH) return `${text.slice(0, MILLISECONDS_LENGTH - 1)}Z`;
    return `${text.slice(0, 19)}.${text.slice(20, -1).padEnd(3, '0')}Z`;
  }
  const ms = Date.parse(/[zZ]|[+-]\d{2}:?\d{2}$/.test(text) ? text : `${text}Z`);
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}

/** `HH:MM:SS` from the twelfth character on, with or without a fraction, and `Z`. */
function isUtcTime(text: string): boolean {
  const last = text.length - 1;
  if (text[13] !== ':' || text[16] !== ':' || text[last] !== 'Z') return false;
  if (!(digits(text, 11, 13) <= 23 && digits(text, 14, 16) <= 59 && digits(text, 17, 19) <= 59)) return false;
  return last === 19 || (text[19] === '.' && last > 20 && digits(text, 20, last) >= 0);
}
