import type { Instant } from './dates.ts';

/** `Nov 29, 1:28 AM EST`; the reader's own time zone where none is given. */
export function momentInWords(instant: Instant, timeZone?: string): string {
  const wanted: Intl.DateTimeFormatOptions = {
    ...{ month: 'short', day: 'numeric', hour: 'numeric', minute: '2-digit', timeZoneName: 'short' },
    ...(timeZone === undefined ? {} : { timeZone }),
  };
  // Intl puts a narrow space before AM, which some terminals cannot show.
  return new Date(instant).toLocaleString('en-US', wanted).replaceAll('\u202f', ' ');
}

const INSTANT = /\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z/g;
const DAY = /\b\d{4}-\d{2}-\d{2}\b/g;

/**
 * The server's sentences name moments in UTC and days as ISO writes them, since it knows no reader's time zone and
 * language: whoever shows them does.
 */
export function timesInWords(text: string, timeZone?: string): string {
  return text
    .replace(INSTANT, (instant) => momentInWords(instant, timeZone))
    .replace(DAY, (day) => dayInWords(day) ?? day);
}

/** `Nov 29, 2026`; null for what only looks like a day. */
function dayInWords(day: string): string | null {
  const date = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(date.getTime())) return null;
  return date.toLocaleDateString('en-US', { dateStyle: 'medium', timeZone: 'UTC' });
}
