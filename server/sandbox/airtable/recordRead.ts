import type { Table } from './base.ts';
import * as refuse from './errors.ts';
import { flag, listParams, queryObject } from './listParams.ts';
import type { ListParams } from './listParams.ts';
import type { Row } from './model.ts';
import { baseOperation, jsonBody, onlyKeys, tableOf } from './operation.ts';
import type { BaseCall, Input } from './operation.ts';
import { filterRows, sortRows, viewRows } from './recordOrder.ts';
import { PLAIN_SHAPE, recordJson, shownFields, textZone } from './recordShape.ts';
import type { Shape } from './recordShape.ts';

const READ = { scopes: ['data.records:read'], level: 'read' } as const;

/** How long a list may pause between two pages before it must start again. */
const ITERATOR_LIFE_MS = 5 * 60_000;
const LONGEST_URL = 16_000;

/** A list under way: the ids it found at its first page, in order. */
type Iteration = { ids: readonly string[]; places: Map<string, number>; usedMs: number };

/** The lists under way in one world, forgotten when nobody asks for their next page. */
export class Iterations {
  readonly #held = new Map<string, Iteration>();

  start(id: string, ids: readonly string[], nowMs: number): Iteration {
    for (const [key, held] of this.#held) {
      if (nowMs - held.usedMs > ITERATOR_LIFE_MS) this.#held.delete(key);
    }
    const iteration: Iteration = { ids, places: new Map(), usedMs: nowMs };
    this.#held.set(id, iteration);
    return iteration;
  }

  resume(offset: string, nowMs: number): { id: string; iteration: Iteration; place: number } {
    const [, id = '', recordId = ''] = /^(itr\w{14})\/(rec\w{14})$/.exec(offset) ?? [];
    if (id === '') throw refuse.invalidOffset(offset);
    const iteration = this.#held.get(id);
    const place = iteration?.places.get(recordId);
    if (!iteration || place === undefined || nowMs - iteration.usedMs > ITERATOR_LIFE_MS)
      throw refuse.iteratorNotAvailable();
    iteration.usedMs = nowMs;
    return { id, iteration, place };
  }
}

export const listRecords = baseOperation({
  ...READ,
  kind: 'listRecords',
  parse({ request }: Input) {
    if (request.path.length + request.query.toString().length >= LONGEST_URL) throw refuse.tooLarge();
    return listParams(queryObject(request.query));
  },
  run: list,
});

/** The same list with its parameters in the body; time zone and locale may stay in the query. */
export const listRecordsByPost = baseOperation({
  ...READ,
  kind: 'listRecords',
  parse({ request }: Input) {
    const query = queryObject(request.query);
    onlyKeys(Object.keys(query), ['timeZone', 'userLocale']);
    return listParams({ ...query, ...jsonBody(request) });
  },
  run: list,
});

function list(call: BaseCall, params: ListParams): unknown {
  const table = tableOf(call);
  const fields = shownFields(table, params.shape);
  const { rows, offset } = page(call, table, params);
  const reader = call.world.reader(call.base, call.nowMs);
  const records = rows.map((row) => recordJson(reader, table, row, params.shape, fields));
  return offset === undefined ? { records } : { records, offset };
}

function page(call: BaseCall, table: Table, params: ListParams): { rows: Row[]; offset?: string } {
  const { world, nowMs } = call;
  const resumed = params.offset === null ? null : world.iterations.resume(params.offset, nowMs);
  const found = resumed ? resumed.iteration.ids : matchingIds(call, table, params);
  const rows: Row[] = [];
  let place = resumed?.place ?? 0;
  for (; place < found.length && rows.length < params.pageSize; place += 1) {
    const row = table.rows.get(found[place] ?? '');
    if (row) rows.push(row);
  }
  const next = found[place];
  if (next === undefined) return { rows };
  const id = resumed?.id ?? world.newId('itr');
  const iteration = resumed?.iteration ?? world.iterations.start(id, found, nowMs);
  iteration.places.set(next, place);
  return { rows, offset: `${id}/${next}` };
}

/** Every record that the list will go over, decided at its first page. */
function matchingIds(call: BaseCall, table: Table, params: ListParams): readonly string[] {
  const { base, nowMs } = call;
  const view = params.view === null ? undefined : table.view(params.view);
  if (params.view !== null && !view) throw refuse.viewNotFound(params.view);
  const sort = params.sort?.map(({ field: name, direction }) => {
    const field = table.field(name);
    if (!field) throw refuse.unknownFieldName(name);
    return { field, direction };
  });
  const most = params.maxRecords ?? undefined;
  const inView = view ? viewRows(base, table, view, nowMs) : null;
  if (!inView && params.filterByFormula === null && !sort) return table.idsInOrder().slice(0, most);
  let rows =
    params.filterByFormula === null
      ? (inView ?? table.idsInOrder().flatMap((id) => table.rows.get(id) ?? []))
      : filterRows(base, table, params.filterByFormula, nowMs, inView);
  if (sort) rows = sortRows(base, table, rows, sort, nowMs);
  return rows.slice(0, most).map((row) => row.id);
}

export const getRecord = baseOperation({
  ...READ,
  kind: 'getRecord',
  parse({ request }: Input): Shape {
    const query = queryObject(request.query);
    onlyKeys(Object.keys(query), ['cellFormat', 'timeZone', 'userLocale', 'returnFieldsByFieldId']);
    return {
      ...PLAIN_SHAPE,
      byFieldId: flag(query['returnFieldsByFieldId']),
      textZone: textZone(query['cellFormat'], query['timeZone'], query['userLocale']),
    };
  },
  run(call, shape) {
    const recordId = call.params['record'] ?? '';
    const named = tableOf(call);
    const own = named.rows.get(recordId);
    // An id of another table of the base is found all the same.
    const found = own ? { table: named, row: own } : call.base.row(recordId);
    if (!found) throw call.world.missingRecord === 404 ? refuse.notFound() : refuse.modelNotFound();
    return recordJson(call.world.reader(call.base, call.nowMs), found.table, found.row, shape);
  },
});
