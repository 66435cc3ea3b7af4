import type { AnyResource } from '../../shared/resources/define.ts';
import { isBlank, type FieldValue } from '../../shared/resources/values.ts';
import { saveFields } from '../db/airtableSchema.ts';
import { unsettledIds } from '../db/links.ts';
import { markDirty, type Mark } from '../db/marks.ts';
import { closeNotices, openNotices } from '../db/notices.ts';
import type { Entity } from '../sync/entity.ts';
import type { TableMapping } from './baseMapping.ts';
import { nowOf, type Job } from './job.ts';

/**
 * Makes room for choices that a select does not offer yet: Buildium adds enum values without notice, and they must
 * not stop a pull. Where Airtable refuses the new option, the value is left out with a warning that names it.
 * @returns per field, the values that still cannot be written.
 */
export async function ensureChoices(
  job: Job,
  resource: AnyResource,
  table: TableMapping,
  entities: readonly Entity[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const refused = new Map<string, Set<string>>();
  for (const field of resource.fields) {
    if (field.kind !== 'choice' && field.kind !== 'choices') continue;
    const fieldId = table.fieldIds[field.key];
    const offered = table.choices[field.key];
    if (fieldId === undefined || offered === undefined) continue;
    const missing = missingChoices(
      entities.map((entity) => entity[field.key]),
      offered,
    );
    if (missing.length === 0) continue;
    const names = [...offered, ...missing];
    const answer = await addOptions(job, table, fieldId, missing);
    const notice = { noticeId: job.newId(), at: nowOf(job), resource: resource.name, entityId: null };
    if (answer.ok) {
      await saveFields(job.database, job.connectionId, [
        { resource: resource.name, fieldKey: field.key, fieldId, problem: null, choices: names },
      ]);
      const message = `Buildium shows a new value for ${field.column}: ${missing.join(', ')}. It was added to the choices in Airtable.`;
      await openNotices(job.database, job.connectionId, [{ ...notice, kind: 'newChoice', message }]);
    } else {
      refused.set(field.key, new Set(missing));
      const message = `Buildium shows ${missing.join(', ')} for ${field.column}, which is not a choice in Airtable, and Airtable did not let us add it (${answer.error.message}). Add the choice to the field by hand; the value follows by itself.`;
      await openNotices(job.database, job.connectionId, [{ ...notice, kind: 'unknownChoice', message }]);
    }
  }
  return refused;
}

/** Somebody changed a select's choices: what could not be written for want of one is looked at again. */
export async function choicesChanged(job: Job, resource: AnyResource): Promise<void> {
  const now = nowOf(job);
  const root = resource.partOf ?? resource.name;
  const marks = (await unsettledIds(job.database, job.connectionId, root)).map(
    (entityId): Mark => ({
      resource: root,
      entityId,
      reason: 'choices changed in Airtable',
      onBehalfOf: 'sync',
      priority: 'normal',
      happenedAt: now,
    }),
  );
  await job.database.transaction(async (tx) => {
    const which = { kind: 'unknownChoice', resource: resource.name, entityId: null };
    await closeNotices(tx, job.connectionId, which, now);
    await markDirty(tx, job.connectionId, marks, now);
    if (marks.length > 0) await job.queues.wake(tx, job.connectionId, root);
  });
}

/** The existing options stay with their ids, the new ones are appended. */
export async function addOptions(
  job: Job,
  table: Pick<TableMapping, 'tableId'>,
  fieldId: string,
  missing: readonly string[],
): ReturnType<Job['airtable']['updateField']> {
  const tables = await job.airtable.tables({ priority: 'normal' });
  if (!tables.ok) return tables;
  const field = tables.value
    .find((candidate) => candidate.id === table.tableId)
    ?.fields.find(({ id }) => id === fieldId);
  const existing = (field?.options?.['choices'] ?? []) as { id: string; name: string }[];
  const added = missing
    .filter((name) => !existing.some((choice) => choice.name === name))
    .map((name) => ({ name }));
  return job.airtable.updateField(
    table.tableId,
    fieldId,
    { options: { choices: [...existing, ...added] } },
    { priority: 'normal' },
  );
}

export function missingChoices(
  values: readonly (FieldValue | undefined)[],
  offered: readonly string[],
): string[] {
  const names = values.flatMap((value) => (Array.isArray(value) ? (value as string[]) : [value]));
  const missing = names.filter((name): name is string => typeof name === 'string' && !isBlank(name));
  return [...new Set(missing)].filter((name) => !offered.includes(name));
}
