import { laterOfRows } from '../../db/intentLists.ts';
import { linksByEntity } from '../../db/links.ts';
import { markDirty } from '../../db/marks.ts';
import { retellReversed } from '../../db/reversals.ts';
import type { ClaimedIntent, IntentState } from '../../db/intents.ts';
import { goneWords } from '../../sync/plannedPosted.ts';
import type { ShownTransaction } from '../../sync/plannedShown.ts';
import { drain } from '../drain.ts';
import { laterBy, nowOf, type Job } from '../job.ts';
import { enabledResources } from '../schemaColumns.ts';
import { readShown } from './pushLookUp.ts';
import { isReversed, reversalOfBooked, reversedWords } from './pushReversed.ts';
import { isReversal } from './reversals.ts';
import { put, putOff, type Step } from './pushSteps.ts';
import { tellRows } from './pushTell.ts';
import { isAllShown } from './sentStands.ts';

/** Buildium may keep what it was asked to clear, or somebody was at it at once. */
const SHOWS_OTHER =
  ' It shows something else than what was sent: preview the row again to see what, and correct it there or here.';

/** Its own row may take its time: a full base, a table switched off. */
const LINK_AWAITED_MS = 15 * 60_000;
const LOOK_AGAIN_MS = 3_000;

/** Reads back what was booked, brings it into the base like everything else, and says so on the planned rows. */
export async function readBack(job: Job, intent: ClaimedIntent): Promise<Step> {
  const { resource } = intent;
  const entityId = intent.entityId ?? '';
  if (intent.state === 'created' && intent.told !== 'created') {
    await job.database.transaction(async (tx) => {
      const now = nowOf(job);
      const mark = { resource, entityId, reason: 'booked by a push', onBehalfOf: intent.requestedBy };
      await markDirty(tx, job.connectionId, [{ ...mark, priority: 'person', happenedAt: now }], now);
      await job.queues.wake(tx, job.connectionId, resource);
    });
  }
  if (intent.state === 'created') await drain(job, resource);
  const shown = await readShown(job, resource, entityId);
  if (!shown.ok) return putOff(job, intent, intent.state, shown.error);
  const link = (await linksByEntity(job.database, job.connectionId, resource, [entityId])).get(entityId);
  const airtableRecordId = link?.airtableRecordId ?? null;
  const isLate = Date.parse(intent.settledAt ?? '') + LINK_AWAITED_MS <= job.clock.nowMs();
  // Not synced, older than what the base keeps, or not of a rental property: there will be no row.
  const isSynced = enabledResources(job).some(({ name }) => name === resource);
  const hasNoRow =
    !isSynced || (link !== undefined && ['outsideWindow', 'outOfScope'].includes(link.standing));
  const isThrough = intent.state === 'done' || airtableRecordId !== null || isLate || hasNoRow;
  if (isThrough || intent.told !== 'created') {
    const reversal = await reversalOfBooked(job, intent);
    const note = reversal !== null && isReversed(reversal) ? reversedWords(job, reversal) : null;
    // Buildium may show what it has just booked a moment later.
    const gone = isThrough && shown.value === null ? goneWords(intent) : null;
    const spokenOf = await spokenOfLater(job, intent, note !== null || gone !== null);
    const booked = { shown: shown.value, airtableRecordId, note, gone, spokenOf };
    const told = await tellRows(job, intent, 'created', '', booked);
    if (!told.ok) return putOff(job, intent, intent.state, told.error);
  }
  if (isThrough && isReversal(intent))
    await retellReversed(job.database, job.connectionId, intent.intentId, nowOf(job));
  if (isThrough) return { ...put('done', outcomeOf(intent, shown.value)), told: 'done' };
  return { ...put('created', intent.message), told: 'created', nextAt: laterBy(job, LOOK_AGAIN_MS) };
}

function outcomeOf(intent: ClaimedIntent, shown: ShownTransaction | null): string {
  const id = intent.entityId ?? '';
  if (shown === null) return `Was booked in Buildium with the id ${id}, and is gone from there.`;
  const isOther = intent.action === 'change' && !isAllShown(intent, shown);
  return `Booked in Buildium with the id ${id}.${isOther ? SHOWS_OTHER : ''}`;
}

/** Nothing came of these, and nothing will. */
const ENDED: readonly IntentState[] = ['refused', 'dropped'];

/** Rows that say what a later push came to or is at: that stays, unless there is news of what they are booked as. */
async function spokenOfLater(
  job: Job,
  { intentId }: ClaimedIntent,
  isNews: boolean,
): Promise<ReadonlySet<string>> {
  const later = await laterOfRows(job.database, job.connectionId, intentId);
  const speaks = ({ state }: (typeof later)[number]): boolean =>
    state !== 'done' && !(isNews && ENDED.includes(state));
  return new Set(later.filter(speaks).map(({ recordId }) => recordId));
}
