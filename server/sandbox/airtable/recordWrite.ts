import type { Table } from './base.ts';
import { writeCell } from './cellInput.ts';
import * as refuse from './errors.ts';
import { isId } from './ids.ts';
import { isObject } from './json.ts';
import { deleteRow, setLinks } from './links.ts';
import { queryObject } from './listParams.ts';
import { isComputedType } from './model.ts';
import type { Row } from './model.ts';
import { baseOperation, jsonBody, onlyKeys, tableOf } from './operation.ts';
import type { BaseCall, Input } from './operation.ts';
import { PLAIN_SHAPE, recordJson } from './recordShape.ts';
import { newRow } from './rows.ts';
import type { Transaction } from './transaction.ts';
import { matchUpsert, readUpsert } from './upsert.ts';
import type { Upsert } from './upsert.ts';

const WRITE = { scopes: ['data.records:write'], level: 'edit' } as const;
const MOST_RECORDS = 10;

type Fields = Record<string, unknown>;
type WriteOptions = { typecast: boolean; byFieldId: boolean };
type Given = { id: string | null; fields: Fields };

function writeOptions(body: Record<string, unknown>): WriteOptions {
  const { typecast = false, returnFieldsByFieldId = false } = body;
  if (typeof typecast !== 'boolean' || typeof returnFieldsByFieldId !== 'boolean')
    throw refuse.invalidRequest();
  return { typecast, byFieldId: returnFieldsByFieldId };
}

/** `records` of a batch: one to ten objects with nothing but these keys. */
function givenRecords(records: unknown, verb: 'create' | 'update', needsId: boolean): Given[] {
  if (!Array.isArray(records) || records.length === 0 || records.length > MOST_RECORDS)
    throw refuse.invalidRecords(verb);
  return records.map((record: unknown) => {
    if (!isObject(record) || !isObject(record['fields'])) throw refuse.invalidRecords(verb);
    const { id, fields, ...rest } = record;
    const idIsFine =
      verb === 'create' ? id === undefined : typeof id === 'string' || (id === undefined && !needsId);
    if (Object.keys(rest).length > 0 || !idIsFine) throw refuse.invalidRecords(verb);
    return { id: typeof id === 'string' ? id : null, fields: fields };
  });
}

/** Writes the given cells; the field is named by name or id, and an unknown one refuses the request. */
export function writeFields(
  tx: Transaction,
  table: Table,
  row: Row,
  fields: Fields,
  typecast: boolean,
): void {
  for (const [name, value] of Object.entries(fields)) {
    const field = table.field(name);
    if (!field) throw refuse.unknownFieldName(name);
    writeCell(tx, table, row, field, value, typecast);
  }
}

/** Empties every writable cell that is not named: what PUT does. */
function clearOthers(tx: Transaction, table: Table, row: Row, fields: Fields): void {
  for (const field of table.fields) {
    if (field.name in fields || field.id in fields || isComputedType(field.type)) continue;
    if (field.type === 'multipleRecordLinks') setLinks(tx, table, row, field, []);
    else tx.setCell(table, row, field, undefined);
  }
}

function shown(call: BaseCall, table: Table, row: Row, options: WriteOptions): Record<string, unknown> {
  const shape = { ...PLAIN_SHAPE, byFieldId: options.byFieldId };
  return recordJson(call.world.reader(call.base, call.nowMs), table, row, shape);
}

export const createRecords = baseOperation({
  ...WRITE,
  kind: 'createRecords',
  parse({ request }: Input) {
    const body = jsonBody(request);
    onlyKeys(Object.keys(body), ['records', 'fields', 'typecast', 'returnFieldsByFieldId']);
    const options = writeOptions(body);
    if (body['records'] !== undefined)
      return { options, many: givenRecords(body['records'], 'create', false), one: null };
    if (!isObject(body['fields'])) throw refuse.missingFields();
    return { options, many: null, one: body['fields'] };
  },
  run(call, { options, many, one }) {
    const table = tableOf(call);
    const rows = call.world.transact(call.base, call.actor, call.nowMs, (tx) =>
      (many ?? [{ fields: one ?? {} }]).map(({ fields }) => {
        const row = newRow(tx, table);
        writeFields(tx, table, row, fields, options.typecast);
        return row;
      }),
    );
    const records = rows.map((row) => shown(call, table, row, options));
    return many ? { records } : records[0];
  },
});

