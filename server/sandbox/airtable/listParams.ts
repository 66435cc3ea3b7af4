import { invalidRequest } from './errors.ts';
import { isObject } from './json.ts';
import { onlyKeys } from './operation.ts';
import { textZone } from './recordShape.ts';
import type { Shape } from './recordShape.ts';

export type SortKey = { field: string; direction: 'asc' | 'desc' };

export type ListParams = {
  pageSize: number;
  maxRecords: number | null;
  offset: string | null;
  view: string | null;
  sort: SortKey[] | null;
  filterByFormula: string | null;
  shape: Shape;
};

/** `method` and `limit` are no parameters of today's API, but the official client sends them. */
const LIST_KEYS = [
  'pageSize',
  'maxRecords',
  'offset',
  'view',
  'sort',
  'filterByFormula',
  'fields',
  'cellFormat',
  'timeZone',
  'userLocale',
  'returnFieldsByFieldId',
  'recordMetadata',
  'includeDateDependencyMetadata',
  'method',
  'limit',
];

/** Checks the parameters of a list, from a query string or a body; any fault is one 422. */
export function listParams(raw: Record<string, unknown>): ListParams {
  onlyKeys(Object.keys(raw), LIST_KEYS);
  const metadata = strings(raw['recordMetadata']) ?? [];
  if (metadata.some((name) => name !== 'commentCount')) throw invalidRequest();
  return {
    pageSize: whole(raw['pageSize'] ?? raw['limit'], 1, 100) ?? 100,
    maxRecords: whole(raw['maxRecords'], 1, Number.MAX_SAFE_INTEGER),
    offset: text(raw['offset']),
    view: text(raw['view']),
    sort: sortKeys(raw['sort']),
    filterByFormula: text(raw['filterByFormula']),
    shape: {
      byFieldId: flag(raw['returnFieldsByFieldId']),
      textZone: textZone(raw['cellFormat'], raw['timeZone'], raw['userLocale']),
      fields: strings(raw['fields']),
      commentCount: metadata.length > 0,
    },
  };
}

/** A missing parameter and one left blank are the same: the official client sends `offset=`. */
const isAbsent = (value: unknown): boolean => value === undefined || value === '' || value === null;

function text(value: unknown): string | null {
  if (isAbsent(value)) return null;
  if (typeof value !== 'string') throw invalidRequest();
  return value;
}

function whole(value: unknown, least: number, most: number): number | null {
  if (isAbsent(value)) return null;
  const number = typeof value === 'string' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isInteger(number) || number < least || number > most) {
    throw invalidRequest();
  }
  return number;
}

export function flag(value: unknown): boolean {
  if (isAbsent(value) || value === false || value === 'false' || value === '0') return false;
  if (value === true || value === 'true' || value === '1') return true;
  throw invalidRequest();
}

/** A list of texts; a query string spells it as keys `0`, `1`…, or as one text. */
function strings(value: unknown): string[] | null {
  if (isAbsent(value)) return null;
  const items = typeof value === 'string' ? [value] : isObject(value) ? Object.values(value) : value;
  if (!Array.isArray(items)) throw invalidRequest();
  return items.map((item: unknown) => {
    if (typeof item !== 'string') throw invalidRequest();
    return item;
  });
}

function sortKeys(value: unknown): SortKey[] | null {
  if (isAbsent(value)) return null;
  const items = isObject(value) ? Object.values(value) : value;
  if (!Array.isArray(items)) throw invalidRequest();
  return items.map((item: unknown) => {
    if (!isObject(item) || typeof item['field'] !== 'string') throw invalidRequest();
    onlyKeys(Object.keys(item), ['field', 'direction']);
    const direction = item['direction'] ?? 'asc';
    if (direction !== 'asc' && direction !== 'desc') throw invalidRequest();
    return { field: item['field'], direction };
  });
}

/** A query string with brackets as an object: `sort[0][field]=a` is `{sort: {0: {field: 'a'}}}`. */
export function queryObject(query: URLSearchParams): Record<string, unknown> {
  const whole: Record<string, unknown> = {};
  for (const [key, value] of query) {
    const [name = '', ...inner] = key.split('[').map((part) => part.replace(/\]$/, ''));
    let place: Record<string, unknown> = whole;
    let last = name;
    for (const part of inner) {
      const held = place[last];
      const next: Record<string, unknown> = isObject(held) ? held : {};
      place[last] = next;
      place = next;
      last = part === '' ? String(Object.keys(next).length) : part;
    }
    place[last] = value;
  }
  return whole;
}
