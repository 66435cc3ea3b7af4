import type { PlainDate } from '../../../../shared/dates.ts';

const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
);

/** `October 2026`. */
export function monthInWords(day: PlainDate): string {
  return `${MONTHS[Number(day.slice(5, 7)) - 1] ?? ''} ${day.slice(0, 4)}`;
}

/** `October 9, 2026`. */
export function dayInWords(day: PlainDate): string {
  return `${MONTHS[Number(day.slice(5, 7)) - 1] ?? ''} ${Number(day.slice(8))}, ${day.slice(0, 4)}`;
}
