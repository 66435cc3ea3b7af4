import type { Queryable } from '../../server/db/database.ts';
import { insertApproval, saveLosses } from '../../server/db/losses.ts';

/** A question that waits for a person, over one lease that is gone. */
export async function storeApproval(
  db: Queryable,
  connectionId: string,
  { approvalId, entityId, now }: { approvalId: string; entityId: string; now: string },
): Promise<void> {
  const group = { resource: 'leases', kind: 'goneFromBuildium', fieldKey: '' } as const;
  await insertApproval(db, connectionId, { ...group, approvalId, tableRows: 30, now });
  await saveLosses(db, connectionId, group, [entityId], { state: 'held', approvalId, now });
}
