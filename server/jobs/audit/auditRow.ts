import { auditRowsById, type StoredAuditRow } from '../../db/auditSeals.ts';
import type { Job } from '../job.ts';
import { openVault } from '../personalVault.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** One row of the audit with everything that it holds opened. */
export type OpenedAuditRow = Omit<StoredAuditRow, 'changesSealed' | 'replacedSealed'> & {
  /** Buildium's record from before the write, without what never leaves Buildium; null where nothing was written. */
  replaced: unknown;
  /** Part of it was about somebody who was forgotten. */
  isForgotten: boolean;
};

export async function readAuditRow(job: Job, auditId: string): Promise<OpenedAuditRow | null> {
  if (!UUID.test(auditId)) return null;
  const row = (await auditRowsById(job.database, job.connectionId, [auditId])).get(auditId);
  if (!row) return null;
  const { changesSealed, replacedSealed, ...shown } = row;
  const { resource, entityId } = row;
  if (resource === null || entityId === null) return { ...shown, replaced: null, isForgotten: false };
  const vault = await openVault(job, job.database, resource, [entityId]);
  const opened = (sealed: string | null): unknown => (sealed === null ? null : vault.open(entityId, sealed));
  const changes = opened(changesSealed) as StoredAuditRow['changes'] | null;
  const replaced = opened(replacedSealed);
  return {
    ...{ ...shown, changes: { ...shown.changes, ...changes }, replaced },
    isForgotten:
      (changesSealed !== null && changes === null) || (replacedSealed !== null && replaced === null),
  };
}
