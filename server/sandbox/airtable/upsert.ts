import { indexKey } from './base.ts';
import type { Table } from './base.ts';
import { castInput } from './cellCast.ts';
import { parseCell } from './cellInput.ts';
import { cellsEqual } from './cellsEqual.ts';
import * as refuse from './errors.ts';
import { isObject } from './json.ts';
import type { CellValue, Field, FieldType, Row } from './model.ts';
import type { Transaction } from './transaction.ts';

export type Upsert = { fieldsToMergeOn: string[] };

/** Types that records can be matched by. */
const MERGEABLE: ReadonlySet<FieldType> = new Set([
  'number',
  'singleLineText',
  'multilineText',
  'singleSelect',
  'multipleSelects',
  'date',
]);

export function readUpsert(value: unknown): Upsert {
  const names = isObject(value) ? value['fieldsToMergeOn'] : undefined;
  if (!Array.isArray(names) || names.length < 1 || names.length > 3) throw refuse.invalidRequest();
  return {
    fieldsToMergeOn: names.map((name: unknown) => {
      if (typeof name !== 'string') throw refuse.invalidRequest();
      return name;
    }),
  };
}

/**
 * The row that each given record updates, or null where it makes a new one. A record with an id goes by
 * its id; more than one match refuses the whole request.
 */
export function matchUpsert(
  tx: Transaction,
  table: Table,
  upsert: Upsert,
  records: readonly { id: string | null; fields: Record<string, unknown> }[],
  typecast: boolean,
): (Row | null)[] {
  const mergeFields = upsert.fieldsToMergeOn.map((name) => {
    const field = table.field(name);
    if (!field) throw refuse.unknownFieldName(name);
    if (!MERGEABLE.has(field.type)) throw refuse.invalidValue(field.name);
    return field;
  });
  return records.map(({ id, fields }) => {
    if (id !== null) {
      const row = table.rows.get(id);
      if (!row) throw refuse.rowDoesNotExist(id);
      return row;
    }
    const wanted = mergeFields.map((field) => ({
      field,
      value: wantedValue(tx, table, field, fields, typecast),
    }));
    const [first, second] = rowsWith(table, wanted);
    if (second) throw refuse.invalidRequest();
    return first ?? null;
  });
}

function wantedValue(
  tx: Transaction,
  table: Table,
  field: Field,
  fields: Record<string, unknown>,
  typecast: boolean,
): CellValue | undefined {
  const given = fields[field.name] ?? fields[field.id] ?? null;
  const value = typecast ? castInput(tx, table, field, given) : given;
  return value === null ? undefined : parseCell(tx.base, null, field, value);
}

/** Rows whose merge cells all have the wanted values, found through an index on one of them. */
function rowsWith(table: Table, wanted: readonly { field: Field; value: CellValue | undefined }[]): Row[] {
  const indexed = wanted.find(({ value }) => indexKey(value) !== undefined);
  const ids = indexed
    ? table.idsWithValue(indexed.field.id, indexKey(indexed.value) ?? '')
    : table.rows.keys();
  const matches: Row[] = [];
  for (const id of ids) {
    const row = table.rows.get(id);
    if (row && wanted.every(({ field, value }) => cellsEqual(row.cells.get(field.id), value)))
      matches.push(row);
    if (matches.length > 1) break;
  }
  return matches;
}
