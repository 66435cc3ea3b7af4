import type { AnyResource } from '../../shared/resources/define.ts';
import { RESOURCES } from '../../shared/resources/index.ts';
import { ok, type Result } from '../../shared/result.ts';
import { OWN_TABLES } from '../../shared/tables/index.ts';
import type { AirtableTable } from '../airtable/client.ts';
import type { CallFailure } from '../callFailure.ts';
import {
  listFields,
  listTables,
  noteChecked,
  saveFields,
  type FieldRow,
  type TableRow,
} from '../db/airtableSchema.ts';
import { appendAudit, type AuditRow } from '../db/audit.ts';
import { requestFullRead } from '../db/sweeps.ts';
import { choicesChanged } from './choices.ts';
import { nowOf, type Job } from './job.ts';
import { checkOwnTables } from './ownTables/ownTables.ts';
import { columnsOf } from './schemaColumns.ts';
import { choicesOf, fieldProblem, schemaAudit } from './schemaParts.ts';
import { MADE_ANEW } from './losses/wayOut.ts';

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
  return `The table "${resource.table}" was deleted in Airtable. Restore it from the base's trash, or ${MADE_ANEW}`;
}
