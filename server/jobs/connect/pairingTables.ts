import { AIRTABLE_TYPES } from '../../../shared/resources/columns.ts';
import type { AnyResource } from '../../../shared/resources/define.ts';
import { SYNC_COLUMNS } from '../../../shared/resources/index.ts';
import { ok, type Result } from '../../../shared/result.ts';
import type { AirtableField, AirtableTable } from '../../airtable/client.ts';
import type { CallFailure } from '../../callFailure.ts';
import { listFields, listTables } from '../../db/airtableSchema.ts';
import type { Job } from '../job.ts';
import { enabledResources, mappedColumns } from '../schemaColumns.ts';

/** A table that is there already, read without changing anything in the base. */
export type ExistingTable = {
  resource: AnyResource;
  tableId: string;
  name: string;
  primaryFieldId: string;
  /** The fields that the sync would use, by field key. */
  fieldIds: Readonly<Record<string, string>>;
  buildiumIdField: string | null;
};

/**
 * The tables of the base that set-up would take as they are: those that the connection knows, else those of a
 * resource's name, with the fields of a column's name and a fitting type. In the order of the resources.
 */
export async function readExistingTables(job: Job): Promise<Result<ExistingTable[], CallFailure>> {
  const read = await job.airtable.tables({ priority: 'person' });
  return read.ok ? ok(await existingTables(job, read.value)) : read;
}

/** The same, of a base that was read already. */
export async function existingTables(job: Job, base: readonly AirtableTable[]): Promise<ExistingTable[]> {
  const knownTables = await listTables(job.database, job.connectionId);
  const knownFields = await listFields(job.database, job.connectionId);
  const tableOf = new Map<string, AirtableTable>();
  for (const resource of enabledResources(job)) {
    const known = knownTables.find((row) => row.resource === resource.name);
    const table = known
      ? base.find((candidate) => candidate.id === known.tableId)
      : base.find((candidate) => sameName(candidate.name, resource.table));
    if (table) tableOf.set(resource.name, table);
  }
  return enabledResources(job).flatMap((resource): ExistingTable[] => {
    const table = tableOf.get(resource.name);
    if (!table) return [];
    const remembered = knownFields.filter((row) => row.resource === resource.name && row.problem === null);
    const taken = new Set(remembered.map(({ fieldId }) => fieldId));
    const fieldIds: Record<string, string> = {};
    for (const column of mappedColumns(job, resource)) {
      const byId = remembered.find((row) => row.fieldKey === column.key)?.fieldId;
      const target = tableOf.get(column.target ?? '')?.id;
      const field = table.fields.find(
        (candidate) =>
          (byId === undefined
            ? sameName(candidate.name, column.column) && !taken.has(candidate.id)
            : candidate.id === byId) && fits(candidate, column.kind, target),
      );
      if (field) fieldIds[column.key] = field.id;
    }
    const { [SYNC_COLUMNS.buildiumId.key]: buildiumIdField = null, ...others } = fieldIds;
    const { id: tableId, name, primaryFieldId } = table;
    return [{ resource, tableId, name, primaryFieldId, fieldIds: others, buildiumIdField }];
  });
}

function fits(
  field: AirtableField,
  kind: keyof typeof AIRTABLE_TYPES,
  linkedTableId: string | undefined,
): boolean {
  if (!AIRTABLE_TYPES[kind].includes(field.type)) return false;
  return kind !== 'link' || field.options?.['linkedTableId'] === linkedTableId;
}

function sameName(a: string, b: string): boolean {
  return a.trim().toLowerCase() === b.trim().toLowerCase();
}
