import { dateOf, type PlainDate } from '../../../shared/dates.ts';
import { CALLS_OF_PLAN } from '../../../shared/settings.ts';
import { parsePayload, type AirtablePayload, type PayloadCells } from '../../airtable/webhook.ts';
import { listWebhooks } from '../../db/airtableWebhooks.ts';
import type { Queryable } from '../../db/database.ts';
import {
  hasSignInCall,
  moveSignInCursor,
  noteDigest,
  noteSignInRow,
  readSmallestPage,
  takeSignInCall,
  voidSignInRow,
  type SignInTable,
} from '../../db/signIns.ts';
import { laterBy, nowOf, type Job } from '../job.ts';
import { nextPageSize } from '../payloadPages.ts';

/** People without a token cause this many calls to Airtable a minute, however many they are and whatever they ask. */
const CALLS_A_MINUTE = 6;

/** And at most this share of the calls that the plan has for a month in a day, however many minutes they ask. */
const SHARE_A_DAY = 0.003;

/** Of a small plan enough for a handful of people; of a plan without limit as many as nobody misses. */
const CALLS_A_DAY = { atLeast: 20, withoutLimit: 2_000 };

/**
 * Reads what Airtable reports about the table, at once and apart from the sync's own reading: somebody waits, and
 * a first sync may have thousands of payloads before theirs. @returns false when no call was left or it failed.
 */
export async function readSignInRows(job: Job, table: SignInTable): Promise<boolean> {
  if (table.webhookId === null || !(await takeCall(job))) return false;
  const page = await job.airtable.webhooks.payloads(table.webhookId, table.cursor, table.pageSize, {
    priority: 'person',
  });
  if (!page.ok) {
    job.log.warn({ kind: page.error.kind }, `Sign-ins could not be read: ${page.error.message}`);
    if (page.error.kind === 'breaksContract') await readSmallestPage(job.database, job.connectionId);
    return false;
  }
  const payloads = page.value.payloads.map(parsePayload).flatMap((one) => (one.ok ? [one.value] : []));
  const next = { cursor: page.value.cursor, pageSize: nextPageSize(table.pageSize, payloads) };
  await job.database.transaction(async (tx) => {
    if (!(await moveSignInCursor(tx, table, next))) return;
    for (const payload of payloads) await notePayload(tx, job.connectionId, table, payload);
  });
  return true;
}

/** Whether what is read for sign-ins still comes: a webhook that was made anew tells nothing under its old id. */
export async function isReadOn(job: Job, { webhookId }: SignInTable): Promise<boolean> {
  const known = await listWebhooks(job.database, job.connectionId);
  return known.some((webhook) => webhook.webhookId === webhookId);
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
      const digest = digestIn(table, current);
      const { id: userId = null, email = null, permissionLevel = null } = payload.user ?? {};
      const isCopy = digest !== '' && !(await noteDigest(tx, connectionId, digest));
      const row = { recordId, digest, userId, email, permissionLevel, madeAt: payload.timestamp };
      await noteSignInRow(tx, connectionId, { ...row, void: whyVoid(payload, digest, isCopy) });
    }
    for (const { recordId, current, previous } of changes.changed) {
      // A row that got its text later proves nothing, and neither does a copy of it.
      for (const digest of [digestIn(table, current), digestIn(table, previous ?? {})])
        if (digest !== '') await noteDigest(tx, connectionId, digest);
      await voidSignInRow(tx, connectionId, recordId, 'the row was changed after it was made');
    }
    for (const recordId of changes.destroyed)
      await voidSignInRow(tx, connectionId, recordId, 'the row was deleted');
  }
}

function digestIn({ fieldId }: SignInTable, cells: PayloadCells): string {
  const cell = cells[fieldId];
  return typeof cell === 'string' ? cell.trim() : '';
}

/** A duplicated row was made by one person with the secret of another. */
function whyVoid(payload: AirtablePayload, digest: string, isCopy: boolean): string | null {
  if (payload.source !== 'client' || payload.user === null)
    return 'the row was not made by a person in Airtable';
  if (digest === '') return 'the row was made empty';
  return isCopy ? 'the row is a copy of another' : null;
}