/** PATCH (merge) or PUT (replace) of up to ten records, by id or by the fields to merge on. */
const updateMany = (replace: boolean) =>
  baseOperation({
    ...WRITE,
    kind: ({ upsert }: { upsert: Upsert | null }) =>
      upsert ? 'upsertRecords' : replace ? 'replaceRecords' : 'updateRecords',
    parse({ request }: Input) {
      const body = jsonBody(request);
      onlyKeys(Object.keys(body), ['records', 'typecast', 'returnFieldsByFieldId', 'performUpsert']);
      const upsert = body['performUpsert'] === undefined ? null : readUpsert(body['performUpsert']);
      const records = givenRecords(body['records'], 'update', upsert === null);
      return { options: writeOptions(body), upsert, records };
    },
    run(call, { options, upsert, records }) {
      const table = tableOf(call);
      const created: string[] = [];
      const rows = call.world.transact(call.base, call.actor, call.nowMs, (tx) => {
        const matches = upsert
          ? matchUpsert(tx, table, upsert, records, options.typecast)
          : records.map(({ id }) => existingRow(table, id ?? ''));
        return records.map(({ fields }, place) => {
          const match = matches[place] ?? null;
          const row = match ?? newRow(tx, table);
          if (!match) created.push(row.id);
          writeFields(tx, table, row, fields, options.typecast);
          if (replace && match) clearOthers(tx, table, row, fields);
          return row;
        });
      });
      const answer = { records: rows.map((row) => shown(call, table, row, options)) };
      if (!upsert) return answer;
      const updatedRecords = rows.map((row) => row.id).filter((id) => !created.includes(id));
      return { ...answer, createdRecords: created, updatedRecords };
    },
  });

export const updateRecords = updateMany(false);
export const replaceRecords = updateMany(true);

const updateOne = (replace: boolean) =>
  baseOperation({
    ...WRITE,
    kind: replace ? 'replaceRecords' : 'updateRecords',
    parse({ request }: Input) {
      const body = jsonBody(request);
      onlyKeys(Object.keys(body), ['fields', 'typecast', 'returnFieldsByFieldId']);
      if (!isObject(body['fields'])) throw refuse.missingFields();
      return { options: writeOptions(body), fields: body['fields'] };
    },
    run(call, { options, fields }) {
      const table = tableOf(call);
      const row = existingRow(table, call.params['record'] ?? '');
      call.world.transact(call.base, call.actor, call.nowMs, (tx) => {
        writeFields(tx, table, row, fields, options.typecast);
        if (replace) clearOthers(tx, table, row, fields);
      });
      return shown(call, table, row, options);
    },
  });

export const updateRecord = updateOne(false);
export const replaceRecord = updateOne(true);

function existingRow(table: Table, id: string): Row {
  const row = table.rows.get(id);
  if (row) return row;
  throw isId('rec', id) ? refuse.rowDoesNotExist(id) : refuse.invalidRecordId(id);
}

export const deleteRecords = baseOperation({
  ...WRITE,
  kind: 'deleteRecords',
  parse({ request }: Input): string[] {
    const query = queryObject(request.query);
    onlyKeys(Object.keys(query), ['records']);
    const { records } = query;
    const ids = typeof records === 'string' ? [records] : isObject(records) ? Object.values(records) : [];
    if (ids.length === 0 || ids.length > MOST_RECORDS) throw refuse.invalidRecords('delete');
    return ids.map(String);
  },
  run: (call, ids) => ({ records: removed(call, ids) }),
});

export const deleteRecord = baseOperation({
  ...WRITE,
  kind: 'deleteRecords',
  parse: () => undefined,
  run: (call) => removed(call, [call.params['record'] ?? ''])[0],
});

function removed(call: BaseCall, ids: readonly string[]): { id: string; deleted: true }[] {
  const table = tableOf(call);
  const rows = [...new Set(ids)].map((id) => {
    const row = table.rows.get(id);
    if (!row) throw refuse.recordNotFound();
    return row;
  });
  call.world.transact(call.base, call.actor, call.nowMs, (tx) => {
    for (const row of rows) deleteRow(tx, table, row);
  });
  return rows.map(({ id }) => ({ id, deleted: true }));
}
