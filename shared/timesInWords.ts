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

/** The server's sentences name moments in UTC, since it knows no reader's time zone: whoever shows them does. */
export function timesInWords(text: string, timeZone?: string): string {
  return text.replace(INSTANT, (instant) => momentInWords(instant, timeZone));
}
