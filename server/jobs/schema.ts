import { airtableFieldSpec } from '../../shared/resources/columns.ts';
import type { AnyResource } from '../../shared/resources/define.ts';
import { resourceNamed, RESOURCES, SYNC_COLUMNS } from '../../shared/resources/index.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { OWN_TABLES } from '../../shared/tables/index.ts';
import type { AirtableField, AirtableTable } from '../airtable/client.ts';
import type { CallFailure } from '../callFailure.ts';
import {
  listFields,
  listTables,
  noteChecked,
  saveFields,
  saveTable,
  takePlaces,
  type FieldRow,
  type TableRow,
} from '../db/airtableSchema.ts';
import { appendAudit, type AuditRow } from '../db/audit.ts';
import { forgetRows } from '../db/linkRepair.ts';
import { requestFullRead } from '../db/sweeps.ts';
import { addOptions, choicesChanged } from './choices.ts';
import { changedFields, forgetAgreed, markEverything } from './connect/schemaTakenUp.ts';
import { nowOf, type Job } from './job.ts';
import { checkOwnTables } from './ownTables/ownTables.ts';
import {
  addField,
  choicesOf,
  fieldFor,
  fieldProblem,
  schemaFailure,
  tableNamed,
  type PlannedColumn,
  type SchemaChange,
  type TakenUp,
} from './schemaParts.ts';

export type { SchemaChange } from './schemaParts.ts';

/** The resources that the connection wants, each after those that it links to. */
export function enabledResources(job: Pick<Job, 'settings'>): AnyResource[] {
  const isEnabled = (name: string): boolean => job.settings.resources[name]?.enabled ?? true;
  return RESOURCES.filter(
    (resource) => isEnabled(resource.partOf ?? resource.name) && isEnabled(resource.name),
  );
}

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
  change.fieldsBack.push(...fields.back.map((key) => `${resource.table}.${key}`));
  await job.database.transaction(async (tx) => {
    const tableId = table.id;
    // What was agreed about what is made anew is forgotten as it comes into use, or its blank cells would look like
    // somebody's edit; that it is to be filled is written down with it, or a crash would leave it empty for good.
    await takePlaces(tx, job.connectionId, [resource.name]);
    if (isOtherTable) await forgetRows(tx, job.connectionId, resource.name, nowOf(job));
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

/**
 * Compares the base with what is written down: a deleted table or field, or a changed type, takes that part out of
 * the sync with a sentence that says how to repair it; what is whole again comes back.
 */
export async function checkSchema(job: Job): Promise<Result<null, CallFailure>> {
  const read = await job.airtable.tables({ priority: 'normal' });
  if (!read.ok) return read;
  const tables = await listTables(job.database, job.connectionId);
  const fields = await listFields(job.database, job.connectionId);
  const tableIdOf = new Map(tables.map((row) => [row.resource, row.tableId]));
  const audit: AuditRow[] = [];
  const checkedTables: TableRow[] = [];
  for (const row of tables) {
    const resource = RESOURCES.find((candidate) => candidate.name === row.resource);
    if (!resource) continue;
    const table = read.value.find((candidate) => candidate.id === row.tableId);
    const problem = table ? null : tableProblem(resource);
    if (problem !== row.problem) {
      audit.push(
        schemaAudit(
          job,
          resource,
          problem ? 'fieldQuarantined' : 'fieldRepaired',
          problem ?? `The table "${resource.table}" is back.`,
        ),
      );
    }
    checkedTables.push({ ...row, checkedAt: nowOf(job), problem });
    if (!table) continue;
    const checked = fields
      .filter((field) => field.resource === row.resource)
      .map((field) => checkField(resource, table, field, tableIdOf));
    const moved = checked.filter(({ before, after }) => before.problem !== after.problem);
    const selects = checked.filter(
      ({ before, after }) => JSON.stringify(before.choices) !== JSON.stringify(after.choices),
    );
    for (const { after } of moved) {
      const text = after.problem ?? `The field is back in use.`;
      audit.push(schemaAudit(job, resource, after.problem ? 'fieldQuarantined' : 'fieldRepaired', text));
    }
    await saveFields(
      job.database,
      job.connectionId,
      [...new Set([...moved, ...selects])].map(({ after }) => after),
    );
    if (selects.length > 0) await choicesChanged(job, resource);
    // What changed while a field was out of use was never written to it: the next full read looks at every row.
    if (moved.some(({ after }) => after.problem === null)) {
      await requestFullRead(job.database, job.connectionId, resource.partOf ?? resource.name);
    }
  }
  await noteChecked(job.database, job.connectionId, checkedTables);
  await appendAudit(job.database, job.connectionId, audit, nowOf(job));
  await checkOwnTables(job, OWN_TABLES, read.value);
  return ok(null);
}

function checkField(
  resource: AnyResource,
  table: AirtableTable,
  before: FieldRow,
  tableIdOf: ReadonlyMap<string, string>,
): { before: FieldRow; after: FieldRow } {
  const column = columnsOf(resource).find((candidate) => candidate.key === before.fieldKey);
  const field = table.fields.find((candidate) => candidate.id === before.fieldId);
  if (!column) return { before, after: before };
  return {
    before,
    after: {
      ...before,
      problem: fieldProblem(table, column, field, tableIdOf),
      choices: field ? choicesOf(field) : before.choices,
    },
  };
}

function tableProblem(resource: AnyResource): string {
  return `The table "${resource.table}" was deleted in Airtable. Restore it from the base's trash, or run "npm run cli -- repair" to make it anew and fill it.`;
}

/** Keys of the fields that the connection keeps out of the base. */
export function leftOutOf({ settings }: Pick<Job, 'settings'>, resource: AnyResource): readonly string[] {
  return settings.resources[resource.name]?.leftOut ?? [];
}

/** Every column that has a place in the base. */
export function mappedColumns(job: Pick<Job, 'settings'>, resource: AnyResource): PlannedColumn[] {
  const leftOut = leftOutOf(job, resource);
  return columnsOf(resource).filter(({ key }) => !leftOut.includes(key));
}

/** Rows are named by the first column; what people fill in and the sync's own notes are asked for elsewhere. */
export function mayBeLeftOut(resource: AnyResource, key: string): boolean {
  return resource.fields.slice(1).some((field) => field.key === key);
}

/** Every column of a resource's table; the primary field is the first. */
export function columnsOf(resource: AnyResource): PlannedColumn[] {
  const sync = Object.values(SYNC_COLUMNS) as unknown as PlannedColumn[];
  const shape = (field: PlannedColumn): PlannedColumn => ({
    key: field.key,
    column: field.column,
    kind: field.kind,
    description: field.description,
    ...(field.choices ? { choices: field.choices } : {}),
    ...(field.precision === undefined ? {} : { precision: field.precision }),
    ...(field.target === undefined ? {} : { target: field.target }),
  });
  return [...resource.fields, ...resource.entered, ...sync].map((field) => shape(field as PlannedColumn));
}

function schemaAudit(job: Job, resource: AnyResource, action: AuditRow['action'], why: string): AuditRow {
  return {
    auditId: job.newId(),
    actor: 'sync',
    action,
    resource: resource.name,
    entityId: null,
    airtableRecordId: null,
    changes: {},
    changesSealed: null,
    why,
    runId: null,
  };
}
