import { listIntents } from '../../server/db/intentLists.ts';
import type { IntentRow } from '../../server/db/intents.ts';
import type { Job } from '../../server/jobs/job.ts';
import { decideIntent, type IntentDecision } from '../../server/jobs/push/intentDecisions.ts';
import { confirmPush } from '../../server/jobs/push/pushConfirm.ts';
import { previewPush } from '../../server/jobs/push/pushPreview.ts';
import type { Random } from '../../server/sandbox/random.ts';
import type { Account } from './account.ts';
import { bookedAs } from './booked.ts';
import { count, type Counts } from './counts.ts';
import { pickChanged, pickPlanned } from './plannedRows.ts';
import { takenBackAs } from './takenBack.ts';

const MOST_AT_ONCE = 3;
const MOST_ASKING = 20;
/** Who has changed what is booked means it to be changed in Buildium too. */
const OF_CHANGED = 0.4;
/** People click twice. */
const TWICE = 0.15;

/** A person previews some of what was planned and confirms what can be sent; others may edit it in between. */
export async function pushSome(job: Job, account: Account, random: Random, counts: Counts): Promise<void> {
  const changed = pickChanged(account).slice(0, MOST_AT_ONCE);
  const isOfChanged = changed.length > 0 && random.next() < OF_CHANGED;
  const chosen = isOfChanged ? changed : pickPlanned({ random }, account, MOST_AT_ONCE);
  for (const one of chosen) one.isChanged = false;
  const recordIds = chosen.flatMap((one) => one.recordIds);
  if (recordIds.length === 0) return;
  const clicks = random.next() < TWICE ? 2 : 1;
  const preview = await previewPush(job, recordIds);
  if (!preview.ok) return count(counts, 'pushes', `preview: ${preview.error.kind}`);
  const going = preview.value.records.flatMap(({ recordId, previewHash, outcome, kind, amountCents }) => {
    count(counts, 'previews', `${kind ?? 'no kind'}: ${outcome}`);
    if (previewHash === null) return [];
    account.planned.get(recordId)?.confirmedCents.push(amountCents);
    return [{ recordId, previewHash }];
  });
  if (going.length === 0) return;
  const confirm = async (): Promise<void> => {
    const confirmed = await confirmPush(job, going, 'person');
    count(counts, 'pushes', `confirm: ${confirmed.ok ? confirmed.value.kind : confirmed.error.kind}`);
  };
  if (clicks > 1) count(counts, 'steps of a push', 'confirmed twice at once');
  await Promise.all(Array.from({ length: clicks }, confirm));
}

/** A person who has looked in Buildium answers everything that is asked. */
export async function decidePushes(job: Job, account: Account, counts: Counts): Promise<void> {
  const filter = { state: 'asking' as const, afterId: null, limit: MOST_ASKING };
  for (const intent of await listIntents(job.database, job.connectionId, filter)) {
    const decision = seenInBuildium(account, intent);
    const decided = await decideIntent(job, intent, decision, 'person');
    count(counts, 'decisions', `${decision.kind}: ${decided.kind}`);
    if (decided.kind === 'taken') count(counts, 'steps of a push', `decided by a person: ${decision.kind}`);
  }
}

function seenInBuildium(account: Account, intent: IntentRow): IntentDecision {
  if (intent.action === 'change') return { kind: 'sendAgain' };
  const planned = account.planned.get(intent.recordIds[0] ?? '');
  const [booked] = planned ? bookedAs(account, planned.name) : takenBackAs(account, intent);
  return booked ? { kind: 'adopt', entityId: String(booked.id) } : { kind: 'sendAgain' };
}
