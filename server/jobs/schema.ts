import { airtableFieldSpec } from '../../shared/resources/columns.ts';
import type { AnyResource } from '../../shared/resources/define.ts';
import { resourceNamed, SYNC_COLUMNS } from '../../shared/resources/index.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { AirtableField, AirtableTable } from '../airtable/client.ts';
import type { CallFailure } from '../callFailure.ts';
import {
  listFields,
  listTables,
  saveFields,
  saveTable,
  takePlaces,
  type FieldRow,
} from '../db/airtableSchema.ts';
import { appendAudit } from '../db/audit.ts';
import { addOptions } from './choices.ts';
import { changedFields, forgetAgreed, forgetTable, markEverything } from './connect/schemaTakenUp.ts';
import { nowOf, type Job } from './job.ts';
import { enabledResources, mappedColumns } from './schemaColumns.ts';
import {
  addField,
  choicesOf,
  fieldFor,
  schemaFailure,
  tableNamed,
  type PlannedColumn,
  type SchemaChange,
  type TakenUp,
  schemaAudit,
} from './schemaParts.ts';

export type { SchemaChange } from './schemaParts.ts';

/**
 * Makes every table and field that is missing and writes down the ids of all of them. A table of the same name
 * is taken as it is: fields of the same name and a fitting type are used, others are added beside them.
 * Nothing is ever renamed, changed or removed.
 */
export async function ensureSchema(
  job: Job,
  by = 'sync',
): Promise<Result<SchemaChange & TakenUp, CallFailure>> {
  const change: SchemaChange & TakenUp = { tablesCreated: [], fieldsCreated: [], fieldsBack: [], marked: {} };
  const read = await job.airtable.tables({ priority: 'person' });
  if (!read.ok) return read;
  const base = new Map(read.value.map((table) => [table.id, table]));
  const known = new Map(
    (await listTables(job.database, job.connectionId)).map((row) => [row.resource, row.tableId]),
  );
  const resources = enabledResources(job);
  const tableOf = new Map<string, AirtableTable>();
  for (const resource of resources) {
    const table = base.get(known.get(resource.name) ?? '') ?? tableNamed(base, resource.table);
    if (table) tableOf.set(resource.name, table);
  }
  for (const resource of resources) {
    const made = await ensureTable(job, resource, { known, tableOf, change, by });
    if (!made.ok) return made;
  }
  return ok(change);
}

/** Makes the tables of resources that were switched on since set-up. */
export async function ensureMapped(job: Job): Promise<Result<null, CallFailure>> {
  const known = new Set((await listTables(job.database, job.connectionId)).map((row) => row.resource));
  if (enabledResources(job).every((resource) => known.has(resource.name))) return ok(null);
  const made = await ensureSchema(job);
  return made.ok ? ok(null) : made;
}

type Ensuring = {
  /** Table ids by resource, as they were written down. */
  known: ReadonlyMap<string, string>;
  tableOf: Map<string, AirtableTable>;
  change: SchemaChange & TakenUp;
  by: string;
};

async function ensureTable(
  job: Job,
  resource: AnyResource,
  { known, tableOf, change, by }: Ensuring,
): Promise<Result<null, CallFailure>> {
  const columns = mappedColumns(job, resource).filter(
    (column) => !column.target || tableOf.has(column.target) || column.target === resource.name,
  );
  let table = tableOf.get(resource.name);
  const isNew = !table;
  if (!table) {
    const first = columns.filter((column) => column.target !== resource.name);
    const fields = first.map((column) => airtableFieldSpec(column, tableOf.get(column.target ?? '')?.id));
    const made = await job.airtable.createTable(
      { name: resource.table, description: resource.description, fields },
      { priority: 'person' },
    );
    if (!made.ok) return err(schemaFailure(made.error, `the table "${resource.table}"`));
    table = made.value;
    tableOf.set(resource.name, table);
    change.tablesCreated.push(resource.table);
  }
  const rows: FieldRow[] = [];
  const remembered = (await listFields(job.database, job.connectionId)).filter(
    (row) => row.resource === resource.name,
  );
  for (const column of columns) {
    const before = remembered.find((row) => row.fieldKey === column.key);
    const others = remembered.filter((row) => row !== before && row.problem === null);
    const taken = new Set(others.map(({ fieldId }) => fieldId));
    const existing = fieldFor(table, column, before?.fieldId ?? null, tableOf, taken);
    const field = existing ?? (await addField(job, table, column, tableOf, change));
    if ('ok' in field) return field;
    rows.push({
      resource: resource.name,
      fieldKey: column.key,
      fieldId: field.id,
      problem: null,
      choices: await offeredBy(job, table, column, field),
    });
  }
  const isOtherTable = ![undefined, table.id].includes(known.get(resource.name));
  const fields = changedFields(remembered, rows);
  const back = columns.filter(({ key }) => fields.back.includes(key));
  change.fieldsBack.push(...back.map(({ column }) => `${table.name}.${column}`));
  await job.database.transaction(async (tx) => {
    const tableId = table.id;
    // What was agreed about what is made anew is forgotten as it comes into use, or its blank cells would look like
    // somebody's edit; that it is to be filled is written down with it, or a crash would leave it empty for good.
    await takePlaces(tx, job.connectionId, [resource.name]);
    if (isOtherTable) await forgetTable(tx, job, resource);
    else if (fields.anew.length > 0) await forgetAgreed(tx, job, resource, fields.anew);
    if (isOtherTable || fields.anew.length > 0 || fields.isNew) {
      const root = resource.partOf ?? resource.name;
      change.marked[root] = await markEverything(tx, job, resourceNamed(root), by);
    }
    await saveTable(tx, job.connectionId, {
      resource: resource.name,
      tableId,
      checkedAt: nowOf(job),
      problem: null,
    });
    await saveFields(tx, job.connectionId, rows);
    if (isNew)
      await appendAudit(
        tx,
        job.connectionId,
        [schemaAudit(job, resource, 'tableCreated', resource.table)],
        nowOf(job),
      );
  });
  return ok(null);
}

/** What a field offers; a status that was added to the sync since set-up is added to the field. */
async function offeredBy(
  job: Job,
  table: AirtableTable,
  column: PlannedColumn,
  field: AirtableField,
): Promise<string[] | null> {
  const offered = choicesOf(field);
  if (offered === null || column.key !== SYNC_COLUMNS.status.key) return offered;
  const missing = SYNC_COLUMNS.status.choices
    .map(({ name }) => name)
    .filter((name) => !offered.includes(name));
  if (missing.length === 0) return offered;
  const added = await addOptions(job, { tableId: table.id }, field.id, missing);
  return added.ok ? [...offered, ...missing] : offered;
}
