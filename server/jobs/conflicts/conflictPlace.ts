import { resourceNamed } from '../../../shared/resources/index.ts';
import type { ConflictRow } from '../../db/conflicts.ts';
import { loadBaseMapping } from '../baseMapping.ts';
import type { Job } from '../job.ts';
import { enabledResources } from '../schemaColumns.ts';

/** Why a decision could not be carried out as things are, so that it is not taken; null where it could. */
export async function whyNotNow(job: Job, { resource, fieldKey }: ConflictRow): Promise<string | null> {
  if (!enabledResources(job).some(({ name }) => name === resource))
    return `The ${resourceNamed(resource).label.many} are switched off. Both values are kept, and can be chosen from once they are switched on.`;
  const table = (await loadBaseMapping(job.database, job.connectionId)).get(resource);
  const problem = table?.problem ?? table?.quarantined[fieldKey] ?? null;
  if (problem !== null) return `${problem} Both values are kept, and can be chosen from when it is back.`;
  if (!table || table.fieldIds[fieldKey] !== undefined) return null;
  return `${columnOf(resource, fieldKey)} is no longer synced, so there is nothing to settle.`;
}

export function columnOf(resource: string, fieldKey: string): string {
  return resourceNamed(resource).fields.find(({ key }) => key === fieldKey)?.column ?? fieldKey;
}
