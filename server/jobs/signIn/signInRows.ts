import { dateOf, type PlainDate } from '../../../shared/dates.ts';
import { CALLS_OF_PLAN } from '../../../shared/settings.ts';
import { parsePayload, type AirtablePayload } from '../../airtable/webhook.ts';
import { listWebhooks } from '../../db/airtableWebhooks.ts';
import type { Queryable } from '../../db/database.ts';
import {
  digestIsKnown,
  hasSignInCall,
  moveSignInCursor,
  noteSignInRow,
  takeSignInCall,
  voidSignInRow,
  type SignInTable,
} from '../../db/signIns.ts';
import { laterBy, nowOf, type Job } from '../job.ts';

/** People without a token cause this many calls to Airtable a minute, however many they are and whatever they ask. */
const CALLS_A_MINUTE = 6;

/** And at most this share of the calls that the plan has for a month in a day, however many minutes they ask. */
const SHARE_A_DAY = 0.003;

/** Of a small plan enough for a handful of people; of a plan without limit as many as nobody misses. */
const CALLS_A_DAY = { atLeast: 20, withoutLimit: 2_000 };

const PAYLOADS_A_PAGE = 50;

/**
 * Reads what Airtable reports about the table, at once and apart from the sync's own reading: somebody waits, and
 * a first sync may have thousands of payloads before theirs. @returns false when no call was left or it failed.
 */
export async function readSignInRows(job: Job, table: SignInTable): Promise<boolean> {
  if (table.webhookId === null || !(await takeCall(job))) return false;
  const page = await job.airtable.webhooks.payloads(table.webhookId, table.cursor, PAYLOADS_A_PAGE, {
    priority: 'person',
  });
  if (!page.ok) {
    job.log.warn({ kind: page.error.kind }, `Sign-ins could not be read: ${page.error.message}`);
    return false;
  }
  const { payloads, cursor } = page.value;
  await job.database.transaction(async (tx) => {
    if (!(await moveSignInCursor(tx, job.connectionId, table.cursor, cursor))) return;
    for (const json of payloads) {
      const payload = parsePayload(json);
      if (payload.ok) await notePayload(tx, job.connectionId, table, payload.value);
    }
  });
  return true;
}

/** Where the next payload will stand: rows that are made from now on come after it. Null without a webhook. */
export async function newestPayload(job: Job): Promise<{ webhookId: string; cursor: number } | null> {
  const [known] = await listWebhooks(job.database, job.connectionId);
  if (!known) return null;
  const { webhookId, cursor } = known;
  // The sync's own cursor is never ahead: reading from there only takes longer.
  if (!(await takeCall(job))) return { webhookId, cursor };
  const listed = await job.airtable.webhooks.list({ priority: 'person' });
  const there = listed.ok ? listed.value.find(({ id }) => id === webhookId) : undefined;
  return { webhookId, cursor: Math.max(cursor, there?.cursorForNextPayload ?? cursor) };
}

function takeCall(job: Job): Promise<boolean> {
  const minute = { now: nowOf(job), minuteAgo: laterBy(job, -60_000), perMinute: CALLS_A_MINUTE };
  return takeSignInCall(job.database, job.connectionId, { ...minute, ...dayOf(job) });
}

/** Whether sign-ins may still ask Airtable today. */
export function hasCallToday(job: Job): Promise<boolean> {
  return hasSignInCall(job.database, job.connectionId, dayOf(job));
}

function dayOf(job: Job): { today: PlainDate; perDay: number } {
  const ofMonth = CALLS_OF_PLAN[job.settings.airtablePlan];
  const perDay =
    ofMonth === null
      ? CALLS_A_DAY.withoutLimit
      : Math.max(CALLS_A_DAY.atLeast, Math.floor(ofMonth * SHARE_A_DAY));
  return { today: dateOf(nowOf(job)), perDay };
}

async function notePayload(
  tx: Queryable,
  connectionId: string,
  table: SignInTable,
  payload: AirtablePayload,
): Promise<void> {
  for (const changes of payload.tables) {
    if (changes.tableId !== table.tableId) continue;
    for (const { recordId, current } of changes.created) {
      const cell = current[table.fieldId];
      const digest = typeof cell === 'string' ? cell.trim() : '';
      const { id: userId = null, email = null, permissionLevel = null } = payload.user ?? {};
      const isCopy = digest !== '' && (await digestIsKnown(tx, connectionId, digest));
      const row = { recordId, digest, userId, email, permissionLevel, madeAt: payload.timestamp };
      await noteSignInRow(tx, connectionId, { ...row, void: whyVoid(payload, digest, isCopy) });
    }
    for (const { recordId } of changes.changed)
      await voidSignInRow(tx, connectionId, recordId, 'the row was changed after it was made');
    for (const recordId of changes.destroyed)
      await voidSignInRow(tx, connectionId, recordId, 'the row was deleted');
  }
}

/** A duplicated row was made by one person with the secret of another. */
function whyVoid(payload: AirtablePayload, digest: string, isCopy: boolean): string | null {
  if (payload.source !== 'client' || payload.user === null)
    return 'the row was not made by a person in Airtable';
  if (digest === '') return 'the row was made empty';
  return isCopy ? 'the row is a copy of another' : null;
}
