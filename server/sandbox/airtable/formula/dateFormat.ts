import { DateTime } from 'luxon';
import type { DateValue } from './values.ts';

/** Airtable formats dates with moment's tokens; each has its luxon twin. */
const TWIN: Record<string, string> = {
  YYYY: 'yyyy',
  YY: 'yy',
  Q: 'q',
  MMMM: 'LLLL',
  MMM: 'LLL',
  MM: 'LL',
  M: 'L',
  DDDD: 'ooo',
  DDD: 'o',
  DD: 'dd',
  D: 'd',
  dddd: 'cccc',
  ddd: 'ccc',
  E: 'c',
  W: 'W',
  WW: 'WW',
  HH: 'HH',
  H: 'H',
  hh: 'hh',
  h: 'h',
  mm: 'mm',
  m: 'm',
  ss: 'ss',
  s: 's',
  SSS: 'SSS',
  A: 'a',
  a: 'a',
  Z: 'ZZ',
  ZZ: 'ZZZ',
  X: 'X',
  x: 'x',
};

/** Short names for whole formats. */
const SHORTHAND: Record<string, string> = {
  LLLL: 'dddd, MMMM D, YYYY h:mm A',
  LLL: 'MMMM D, YYYY h:mm A',
  LL: 'MMMM D, YYYY',
  LTS: 'h:mm:ss A',
  LT: 'h:mm A',
  L: 'MM/DD/YYYY',
  l: 'M/D/YYYY',
};

const TOKENS =
  /\[([^\]]*)\]|YYYY|YY|Q|MMMM|MMM|MM|M|DDDD|DDD|DD|Do|D|dddd|ddd|d|E|WW|W|HH|H|hh|h|mm|m|ss|s|SSS|A|a|ZZ|Z|X|x/g;

const expand = (format: string): string =>
  format.replace(/\[[^\]]*\]|LLLL|LLL|LL|LTS|LT|L|l/g, (short) => SHORTHAND[short] ?? short);

function ordinal(day: number): string {
  const tens = day % 100;
  const ending = tens >= 11 && tens <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][day % 10] ?? 'th');
  return `${day}${ending}`;
}

export function formatDate(date: DateValue, format: string): string {
  const at = DateTime.fromMillis(date.ms, { zone: date.zone, locale: 'en-US' });
  return expand(format).replace(TOKENS, (token: string, literal: string | undefined) => {
    if (literal !== undefined) return literal;
    if (token === 'Do') return ordinal(at.day);
    if (token === 'd') return String(at.weekday % 7);
    const shown = at.toFormat(TWIN[token] ?? token);
    return token === 'a' ? shown.toLowerCase() : shown;
  });
}

/** Reads a date by a format; null when the text does not follow it. */
export function parseByFormat(text: string, format: string): DateValue | null {
  const luxonFormat = expand(format).replace(TOKENS, (token: string, literal: string | undefined) =>
    literal !== undefined ? `'${literal}'` : token === 'Do' ? 'd' : (TWIN[token] ?? token),
  );
  const read = DateTime.fromFormat(text.trim(), luxonFormat, { zone: 'utc', locale: 'en-US' });
  if (!read.isValid) return null;
  return { ms: read.toMillis(), zone: 'utc', dateOnly: !/[Hh]/.test(luxonFormat) };
}
