import pg from 'pg';
import type { CustomTypesConfig } from 'pg';

type Parse = (text: string) => unknown;

const TEXT_ARRAY = 1009;

/**
 * What our queries read from a column, kept to this pool: the driver's registry is global, and pg-boss
 * reads through it. JSON stays parsed, numeric stays text (it may hold more than a number can).
 */
const PARSERS: Record<number, Parse> = {
  20: bigintColumn,
  1082: asText,
  1114: asText,
  1184: instantColumn,
  1016: arrayOf(bigintColumn),
  1182: arrayOf(asText),
  1115: arrayOf(asText),
  1185: arrayOf(instantColumn),
  1231: arrayOf(asText),
};

export const typesForOurQueries: CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    (format === 'binary' ? undefined : PARSERS[oid]) ??
    (pg.types.getTypeParser as (oid: number, format?: string) => Parse)(
      oid,
      format,
    )) as CustomTypesConfig['getTypeParser'],
};

function asText(text: string): string {
  return text;
}

/** Cents and counts fit a number; what does not must not be rounded behind our back. */
function bigintColumn(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) {
    throw new RangeError(`The bigint ${text} is too large for a number: select it as text (column::text).`);
  }
  return value;
}

/** `2026-11-22 18:59:00.123456+00` to `2026-11-22T18:59:00.123Z`; `infinity` stays as it is. */
function instantColumn(text: string): string {
  const iso = text.replace(' ', 'T').replace(/([+-]\d{2})$/, '$1:00');
  const ms = Date.parse(iso);
  return Number.isNaN(ms) ? text : new Date(ms).toISOString();
}

function arrayOf(parseItem: Parse): Parse {
  const textArray = (pg.types.getTypeParser as (oid: number) => unknown)(TEXT_ARRAY) as (
    text: string,
  ) => (string | null)[];
  return (text) => textArray(text).map((item) => (item === null ? null : parseItem(item)));
}
