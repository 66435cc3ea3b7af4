import type { OwnColumn, OwnTable } from '../../../shared/tables/define.ts';
import { airtableFieldSpec } from '../../../shared/resources/columns.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { AirtableTable } from '../../airtable/client.ts';
import type { CallFailure } from '../../callFailure.ts';
import { listTables } from '../../db/airtableSchema.ts';
import { appendAudit, type AuditRow } from '../../db/audit.ts';
import {
  listOwnFields,
  listOwnTables,
  noteChecked,
  saveOwnFields,
  saveOwnTable,
  type OwnFieldRow,
  type OwnTableRow,
} from '../../db/ownTables.ts';
import { nowOf, type Job } from '../job.ts';
import {
  addField,
  choicesOf,
  fieldFor,
  fieldProblem,
  schemaFailure,
  tableNamed,
  type SchemaChange,
} from '../schemaParts.ts';
import { MADE_ANEW } from '../losses/wayOut.ts';

/** A table of ours as it stands in the base. */
export type OpenTable = {
  definition: OwnTable;
  tableId: string;
  /** Field ids by column key, quarantined ones left out. */
  fieldIds: Readonly<Record<string, string>>;
  /** Why a column is left alone, by its key. */
  quarantined: Readonly<Record<string, string>>;
  /** Choice names of selects by column key. */
  choices: Readonly<Record<string, readonly string[]>>;
};

/** `notReady`: the table, or the column that nothing works without, is not as it must be; the message says what to do. */
export type OwnTableFailure = CallFailure | { kind: 'notReady'; message: string };

/**
 * Makes the tables and fields that are missing and writes down the ids of all of them. A table of the same name is
 * taken as it is; nothing is ever renamed, changed or removed. Give them in the order in which they link to one another.
 */
export async function ensureOwnTables(
  job: Job,
  definitions: readonly OwnTable[],
): Promise<Result<SchemaChange, CallFailure>> {
  const change: SchemaChange = { tablesCreated: [], fieldsCreated: [] };
  const read = await job.airtable.tables({ priority: 'person' });
  if (!read.ok) return read;
  const tableOf = await tablesByName(job, read.value);
  const base = new Map(read.value.map((table) => [table.id, table]));
  for (const definition of definitions) {
    const known = tableOf.get(definition.name) ?? tableNamed(base, definition.table);
    const made = await ensureTable(job, definition, known, tableOf, change);
    if (!made.ok) return made;
  }
  return ok(change);
}

/** The table, made now if it never was. */
export async function openOwnTable(
  job: Job,
  definition: OwnTable,
): Promise<Result<OpenTable, OwnTableFailure>> {
  const isKnown = (await listOwnTables(job.database, job.connectionId)).some(
    ({ name }) => name === definition.name,
  );
  if (!isKnown) {
    const made = await ensureOwnTables(job, [definition]);
    if (!made.ok) return made;
  }
  return loadOwnTable(job, definition);
}

async function loadOwnTable(job: Job, definition: OwnTable): Promise<Result<OpenTable, OwnTableFailure>> {
  const tables = await listOwnTables(job.database, job.connectionId);
  const table = tables.find(({ name }) => name === definition.name);
  const fields = (await listOwnFields(job.database, job.connectionId)).filter(
    ({ name }) => name === definition.name,
  );
  const broken = fields.filter(({ problem }) => problem !== null);
  const problem =
    table?.problem ?? broken.find(({ fieldKey }) => fieldKey === definition.keyColumn)?.problem ?? null;
  if (!table || problem !== null)
    return err({
      kind: 'notReady',
      message: problem ?? `The table "${definition.table}" has not been made yet.`,
    });
  const usable = fields.filter((field) => field.problem === null);
  return ok({
    definition,
    tableId: table.tableId,
    fieldIds: Object.fromEntries(usable.map((field) => [field.fieldKey, field.fieldId])),
    quarantined: Object.fromEntries(broken.map((field) => [field.fieldKey, field.problem ?? ''])),
    choices: Object.fromEntries(
      usable.flatMap((field) => (field.choices ? [[field.fieldKey, field.choices]] : [])),
    ),
  });
}

/**
 * Compares the base's tables with what is written down: a deleted table or field and a changed type are left alone
 * with a sentence that says how to repair it, and what is whole again comes back.
 */
