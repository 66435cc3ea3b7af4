import type { FoundConflict } from '../../db/conflictsFound.ts';
import { liveConflicts, type ConflictRow } from '../../db/conflicts.ts';
import type { Queryable } from '../../db/database.ts';
import { sentTo, type SentRow } from '../../db/sent.ts';
import { decidedDigest } from '../carryOver.ts';
import { endAndTell, type Ends } from './conflictEnds.ts';
import type { Job } from '../job.ts';
import type { PersonalVault } from '../personalVault.ts';

/**
 * A decision may have reached a side, and that side may have been changed again before the look that carried it out
 * was remembered. What it may have written over is the loser of that decision and stays on record: the new values are
 * a new conflict, and not the old one brought up to date.
 */
export async function endOvertaken(
  tx: Queryable,
  job: Job,
  found: readonly FoundConflict[],
  vaultOf: (resource: string) => PersonalVault | null,
): Promise<void> {
  const overtaken: Ends = { resolved: [], closed: [] };
  for (const [resource, ours] of Map.groupBy(found, (one) => one.resource)) {
    const ids = [...new Set(ours.map(({ entityId }) => entityId))];
    const live = (await liveConflicts(tx, job.connectionId, resource, ids)).filter((row) =>
      ours.some((one) => isOver(one, row)),
    );
    if (live.length === 0) continue;
    const sent = await sentTo(tx, job.connectionId, resource, ids);
    for (const row of live) {
      const { conflictId } = row;
      if (hasLeft(job, row, sent, vaultOf(resource))) overtaken.resolved.push(conflictId);
      else overtaken.closed.push({ conflictId, endedWhy: 'overtaken' });
    }
  }
  await endAndTell(tx, job, overtaken);
}

function isOver(found: FoundConflict, row: ConflictRow): boolean {
  const isSame = found.buildiumDigest === row.buildiumDigest && found.airtableDigest === row.airtableDigest;
  return (
    row.state === 'resolving' && found.entityId === row.entityId && found.fieldKey === row.fieldKey && !isSame
  );
}

/** Whether it is on record that the decided value left for a side since; the record goes when somebody types the same there. */
export function hasLeft(
  job: Job,
  row: ConflictRow,
  sent: readonly SentRow[],
  vault: PersonalVault | null,
): boolean {
  const target = decidedDigest(job, row, vault);
  return sent.some(
    ({ entityId, digests, sentAt }) =>
      entityId === row.entityId &&
      target !== null &&
      digests[row.fieldKey] === target.digest &&
      sentAt >= (row.decidedAt ?? ''),
  );
}
