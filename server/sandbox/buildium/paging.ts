import { refuse, type Answer } from './answers.ts';

const DEFAULT_LIMIT = 50;
const LARGEST_LIMIT = 1000;
const LONGEST_QUERY = 4096;

const PAGING_NAMES = ['limit', 'offset', 'orderby'];

/** Buildium answers 404 to `Limit`, and 500 to a query of more than 4,096 characters. */
export function checkQueryText(queryText: string, query: URLSearchParams): Answer | null {
  if (queryText.length > LONGEST_QUERY) return refuse(500, 'An unexpected error occurred.');
  for (const name of query.keys())
    if (!PAGING_NAMES.includes(name) && PAGING_NAMES.includes(name.toLowerCase()))
      return refuse(404, `The resource could not be found: '${name}' is case-sensitive.`);
  return null;
}

/** One page of the rows as a bare array, the total in `X-Total-Count`. */
export function page<Row extends object>(
  query: URLSearchParams,
  rows: readonly Row[],
  message: (row: Row) => unknown,
): Answer {
  const limit = wholeNumber(query, 'limit', DEFAULT_LIMIT);
  const offset = wholeNumber(query, 'offset', 0);
  if (limit === null || limit < 1 || offset === null)
    return refuse(400, 'The limit and offset must be whole numbers, the limit at least 1.');
  const sorted = sortRows(query.get('orderby'), rows, message);
  if (sorted === null)
    return refuse(400, `The orderby value '${query.get('orderby')}' names a field that cannot be sorted by.`);
  const slice = sorted.slice(offset, offset + Math.min(limit, LARGEST_LIMIT));
  return { status: 200, body: slice.map(message), headers: { 'X-Total-Count': String(rows.length) } };
}

function wholeNumber(query: URLSearchParams, name: string, absent: number): number | null {
  const text = query.get(name);
  if (text === null) return absent;
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}

/** `orderby=Name desc,Id` on fields of the answer; null when a field does not exist there. */
function sortRows<Row extends object>(
  orderBy: string | null,
  rows: readonly Row[],
  message: (row: Row) => unknown,
): readonly Row[] | null {
  if (!orderBy) return rows;
  // Every client sorts by Id, and building ten thousand answers to read their Id would be most of the work.
  const sortValue = (row: Row, field: string): unknown =>
    field === 'Id' && 'id' in row ? row.id : (message(row) as Record<string, unknown>)[field];
  const keys = orderBy.split(',').map((part) => {
    const [field = '', direction = 'asc'] = part.trim().split(/\s+/);
    return { field, sign: direction.toLowerCase() === 'desc' ? -1 : 1 };
  });
  const valued = rows.map((row) => ({ row, values: keys.map((key) => sortValue(row, key.field)) }));
  if (valued.some(({ values }) => values.some((value) => value === undefined))) return null;
  valued.sort((a, b) => {
    for (const [index, key] of keys.entries()) {
      const order = compare(a.values[index], b.values[index]);
      if (order !== 0) return order * key.sign;
    }
    return 0;
  });
  return valued.map(({ row }) => row);
}

function compare(a: unknown, b: unknown): number {
  if (a === b) return 0;
  if (a === null) return -1;
  if (b === null) return 1;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [left, right] = [JSON.stringify(a), JSON.stringify(b)];
  return left === right ? 0 : left < right ? -1 : 1;
}