export async function checkOwnTables(
  job: Job,
  definitions: readonly OwnTable[],
  base: readonly AirtableTable[],
): Promise<void> {
  const tableOf = await tablesByName(job, base);
  const tableIdOf = new Map([...tableOf].map(([name, table]) => [name, table.id]));
  const fields = await listOwnFields(job.database, job.connectionId);
  const audit: AuditRow[] = [];
  const checkedTables: OwnTableRow[] = [];
  for (const row of await listOwnTables(job.database, job.connectionId)) {
    const definition = definitions.find(({ name }) => name === row.name);
    if (!definition) continue;
    const table = base.find(({ id }) => id === row.tableId);
    const problem = table ? null : deletedTable(definition);
    if (problem !== row.problem) audit.push(schemaAudit(job, definition, problem));
    const checked = table
      ? fields
          .filter(({ name }) => name === row.name)
          .map((field) => ({ field, now: checkedField(definition, table, field, tableIdOf) }))
      : [];
    for (const { field, now } of checked)
      if (field.problem !== now.problem) audit.push(schemaAudit(job, definition, now.problem));
    const changed = checked.filter(({ field, now }) => JSON.stringify(field) !== JSON.stringify(now));
    await saveOwnFields(
      job.database,
      job.connectionId,
      changed.map(({ now }) => now),
    );
    checkedTables.push({ ...row, checkedAt: nowOf(job), problem });
  }
  await noteChecked(job.database, job.connectionId, checkedTables);
  await appendAudit(job.database, job.connectionId, audit, nowOf(job));
}

async function ensureTable(
  job: Job,
  definition: OwnTable,
  known: AirtableTable | undefined,
  tableOf: Map<string, AirtableTable>,
  change: SchemaChange,
): Promise<Result<null, CallFailure>> {
  // A link to a resource that this connection does not sync has no table to point to.
  const columns = definition.columns.filter(
    ({ target }) => !target || tableOf.has(target) || target === definition.name,
  );
  let table = known;
  if (!table) {
    const first = columns.filter(({ target }) => target !== definition.name);
    const fields = first.map((column) => airtableFieldSpec(column, tableOf.get(column.target ?? '')?.id));
    const made = await job.airtable.createTable(
      { name: definition.table, description: definition.description, fields },
      { priority: 'person' },
    );
    if (!made.ok) return err(schemaFailure(made.error, `the table "${definition.table}"`));
    table = made.value;
    change.tablesCreated.push(definition.table);
  }
  tableOf.set(definition.name, table);
  const remembered = await listOwnFields(job.database, job.connectionId);
  const rows: OwnFieldRow[] = [];
  for (const column of columns) {
    const before = remembered.find(
      ({ name, fieldKey }) => name === definition.name && fieldKey === column.key,
    );
    const existing = fieldFor(table, column, before?.fieldId ?? null, tableOf);
    const field = existing ?? (await addField(job, table, column, tableOf, change));
    if ('ok' in field) return field;
    const choices = choicesOf(field);
    rows.push({ name: definition.name, fieldKey: column.key, fieldId: field.id, problem: null, choices });
  }
  const isNew = known === undefined;
  const { id: tableId } = table;
  await job.database.transaction(async (tx) => {
    const row = { name: definition.name, tableId, checkedAt: nowOf(job), problem: null };
    await saveOwnTable(tx, job.connectionId, row);
    await saveOwnFields(tx, job.connectionId, rows);
    const audit = {
      ...schemaAudit(job, definition, null),
      action: 'tableCreated',
      why: definition.table,
    } as const;
    if (isNew) await appendAudit(tx, job.connectionId, [audit], nowOf(job));
  });
  return ok(null);
}

/** Tables by the name that link columns give as their target: mirrored resources, and tables of ours. */
async function tablesByName(job: Job, base: readonly AirtableTable[]): Promise<Map<string, AirtableTable>> {
  const mirrored = (await listTables(job.database, job.connectionId)).map(
    ({ resource, tableId }) => [resource, tableId] as const,
  );
  const own = (await listOwnTables(job.database, job.connectionId)).map(
    ({ name, tableId }) => [name, tableId] as const,
  );
  return new Map(
    [...mirrored, ...own].flatMap(([name, tableId]) => {
      const table = base.find(({ id }) => id === tableId);
      return table ? [[name, table] as const] : [];
    }),
  );
}

function checkedField(
  definition: OwnTable,
  table: AirtableTable,
  before: OwnFieldRow,
  tableIdOf: ReadonlyMap<string, string>,
): OwnFieldRow {
  const column = definition.columns.find(({ key }) => key === before.fieldKey);
  const field = table.fields.find(({ id }) => id === before.fieldId);
  if (!column) return before;
  const problem = fieldProblem(table, column, field, tableIdOf);
  return { ...before, problem, choices: field ? choicesOf(field) : before.choices };
}

function deletedTable({ table }: OwnTable): string {
  return `The table "${table}" was deleted in Airtable. Restore it from the base's trash, or ${MADE_ANEW}`;
}

function schemaAudit(job: Job, definition: OwnTable, problem: string | null): AuditRow {
  const none = { entityId: null, airtableRecordId: null, changes: {}, changesSealed: null, runId: null };
  return {
    auditId: job.newId(),
    actor: 'sync',
    action: problem === null ? 'fieldRepaired' : 'fieldQuarantined',
    resource: definition.name,
    ...none,
    why: problem ?? `The table "${definition.table}" is whole again.`,
  };
}

export function columnOf(definition: OwnTable, key: string): OwnColumn {
  const column = definition.columns.find((candidate) => candidate.key === key);
  if (!column) throw new Error(`${definition.name} has no column ${key}`);
  return column;
}
