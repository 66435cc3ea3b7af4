import type { AirtablePayload } from '../airtable/webhook.ts';

/** What Airtable gives at most. */
const LARGEST_PAGE = 50;

/** Nothing is known yet of how much a payload holds. */
export const FIRST_PAGE = 10;

/** Some four megabytes of JSON. */
const ITEMS_A_PAGE = 60_000;

/**
 * How many payloads to ask for next. A row that thousands link to comes with all of them, twice, each time that one is
 * added: fifty such payloads can be larger than any answer that we take.
 * @param asked how many were asked for, @param payloads what came.
 */
export function nextPageSize(asked: number, payloads: readonly AirtablePayload[]): number {
  const items = payloads.reduce((sum, { tables }) => sum + itemsIn(tables), 0);
  const fitting = items === 0 ? LARGEST_PAGE : Math.floor((ITEMS_A_PAGE * payloads.length) / items);
  return Math.max(1, Math.min(fitting, asked * 2, LARGEST_PAGE));
}

/** Values, and every item of a list by itself. */
function itemsIn(tables: AirtablePayload['tables']): number {
  const cells = tables.flatMap(({ created, changed }) => [
    ...created.map(({ current }) => current),
    ...changed.flatMap(({ current, previous }) => [current, previous ?? {}]),
  ]);
  const sizes = cells.flatMap((values) =>
    Object.values(values).map((value) => (Array.isArray(value) ? value.length : 1)),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
