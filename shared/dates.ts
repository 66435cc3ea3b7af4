/** A calendar day without time or zone, `YYYY-MM-DD`. Compares as text. */
export type PlainDate = string;

/** A moment in UTC, ISO 8601 with milliseconds and `Z`. Compares as text. */
export type Instant = string;

/** Both ends included. */
export type Period = { from: PlainDate; to: PlainDate };

const PLAIN_DATE = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;

/** Airtable's date cells and Buildium's ledgers both stop making sense before this day. */
const EARLIEST_DATE: PlainDate = '1900-01-01';

const UTC_INSTANT = /^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?Z$/;

const DAY_MS = 86_400_000;

/** Whether the text is a real calendar day from 1900 on (`2023-02-29` is not). */
export function isPlainDate(text: string): boolean {
  if (!PLAIN_DATE.test(text) || text < EARLIEST_DATE) return false;
  const day = Number(text.slice(8));
  return day <= 28 || day <= daysInMonth(Number(text.slice(0, 4)), Number(text.slice(5, 7)));
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
  if (UTC_INSTANT.test(text) && isPlainDate(text.slice(0, 10))) {
    return `${text.slice(0, 19)}.${text.slice(20, -1).padEnd(3, '0').slice(0, 3)}Z`;
  }
  const ms = Date.parse(/[zZ]|[+-]\d{2}:?\d{2}$/.test(text) ? text : `${text}Z`);
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}
