import { AIRTABLE_TYPES } from '../../../shared/resources/columns.ts';
import type { Mapping } from '../../../shared/api/mapping.ts';
import type { AnyResource } from '../../../shared/resources/define.ts';
import { SYNC_COLUMNS } from '../../../shared/resources/index.ts';
import { ok, type Result } from '../../../shared/result.ts';
import { OWN_TABLES } from '../../../shared/tables/index.ts';
import type { AirtableTable } from '../../airtable/client.ts';
import type { CallFailure } from '../../callFailure.ts';
import { listFields, listTables, type FieldRow, type TableRow } from '../../db/airtableSchema.ts';
import { countLinks } from '../../db/links.ts';
import { listOwnTables } from '../../db/ownTables.ts';
import type { BaseTable, Placement } from '../../sync/mapping.ts';
import { isWritable } from '../carryOver.ts';
import type { Job } from '../job.ts';
import { columnsOf, enabledResources, leftOutOf, mayBeLeftOut } from '../schemaColumns.ts';
import type { PlannedColumn } from '../schemaParts.ts';
import { SIGN_IN_TABLE } from '../signIn/signIn.ts';
import { existingTables } from './pairingTables.ts';

/** The base and where each resource stands in it, or would be put by set-up. */
export type Standing = {
  /** As Airtable tells it, without the tables that the sync keeps for itself. */
  tables: readonly AirtableTable[];
  base: readonly BaseTable[];
  resources: readonly AnyResource[];
  placed: ReadonlyMap<string, Placement>;
  tableRows: readonly TableRow[];
  fieldRows: readonly FieldRow[];
};

export async function readStanding(job: Job): Promise<Result<Standing, CallFailure>> {
  const read = await job.airtable.tables({ priority: 'person' });
  if (!read.ok) return read;
  const own = new Set((await listOwnTables(job.database, job.connectionId)).map(({ tableId }) => tableId));
  const ownNames = new Set([SIGN_IN_TABLE, ...OWN_TABLES.map(({ table }) => table)]);
  const tables = read.value.filter(({ id, name }) => !own.has(id) && !ownNames.has(name));
  const [tableRows, fieldRows] = await Promise.all([
    listTables(job.database, job.connectionId),
    listFields(job.database, job.connectionId),
  ]);
  const resources = enabledResources(job);
  const existing = await existingTables(job, tables);
  const placed = new Map(
    resources.map((resource): [string, Placement] => {
      const table = existing.find((one) => one.resource === resource);
      const idOf = (key: string): string | null =>
        (key === SYNC_COLUMNS.buildiumId.key ? table?.buildiumIdField : table?.fieldIds[key]) ?? null;
      const fields = columnsOf(resource).map(({ key }): [string, string | null] => [key, idOf(key)]);
      const leftOut = leftOutOf(job, resource);
      return [
        resource.name,
        { tableId: table?.tableId ?? null, fields: Object.fromEntries(fields), leftOut },
      ];
    }),
  );
  return ok({ ...{ tables, resources, placed, tableRows, fieldRows }, base: tables.map(baseTable) });
}

/** How every resource is mapped, for a person to look at and to change. */
export async function viewMapping(job: Job): Promise<Result<Mapping, CallFailure>> {
  const standing = await readStanding(job);
  if (!standing.ok) return standing;
  const { base, resources, placed, tableRows, fieldRows } = standing.value;
  const counts = await countLinks(job.database, job.connectionId);
  return ok({
    state: job.state,
    tables: base.map((table) => ({ ...table, fields: [...table.fields] })),
    resources: resources.map((resource) => {
      const { tableId = null, fields = {} } = placed.get(resource.name) ?? {};
      const own = fieldRows.filter((row) => row.resource === resource.name);
      return {
        ...{ resource: resource.name, label: resource.label.many, table: resource.table, tableId },
        problem: tableRows.find((row) => row.resource === resource.name)?.problem ?? null,
        rows: counts
          .filter((one) => one.resource === resource.name && one.standing === 'linked')
          .reduce((sum, { links }) => sum + Number(links), 0),
        fields: columnsOf(resource).map((column) => ({
          ...{ key: column.key, column: column.column, kind: column.kind },
          ...{ types: [...AIRTABLE_TYPES[column.kind]], target: column.target ?? null },
          ...{ flow: flowOf(job, resource, column), fieldId: fields[column.key] ?? null },
          mayBeLeftOut: mayBeLeftOut(resource, column.key),
          isLeftOut: leftOutOf(job, resource).includes(column.key),
          problem: own.find((row) => row.fieldKey === column.key)?.problem ?? null,
        })),
      };
    }),
  });
}

function flowOf(
  job: Job,
  resource: AnyResource,
  { key }: PlannedColumn,
): Mapping['resources'][number]['fields'][number]['flow'] {
  const field = resource.fields.find((one) => one.key === key);
  if (field) return isWritable(job, resource, key) ? 'bothWays' : 'fromBuildium';
  return resource.entered.some((one) => one.key === key) ? 'people' : 'sync';
}

function baseTable({ id, name, fields }: AirtableTable): BaseTable {
  return {
    ...{ tableId: id, name },
    fields: fields.map((field) => {
      const linked = field.options?.['linkedTableId'];
      return {
        ...{ fieldId: field.id, name: field.name, type: field.type },
        linkedTableId: typeof linked === 'string' ? linked : null,
      };
    }),
  };
}
