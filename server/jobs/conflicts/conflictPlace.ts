import { resourceNamed } from '../../../shared/resources/index.ts';
import type { ConflictRow } from '../../db/conflicts.ts';
import { linksByEntity, type LinkRow } from '../../db/links.ts';
import { loadBaseMapping } from '../baseMapping.ts';
import type { Job } from '../job.ts';
import { enabledResources } from '../schemaColumns.ts';

/** Why a decision could not be carried out as things are, so that it is not taken; null where it could. */
export async function whyNotNow(
  job: Job,
  { resource, entityId, fieldKey }: ConflictRow,
): Promise<string | null> {
  if (!enabledResources(job).some(({ name }) => name === resource))
    return `The ${resourceNamed(resource).label.many} are switched off. Both values are kept, and can be chosen from once they are switched on.`;
  const link = (await linksByEntity(job.database, job.connectionId, resource, [entityId])).get(entityId);
  if (link?.standing === 'detached')
    return 'Its row was taken out of the sync. Both values are kept; attach the row again, and both sides are compared anew.';
  if (isPaused(link)) return 'Its row is paused. Both values are kept: untick its pause box, then settle.';
  const table = (await loadBaseMapping(job.database, job.connectionId)).get(resource);
  const problem = table?.problem ?? table?.quarantined[fieldKey] ?? null;
  if (problem !== null) return `${problem} Both values are kept, and can be chosen from when it is back.`;
  if (!table || table.fieldIds[fieldKey] !== undefined) return null;
  return `${columnOf(resource, fieldKey)} is no longer synced, so there is nothing to settle.`;
}

/** As far as the last look tells: a person has ticked the row's pause box. */
export function isPaused(link: Pick<LinkRow, 'standing' | 'status'> | undefined): boolean {
  return link?.standing === 'linked' && link.status === 'Paused';
}

export function columnOf(resource: string, fieldKey: string): string {
  return resourceNamed(resource).fields.find(({ key }) => key === fieldKey)?.column ?? fieldKey;
}
