import { openNotices } from '../db/notices.ts';
import { eventsOf } from '../db/receipts.ts';
import type { SentRow } from '../db/sent.ts';
import { nowOf, type Job } from './job.ts';
import type { Member } from './look.ts';

/** Our own PUT may be announced so much after it was answered. */
const OWN_EVENT_MS = 2_000;

/**
 * Buildium has no version to check: what somebody changes there between our GET and our PUT is overwritten, and only
 * its event tells. One more event than our own in that interval opens a notice.
 */
export async function noticeWriteGaps(
  job: Job,
  members: readonly Member[],
  sent: readonly SentRow[],
): Promise<void> {
  for (const row of sent) {
    const member = members.find(({ entityId }) => entityId === row.entityId);
    if (row.side !== 'buildium' || row.doneAt === null || !member) continue;
    const { resource, rootId } = member;
    const name = resource.partOf ?? resource.name;
    const events = await eventsOf(job.database, job.connectionId, name, rootId, row.sentAt);
    const until = new Date(Date.parse(row.doneAt) + OWN_EVENT_MS).toISOString();
    const near = events.filter((at) => at <= until);
    if (near.length < 2 || !near.some((at) => at <= (row.doneAt ?? ''))) continue;
    const label = `${resource.label.one} ${row.entityId}`;
    await openNotices(job.database, job.connectionId, [
      {
        ...{ noticeId: job.newId(), at: nowOf(job), resource: resource.name, entityId: row.entityId },
        kind: 'possiblyOverwritten',
        message: `${label} was changed in Buildium in the moment in which the sync wrote to it (${row.sentAt}). That change may have been overwritten: look at it in Buildium.`,
      },
    ]);
  }
}
