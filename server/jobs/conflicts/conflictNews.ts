import { formatCents } from '../../../shared/money.ts';
import { resourceNamed } from '../../../shared/resources/index.ts';
import type { FoundConflict } from '../../db/conflictsFound.ts';
import type { Queryable } from '../../db/database.ts';
import { nowOf, type Job } from '../job.ts';
import { queueNotification } from '../notify/notify.ts';

/** Tells of conflicts that a person has to settle: which field of which thing, and never what stands in it. */
export async function announceConflicts(
  tx: Queryable,
  job: Job,
  conflicts: readonly FoundConflict[],
): Promise<void> {
  for (const conflict of conflicts) {
    const resource = resourceNamed(conflict.resource);
    const column = resource.fields.find(({ key }) => key === conflict.fieldKey)?.column ?? conflict.fieldKey;
    const what = `${column} of ${resource.label.one} ${conflict.entityId}`;
    const stakes =
      conflict.stakesCents === null ? '' : ` The two are ${formatCents(conflict.stakesCents)} apart.`;
    const json = {
      conflictId: conflict.conflictId,
      resource: conflict.resource,
      entityId: conflict.entityId,
      field: conflict.fieldKey,
      stakesCents: conflict.stakesCents,
    };
    await queueNotification(
      tx,
      job.connectionId,
      {
        kind: 'conflict',
        subject: `Conflict: ${what}`,
        text: `${what} differs in Buildium and Airtable. ${conflict.why}${stakes} Neither side is changed until you settle it: open Conflicts in the Airtable extension, or GET /api/v1/sync/conflicts/${conflict.conflictId}.`,
        json,
      },
      nowOf(job),
    );
  }
}
