import type { OwnColumn, OwnTable } from '../../../shared/tables/define.ts';
import { isResourceName } from '../../../shared/resources/index.ts';
import { fromCell, type FieldValue } from '../../../shared/resources/values.ts';
import { ok, type Result } from '../../../shared/result.ts';
import type { AirtableRecord, CallOptions } from '../../airtable/client.ts';
import type { CallFailure } from '../../callFailure.ts';
import { ownersOfRecords } from '../../db/links.ts';
import type { Job } from '../job.ts';
import { openOwnTable, type OpenTable, type OwnTableFailure } from './ownTables.ts';

/** Values by column key, in canonical form. A link is the ids of entities, or record ids where a table of ours is its target. */
export type OwnValues = Readonly<Record<string, FieldValue>>;

export type OwnRow = {
  recordId: string;
  createdTime: string;
  values: OwnValues;
  /** Cells without a canonical form: they are absent from the values. */
  problems: readonly { key: string; column: string; message: string }[];
};

export const NORMAL: CallOptions = { priority: 'normal' };

/** Reads all rows of a table of ours, or the given ones; rows that are gone are simply absent. */
export async function readOwnRows(
  job: Job,
  definition: OwnTable,
  { recordIds, ...options }: { recordIds?: readonly string[] } & CallOptions = {},
): Promise<Result<OwnRow[], OwnTableFailure>> {
  const table = await openOwnTable(job, definition);
  return table.ok ? readRows(job, table.value, recordIds, { ...NORMAL, ...options }) : table;
}

/** The same, of a table that is open. */
export async function readRows(
  job: Job,
  table: OpenTable,
  recordIds: readonly string[] | undefined,
  options: CallOptions,
): Promise<Result<OwnRow[], CallFailure>> {
  const fieldIds = Object.values(table.fieldIds);
  const read = recordIds
    ? await job.airtable.recordsById(table.tableId, recordIds, fieldIds, options)
    : await job.airtable.listRecords(table.tableId, { fieldIds }, options);
  if (!read.ok) return read;
  const links = table.definition.columns.filter(({ kind }) => kind === 'link');
  const linked = read.value.flatMap(({ fields }) =>
    links.flatMap(({ key }) => (fields[table.fieldIds[key] ?? ''] ?? []) as string[]),
  );
  const owners = await ownersOfRecords(job.database, job.connectionId, linked);
  const entityIdOf = ({ target }: OwnColumn, recordId: string): string | null => {
    if (!isResourceName(target ?? '')) return recordId;
    const owner = owners.get(recordId);
    return owner?.resource === target ? (owner?.entityId ?? null) : null;
  };
  return ok(read.value.map((record) => decodeRow(table, record, entityIdOf)));
}

function decodeRow(
  { definition, fieldIds }: OpenTable,
  record: AirtableRecord,
  entityIdOf: (column: OwnColumn, recordId: string) => string | null,
): OwnRow {
  const values: Record<string, FieldValue> = {};
  const problems: { key: string; column: string; message: string }[] = [];
  for (const column of definition.columns) {
    const { key } = column;
    const fieldId = fieldIds[key];
    if (fieldId === undefined) continue;
    const value = fromCell(column.kind, record.fields[fieldId], (id) => entityIdOf(column, id));
    if (value.ok) values[key] = value.value;
    else problems.push({ key, column: column.column, message: `${column.column} ${value.error}` });
  }
  return { recordId: record.id, createdTime: record.createdTime, values, problems };
}
