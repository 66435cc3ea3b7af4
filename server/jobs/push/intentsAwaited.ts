import { INTENT_KINDS } from '../../../shared/planned/kinds.ts';
import { formatCents } from '../../../shared/money.ts';
import { openIntents } from '../../db/intentLists.ts';
import { nameSeen, retellIntents, type IntentRow } from '../../db/intents.ts';
import { openNotices } from '../../db/notices.ts';
import { carriesMark, isNaturalMatch } from '../../sync/intentSteps.ts';
import { shownBill, shownTransaction, type ShownTransaction } from '../../sync/plannedShown.ts';
import { nowOf, type Job } from '../job.ts';
import { candidateOf } from './pushSteps.ts';
import { breaksContract, type Member } from '../look.ts';
import type { Settlement } from '../settlement.ts';

/** So long an id that may be the result of an open push waits to be joined with it. */
const AWAITED_MS = 15 * 60_000;

/**
 * Leaves out what may be the result of a push whose outcome is still open: it would get a row of its own, and the
 * planned row another. After a quarter of an hour it goes on by itself, and a notice says that it may be a duplicate.
 */
export async function withoutAwaited(
  job: Job,
  settlement: Settlement,
  members: readonly Member[],
): Promise<Member[]> {
  const { name } = settlement.resource;
  if (name !== 'transactions' && name !== 'bills') return [...members];
  const open = await openIntents(job.database, job.connectionId, name);
  if (open.length === 0) return [...members];
  const sinceOf = new Map(settlement.claims.map((claim) => [claim.entityId, claim.since]));
  for (const member of members) {
    const shown = shownOf(member);
    const intent = shown && open.find((one) => isResultOf(one, shown));
    if (!shown || !intent) continue;
    if (carriesMark(intent, shown))
      await nameSeen(job.database, job.connectionId, intent.intentId, candidateOf(shown), nowOf(job));
    const sinceMs = Date.parse(sinceOf.get(member.rootId) ?? nowOf(job));
    if (job.clock.nowMs() - sinceMs < AWAITED_MS)
      settlement.awaited.set(
        member.entityId,
        `May be the ${wordsOf(intent)} that was pushed; waits to be joined with it.`,
      );
    else await tellDuplicate(job, member, intent);
  }
  return members.filter((member) => !settlement.awaited.has(member.rootId));
}

/** What has a row already is nobody's lost transaction. */
function shownOf(member: Member): ShownTransaction | null {
  const isNew = (member.link?.airtableRecordId ?? null) === null;
  if (!isNew || !member.wire || member.parentId !== null || breaksContract(member)) return null;
  return member.resource.name === 'bills' ? shownBill(member.wire) : shownTransaction(member.wire);
}

function isResultOf(intent: IntentRow, shown: ShownTransaction): boolean {
  return carriesMark(intent, shown) || isNaturalMatch(intent, shown);
}

async function tellDuplicate(job: Job, member: Member, intent: IntentRow): Promise<void> {
  const { label, name } = member.resource;
  await openNotices(job.database, job.connectionId, [
    {
      ...{ noticeId: job.newId(), at: nowOf(job), kind: 'possibleDuplicate' },
      ...{ resource: name, entityId: member.entityId },
      message: `Possible duplicate: ${label.one} ${member.entityId} looks like the ${wordsOf(intent)} whose outcome is unknown. If it is the one, adopt it (GET /api/v1/sync/intents).`,
    },
  ]);
}

function wordsOf({ kind, amountCents, day }: IntentRow): string {
  return `${INTENT_KINDS[kind].toLowerCase()} of ${formatCents(amountCents)} on ${day}`;
}

/** Planned against actual follows what becomes of a booked transaction later. */
export async function retellBooked(job: Job, { resource, decisions }: Settlement): Promise<void> {
  if (resource.name !== 'transactions' && resource.name !== 'bills') return;
  const changed = decisions.flatMap(({ member, write }) =>
    write?.kind === 'written' && !write.created ? [member.rootId] : [],
  );
  if (changed.length === 0) return;
  await job.database.transaction(async (tx) => {
    const told = await retellIntents(tx, job.connectionId, resource.name, changed, nowOf(job));
    if (told > 0) await job.queues.chore(tx, { connectionId: job.connectionId, chore: 'push' });
  });
}
