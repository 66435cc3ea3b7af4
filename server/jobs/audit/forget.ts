import type { AnyResource } from '../../../shared/resources/define.ts';
import { appendAudit } from '../../db/audit.ts';
import { destroyEntityKey } from '../../db/entityKeys.ts';
import { forgetSealed } from '../../db/linkRepair.ts';
import { nowOf, type Job } from '../job.ts';
import { hasPersonalFields } from '../synced.ts';

export type Forgotten =
  /** `isLinked`: its next look brings today's values back, under a new key. */
  | { kind: 'forgotten'; isLinked: boolean }
  /** Nothing is kept under a key of this entity. */
  | { kind: 'nothingKept' }
  /** Entities of this kind hold no contact data. */
  | { kind: 'notPersonal' };

/**
 * Destroys the key of an entity: what the audit, conflicts and links hold of its contact data is unreadable from now
 * on, here and in every copy, while the audit's chain, which covers the ciphertext, still holds.
 */
export async function forget(
  job: Job,
  resource: AnyResource,
  entityId: string,
  by: string,
): Promise<Forgotten> {
  if (!hasPersonalFields(resource)) return { kind: 'notPersonal' };
  return job.database.transaction(async (tx) => {
    const destroyed = await destroyEntityKey(tx, job.connectionId, resource.name, entityId);
    if (!destroyed) return { kind: 'nothingKept' };
    const standing = await forgetSealed(tx, job.connectionId, resource.name, entityId);
    const row = {
      auditId: job.newId(),
      actor: by,
      action: 'forgotten' as const,
      resource: resource.name,
      entityId,
      airtableRecordId: null,
      changes: {},
      changesSealed: null,
      why: 'The key to its contact data was destroyed: what is sealed in the audit, conflicts and links cannot be read any more.',
      runId: null,
    };
    await appendAudit(tx, job.connectionId, [row], nowOf(job));
    return { kind: 'forgotten', isLinked: standing === 'linked' };
  });
}
