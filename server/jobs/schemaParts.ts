import { AIRTABLE_TYPES, airtableFieldSpec, type ColumnShape } from '../../shared/resources/columns.ts';
import type { AnyResource } from '../../shared/resources/define.ts';
import { err } from '../../shared/result.ts';
import type { AirtableField, AirtableTable } from '../airtable/client.ts';
import type { CallFailure } from '../callFailure.ts';
import type { AuditRow } from '../db/audit.ts';
import type { Job } from './job.ts';
import { MADE_ANEW } from './losses/wayOut.ts';

/** A column that a table of the base must have. `target` of a link is a name in the tables that are known. */
export type PlannedColumn = ColumnShape & { key: string; target?: string };

export type SchemaChange = { tablesCreated: string[]; fieldsCreated: string[] };

/** What is to be filled after tables or fields became others than before. */
export type TakenUp = {
  /** Fields that were left alone and are synced again, as "Table.Field". */
  fieldsBack: string[];
  /** Entities that are looked at again, by resource. */
  marked: Record<string, number>;
};

export function tableNamed(
  base: ReadonlyMap<string, AirtableTable>,
  name: string,
): AirtableTable | undefined {
  return [...base.values()].find((table) => table.name.trim().toLowerCase() === name.toLowerCase());
}

/** The field that a column already has: by its remembered id, else by name and type, unless another column has it. */
export function fieldFor(
  table: AirtableTable,
  column: PlannedColumn,
  fieldId: string | null,
  tableOf: ReadonlyMap<string, AirtableTable>,
  taken: ReadonlySet<string> = NONE,
): AirtableField | null {
  const fits = (field: AirtableField): boolean =>
    AIRTABLE_TYPES[column.kind].includes(field.type) &&
    (column.kind !== 'link' || field.options?.['linkedTableId'] === tableOf.get(column.target ?? '')?.id);
  const byId = table.fields.find((field) => field.id === fieldId);
  if (byId && fits(byId)) return byId;
  return (
    table.fields.find(
      (field) =>
        field.name.toLowerCase() === column.column.toLowerCase() && fits(field) && !taken.has(field.id),
    ) ?? null
  );
}

const NONE: ReadonlySet<string> = new Set();

export async function addField(
  job: Job,
  table: AirtableTable,
  column: PlannedColumn,
  tableOf: ReadonlyMap<string, AirtableTable>,
  change: SchemaChange,
): Promise<AirtableField | { ok: false; error: CallFailure }> {
  const spec = airtableFieldSpec(column, tableOf.get(column.target ?? '')?.id);
  const taken = new Set(table.fields.map((field) => field.name.toLowerCase()));
  const name = freeName(spec.name, taken);
  const made = await job.airtable.createField(table.id, { ...spec, name }, { priority: 'person' });
  if (!made.ok) return err(schemaFailure(made.error, `the field "${name}" in "${table.name}"`));
  change.fieldsCreated.push(`${table.name}.${name}`);
  table.fields.push(made.value);
  return made.value;
}

/** Beside a field of the person's own, or one that Airtable turned into text when its table was deleted. */
function freeName(wanted: string, taken: ReadonlySet<string>): string {
  let name = wanted;
  for (let number = 1; taken.has(name.toLowerCase()); number += 1)
    name = `${wanted} (Buildium${number === 1 ? '' : ` ${number}`})`;
  return name;
}

export function schemaFailure(failure: CallFailure, what: string): CallFailure {
  if (failure.kind !== 'forbidden') return failure;
  const message = `Airtable did not let us create ${what}: the token's user needs the role Creator in this base and the scope schema.bases:write. (${failure.message})`;
  return { ...failure, message };
}

export function fieldProblem(
  table: AirtableTable,
  column: PlannedColumn,
  field: AirtableField | undefined,
  tableIdOf: ReadonlyMap<string, string>,
): string | null {
  if (!field)
    return `The field "${column.column}" was deleted from "${table.name}"; it is not synced. Restore it from the base's trash, or ${MADE_ANEW}`;
  if (!AIRTABLE_TYPES[column.kind].includes(field.type)) {
    return `The field "${field.name}" in "${table.name}" is now of type ${field.type}; the sync needs ${AIRTABLE_TYPES[column.kind].join(' or ')}. Change it back, or ${MADE_ANEW}`;
  }
  if (column.kind === 'link' && field.options?.['linkedTableId'] !== tableIdOf.get(column.target ?? '')) {
    return `The field "${field.name}" in "${table.name}" links to another table now; it is not synced. Change it back, or ${MADE_ANEW}`;
  }
  return null;
}

export function choicesOf(field: AirtableField): string[] | null {
  const choices = field.options?.['choices'];
  if ((field.type !== 'singleSelect' && field.type !== 'multipleSelects') || !Array.isArray(choices))
    return null;
  return (choices as { name: string }[]).map((choice) => choice.name);
}

export function schemaAudit(
  job: Job,
  resource: AnyResource,
  action: AuditRow['action'],
  why: string,
): AuditRow {
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
