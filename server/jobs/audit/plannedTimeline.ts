import { plannedTransactions } from '../../../shared/planned/columns.ts';
import { resourceNamed } from '../../../shared/resources/index.ts';
import { err, ok, unreachable, type Result } from '../../../shared/result.ts';
import type { CallFailure } from '../../callFailure.ts';
import { intentsOfRow } from '../../db/intentLists.ts';
import type { IntentRow } from '../../db/intents.ts';
import { plannedTimelineOf } from '../../db/timeline.ts';
import type { Job } from '../job.ts';
import type { OwnTableFailure } from '../ownTables/ownTables.ts';
import { isReversed, reversalOfBooked, reversedWords } from '../push/pushReversed.ts';
import { plannedTable, readRow, type ReadRow } from '../push/pushTable.ts';
import { notRunning, said, standingOf, withoutWorker, type RecordStanding } from './recordStanding.ts';
import { linkedNames } from './linkedNames.ts';
import { cursorOf, pageOf, subjectOf, type Timeline, type TimelinePage } from './timelinePage.ts';
import { stepOf } from './timelineWords.ts';

type Failure = CallFailure | OwnTableFailure;

/**
 * The story of a row of Planned Transactions: its pushes, what it was booked as and what became of that.
 * @returns null for a row that is not in that table and was never pushed.
 */
export async function plannedTimeline(
  job: Job,
  airtableRecordId: string,
  { before, limit }: TimelinePage,
): Promise<Result<Timeline | null, Failure>> {
  const [newest = null, ...older] = await intentsOfRow(job.database, job.connectionId, airtableRecordId, 50);
  const booked = newest && [newest, ...older].find(({ state }) => state === 'created' || state === 'done');
  const now = await plannedStanding(job, airtableRecordId, newest, booked ?? null);
  if (!now.ok) return now;
  if (now.value === null) return ok(null);
  const resource = booked?.resource ?? 'transactions';
  const subject = await subjectOf(job, { resource, entityId: booked?.entityId ?? '' });
  const rows = await plannedTimelineOf(job.database, job.connectionId, airtableRecordId, {
    ...{ resource, entityId: subject.entityId, root: subject.root, before: cursorOf(before) },
    // One more than asked for tells whether there is a next page.
    limit: limit + 1,
  });
  const shown = rows.slice(0, limit);
  const nameOf = await linkedNames(job, resourceNamed(resource), shown);
  const steps = shown.map((row) => stepOf(resourceNamed(resource), row, nameOf));
  return ok({
    ...{ resource: plannedTransactions.name, entityId: null, airtableRecordId },
    ...{ now: now.value, ...pageOf(steps, rows.length > limit) },
  });
}

/** Answers "why is this not in Buildium?" for a planned row. */
async function plannedStanding(
  job: Job,
  recordId: string,
  newest: IntentRow | null,
  booked: IntentRow | null,
): Promise<Result<RecordStanding | null, Failure>> {
  if (newest === null) return notBooked(job, recordId, null);
  switch (newest.state) {
    case 'refused':
    case 'dropped':
      return booked ? ok(await bookedStanding(job, booked)) : notBooked(job, recordId, newest);
    case 'waiting':
    case 'sending':
      return ok(
        notRunning(job) ??
          (await withoutWorker(job, newest.createdAt, newest.message)) ??
          said('soon', newest.message, null, newest.createdAt),
      );
    case 'unknown':
      return ok(said('waiting', newest.message, null, newest.sentAt));
    case 'asking':
      return ok(said('held', newest.message, SAY_WHAT_BECAME, newest.sentAt));
    case 'created':
    case 'done':
      return ok(await bookedStanding(job, newest));
    default:
      return unreachable(newest.state);
  }
}

const SAY_WHAT_BECAME = 'Say under Push whether it is booked: adopt it, have it sent again, or drop it.';
const NOT_ITS_OWN =
  'It has not been booked: the Buildium ID that it shows is another row’s, which it was copied from, or was typed here.';
const PUSH_IT = 'Preview it and push it, in the extension under Push; nothing is sent by itself.';

/** What the last preview found stands on the row itself and nowhere else. */
async function notBooked(
  job: Job,
  recordId: string,
  newest: IntentRow | null,
): Promise<Result<RecordStanding | null, Failure>> {
  const row = await rowInBase(job, recordId);
  if (!row.ok) return newest === null ? row : ok(lastPush(newest));
  if (row.value === null) return ok(newest && lastPush(newest));
  const { syncStatus, syncNote, buildiumId } = row.value.ours;
  if (newest === null && buildiumId !== null) return ok(said('unlinked', NOT_ITS_OWN, PUSH_IT));
  if (syncStatus === 'Problem')
    return ok(said('held', syncNote ?? 'It cannot be sent.', 'Preview it again once it is corrected.'));
  return ok(
    newest?.state === 'dropped'
      ? lastPush(newest)
      : (notRunning(job) ??
          said('unlinked', 'It has not been pushed since it was filled in or corrected.', PUSH_IT)),
  );
}

function lastPush({ message, state, settledAt, sentAt, createdAt }: IntentRow): RecordStanding {
  const since = settledAt ?? sentAt ?? createdAt;
  return state === 'dropped'
    ? said('unlinked', message, PUSH_IT, since)
    : said('held', message, 'Preview and push it again once it is corrected.', since);
}

async function bookedStanding(job: Job, intent: IntentRow): Promise<RecordStanding> {
  const { resource, entityId, settledAt } = intent;
  const { one } = resourceNamed(resource).label;
  const was = `Booked as ${one} ${entityId ?? ''}.`;
  const reversal = await reversalOfBooked(job, intent);
  if (reversal && isReversed(reversal))
    return said('inStep', `${was} ${reversedWords(job, reversal)}`, null, reversal.settledAt);
  const standing = await standingOf(job, await subjectOf(job, { resource, entityId: entityId ?? '' }));
  if (standing.state === 'unlinked') return said('soon', `${was} Its row is on the way.`, null, settledAt);
  return { ...standing, sentence: `${was} ${standing.sentence}` };
}

async function rowInBase(job: Job, recordId: string): Promise<Result<ReadRow | null, Failure>> {
  const table = await plannedTable(job);
  if (!table.ok) return err(table.error);
  return table.value === null ? ok(null) : readRow(job, table.value, recordId);
}
