import { ok } from '../../shared/result.ts';
import { refuse, type Answer, type CallAirtable, type CallOptions } from './call.ts';
import { fieldIsOneOf, fieldReadsAs, recordIsOneOf } from './formula.ts';
import { recordsSchema, type AirtableRecord } from './wire.ts';

export type RecordQuery = {
  /** Every field that the caller needs, by id: a deleted one is then an error and not a blank. */
  fieldIds: readonly string[];
  formula?: string;
  pageSize?: number;
  /** No more rows than these. */
  maxRecords?: number;
  sort?: readonly { fieldId: string; direction: 'asc' | 'desc' }[];
  /**
   * Takes each page as it comes; the list at the end is then empty, so that 50,000 rows never stand in memory at
   * once. A page index of 0 a second time means that Airtable's cursor expired and the reading began again.
   */
  onPage?: (records: AirtableRecord[], pageIndex: number) => void | Promise<void>;
};

/** The largest page, and as many ids as a formula is asked for at once. */
const PAGE_SIZE = 100;

const CURSOR_EXPIRED = 'LIST_RECORDS_ITERATOR_NOT_AVAILABLE';

export type RecordReads = ReturnType<typeof recordReads>;

export function recordReads(call: CallAirtable, baseId: string) {
  const pathOf = (tableId: string): string => `/v0/${baseId}/${encodeURIComponent(tableId)}/listRecords`;

  async function readAll(
    tableId: string,
    query: RecordQuery,
    options?: CallOptions,
  ): Answer<AirtableRecord[]> {
    const records: AirtableRecord[] = [];
    let offset: string | undefined;
    for (let index = 0; ; index += 1) {
      const page = await call({
        method: 'POST',
        path: pathOf(tableId),
        // A POST, because a formula with a hundred values is longer than an address may be.
        body: { ...bodyOf(query), ...(offset === undefined ? {} : { offset }) },
        schema: recordsSchema,
        kind: 'records.list',
        isRead: true,
        options,
      });
      if (!page.ok) return page;
      if (query.onPage) await query.onPage(page.value.records, index);
      else records.push(...page.value.records);
      offset = page.value.offset;
      if (offset === undefined) return ok(records);
    }
  }

  async function listRecords(
    tableId: string,
    query: RecordQuery,
    options?: CallOptions,
  ): Answer<AirtableRecord[]> {
    const first = await readAll(tableId, query, options);
    return !first.ok && first.error.type === CURSOR_EXPIRED ? readAll(tableId, query, options) : first;
  }

  /** One request for each hundred values, one after the other: the rate limit would space them anyway. */
  async function readByHundreds<V>(
    tableId: string,
    values: readonly V[],
    fieldIds: readonly string[],
    formulaOf: (some: readonly V[]) => string,
    options?: CallOptions,
  ): Answer<AirtableRecord[]> {
    const distinct = [...new Set(values)];
    const records: AirtableRecord[] = [];
    for (let from = 0; from < distinct.length; from += PAGE_SIZE) {
      const formula = formulaOf(distinct.slice(from, from + PAGE_SIZE));
      const some = await listRecords(tableId, { fieldIds, formula }, options);
      if (!some.ok) return some;
      records.push(...some.value);
    }
    return ok(records);
  }

  return {
    listRecords,
    recordsById: async (
      tableId: string,
      recordIds: readonly string[],
      fieldIds: readonly string[],
      options?: CallOptions,
    ): Answer<AirtableRecord[]> => {
      const wrong = recordIds.find((id) => !/^rec\w+$/.test(id));
      if (wrong !== undefined) return refuse(readOf(tableId), `"${wrong}" is no record id`);
      return readByHundreds(tableId, recordIds, fieldIds, recordIsOneOf, options);
    },
    recordsByFieldValue: async (
      tableId: string,
      fieldId: string,
      values: readonly (string | number)[],
      fieldIds: readonly string[],
      options?: CallOptions,
    ): Answer<AirtableRecord[]> => {
      // Every row with an empty cell would match.
      if (values.includes('')) return refuse(readOf(tableId), 'an empty value cannot be looked up');
      return readByHundreds(tableId, values, fieldIds, (some) => fieldIsOneOf(fieldId, some), options);
    },
    recordsReadingAs: async (
      tableId: string,
      fieldId: string,
      texts: readonly string[],
      fieldIds: readonly string[],
      options?: CallOptions,
    ): Answer<AirtableRecord[]> => {
      if (texts.some((text) => text.trim() === ''))
        return refuse(readOf(tableId), 'an empty text cannot be looked up');
      return readByHundreds(tableId, texts, fieldIds, (some) => fieldReadsAs(fieldId, some), options);
    },
  };

  function readOf(tableId: string) {
    return { method: 'POST', path: pathOf(tableId), isRead: true } as const;
  }
}

function bodyOf({ fieldIds, formula, pageSize = PAGE_SIZE, maxRecords, sort }: RecordQuery): object {
  return {
    fields: fieldIds,
    returnFieldsByFieldId: true,
    pageSize,
    ...(maxRecords === undefined ? {} : { maxRecords }),
    ...(formula === undefined ? {} : { filterByFormula: formula }),
    ...(sort ? { sort: sort.map(({ fieldId, direction }) => ({ field: fieldId, direction })) } : {}),
  };
}
