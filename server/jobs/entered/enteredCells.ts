import { resourceNamed } from '../../../shared/resources/index.ts';
import { fromCell, isBlank, type FieldValue } from '../../../shared/resources/values.ts';
import { ok, type Result } from '../../../shared/result.ts';
import { oneIsFilled } from '../../airtable/formula.ts';
import type { CallFailure } from '../../callFailure.ts';
import { ownersOfRecords } from '../../db/links.ts';
import { loadBaseMapping } from '../baseMapping.ts';
import type { Job } from '../job.ts';
import type { OwnRow } from '../ownTables/ownRows.ts';

/** A row of a synced table in which somebody filled in what Buildium knows nothing of. */
export type EnteredCells = Pick<OwnRow, 'recordId' | 'values' | 'problems'> & { entityId: string };

export type EnteredColumns = {
  tableId: string;
  /** Field ids by column key; a column that was deleted or changed has none. */
  fieldIds: Readonly<Record<string, string>>;
  rows: EnteredCells[];
};

/**
 * What people filled in beside the columns of a resource: only rows in which one of the columns holds something are
 * asked for, since a table of transactions is long.
 * @returns null when the table or one of the needed columns is out of use: what was read before stays.
 */
export async function readEnteredCells(
  job: Job,
  resourceName: string,
  needed: readonly string[],
  beside: readonly string[] = [],
): Promise<Result<EnteredColumns | null, CallFailure>> {
  const table = (await loadBaseMapping(job.database, job.connectionId)).get(resourceName);
  if (!table || table.problem !== null || needed.some((key) => table.fieldIds[key] === undefined))
    return ok(null);
  const columns = resourceNamed(resourceName).entered.flatMap((column) => {
    const fieldId = table.fieldIds[column.key];
    const isAsked = needed.includes(column.key) || beside.includes(column.key);
    return fieldId !== undefined && isAsked ? [{ ...column, fieldId }] : [];
  });
  const query = {
    fieldIds: columns.map(({ fieldId }) => fieldId),
    formula: oneIsFilled(needed.map((key) => table.fieldIds[key] ?? '')),
  };
  const read = await job.airtable.listRecords(table.tableId, query, { priority: 'normal' });
  if (!read.ok) return read;
  const linked = columns
    .filter(({ kind }) => kind === 'link')
    .flatMap(({ fieldId }) => read.value.flatMap(({ fields }) => (fields[fieldId] ?? []) as string[]));
  // By the pair and not by the cell: a copied row shows the same id, and speaks for nothing.
  const owners = await ownersOfRecords(job.database, job.connectionId, [
    ...read.value.map(({ id }) => id),
    ...linked,
  ]);
  const idIn = (target: string | undefined, recordId: string): string | null => {
    const owner = owners.get(recordId);
    return owner?.resource === target ? (owner?.entityId ?? null) : null;
  };
  const rows = read.value.flatMap(({ id, fields }): EnteredCells[] => {
    const entityId = idIn(resourceName, id);
    if (entityId === null) return [];
    const values: Record<string, FieldValue> = {};
    const problems: OwnRow['problems'][number][] = [];
    for (const { key, column, kind, target, fieldId } of columns) {
      const value = fromCell(kind, fields[fieldId], (recordId) => idIn(target, recordId));
      if (value.ok) values[key] = value.value;
      else problems.push({ key, column, message: `${column} ${value.error}` });
    }
    const isFilled = problems.length > 0 || needed.some((key) => !isBlank(values[key]));
    return isFilled ? [{ recordId: id, entityId, values, problems }] : [];
  });
  const fieldIds = Object.fromEntries(columns.map(({ key, fieldId }) => [key, fieldId]));
  return ok({ tableId: table.tableId, fieldIds, rows });
}
