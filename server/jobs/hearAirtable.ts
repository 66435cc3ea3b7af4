import { parsePayload, type AirtablePayload, type PayloadProblem } from '../airtable/webhook.ts';
import { noteMadeUnheard } from '../db/aliases.ts';
import { saveEdits } from '../db/airtableEdits.ts';
import {
  listWebhooks,
  lockWebhook,
  noteReading,
  saveWebhook,
  type WebhookRow,
} from '../db/airtableWebhooks.ts';
import type { Queryable } from '../db/database.ts';
import { saveEnteredBy } from '../db/entered.ts';
import { noteMadeRows } from '../db/madeRows.ts';
import { markDirty, type Mark } from '../db/marks.ts';
import { openNotices } from '../db/notices.ts';
import { takeBackSent } from '../db/sent.ts';
import { noteUnheard, noteUnheardAtMostHourly } from '../db/unheardTables.ts';
import { loadBaseMapping } from './baseMapping.ts';
import { checkSchema } from './checkSchema.ts';
import { heardOfEntered } from './entered/hearEntered.ts';
import { heardOf } from './heardPage.ts';
import { noteUnlinked, unlinkedIn } from './heardUnlinked.ts';
import { isTooSoon } from './heardTooSoon.ts';
import { laterBy, nowOf, type Job } from './job.ts';
import { stopInWords } from './sides.ts';
import { nextPageSize, FIRST_PAGE } from './payloadPages.ts';
import { readUnheard } from './readUnheard.ts';
import { recordOverwritten, sealOverwritten } from './recordOverwritten.ts';

/** Airtable keeps payloads for seven days; whoever was away longer has missed some. */
const PAYLOADS_KEPT_MS = 7 * 86_400_000;

/** The last reading of each job's base. */
const hearing = new WeakMap<Job, Promise<unknown>>();

/**
 * What happened in the base since the cursor: ids of rows to look at. Pings only say that there is something.
 * @returns false when some of it could not be read yet.
 */
export function hearAirtable(job: Job): Promise<boolean> {
  return afterTheLast(job, async () => {
    const isAll = await readOn(job);
    await readUnheard(job);
    return isAll;
  });
}

/** The same without the tables that are to be read whole. */
export function hearChanges(job: Job): Promise<boolean> {
  return afterTheLast(job, () => readOn(job));
}

/** One reading begins after the other: side by side they would read the same pages. */
function afterTheLast(job: Job, read: () => Promise<boolean>): Promise<boolean> {
  const before = hearing.get(job) ?? Promise.resolve();
  const mine = before.catch(() => undefined).then(read);
  hearing.set(job, mine);
  return mine;
}

async function readOn(job: Job): Promise<boolean> {
  let isAll = true;
  for (const { webhookId } of await listWebhooks(job.database, job.connectionId)) {
    let next: number | 'through' | 'later' = FIRST_PAGE;
    while (typeof next === 'number') next = await readPayloads(job, webhookId, next);
    if (next === 'later') isAll = false;
  }
  return isAll;
}

/** @returns how many payloads to ask for next; whether there are no more, or they cannot be read now. */
async function readPayloads(
  job: Job,
  webhookId: string,
  size: number,
): Promise<number | 'through' | 'later'> {
  const known = (await listWebhooks(job.database, job.connectionId)).find(
    (row) => row.webhookId === webhookId,
  );
  if (!known) return 'through';
  const page = await job.airtable.webhooks.payloads(webhookId, known.cursor, size, {
    // Behind rows that wait to be written: most of what there is to hear then is the echo of those before them.
    priority: 'sweep',
  });
  if (!page.ok) {
    job.log.warn(
      { webhookId, kind: page.error.kind },
      `The changes in Airtable could not be read: ${page.error.message}`,
    );
    const why = stopInWords('airtable', page.error);
    await noteReading(job.database, job.connectionId, webhookId, why, nowOf(job));
    if (page.error.kind === 'notFound') await renewNow(job.database, job);
    return 'later';
  }
  const parsed = page.value.payloads.map((payload) => parsePayload(payload));
  const payloads = parsed.flatMap((one) => (one.ok ? [one.value] : []));
  const broken = parsed.flatMap((one) => (one.ok ? [] : [one.error]));
  const mapping = await loadBaseMapping(job.database, job.connectionId);
  const ownUserId = await job.airtableUserId();
  if (ownUserId === null) {
    // What we wrote ourselves would pass for somebody's edit; it is read when Airtable answers again.
    const why = 'Airtable did not say whose token this is, so that our own writes would pass for edits.';
    job.log.warn({ webhookId }, `${why} Its changes are read later.`);
    await noteReading(job.database, job.connectionId, webhookId, why, nowOf(job));
    return 'later';
  }
  const heard = await heardOf(job, mapping, payloads, ownUserId);
  // At once: whoever looks at such a row now asks for it, and what is too soon to be heard waits for that look.
  await noteMadeRows(job.database, job.connectionId, heard.made, nowOf(job));
  if (await isTooSoon(job, heard.unowned)) {
    await job.queues.chore(job.database, { connectionId: job.connectionId, chore: 'hearAirtable' });
    return 'later';
  }
  const entered = await heardOfEntered(job, mapping, payloads);
  const unlinked = await unlinkedIn(job, mapping, payloads, ownUserId);
  const overwritten = await sealOverwritten(job, heard.overwritten, heard.edits);
  const moved = await job.database.transaction(async (tx) => {
    const row = await lockWebhook(tx, job.connectionId, webhookId);
    // Another process has read on meanwhile; its marks are as good as ours.
    if (!row || row.cursor !== known.cursor) return false;
    const marks = [...heard.marks, ...heard.madeUnheard.map(({ mark }) => mark)];
    await markDirty(tx, job.connectionId, marks, nowOf(job));
    await noteMadeUnheard(tx, job.connectionId, heard.madeUnheard, nowOf(job));
    await openNotices(tx, job.connectionId, heard.notices);
    await noteUnlinked(tx, job, unlinked);
    await saveEdits(tx, job.connectionId, heard.edits);
    await takeBackSent(tx, job.connectionId, heard.edits);
    await recordOverwritten(tx, job, overwritten);
    await saveEnteredBy(tx, job.connectionId, entered.enteredBy);
    if (entered.hasEntered) await job.queues.chore(tx, { connectionId: job.connectionId, chore: 'entered' });
    await wakeAll(tx, job, marks);
    if (hasGap(job, known, page.value)) await noteUnheard(tx, job.connectionId, null, nowOf(job));
    else if (broken.length > 0) await noteUnheardAtMostHourly(tx, job.connectionId, nowOf(job));
    const after = afterPage(job, row, page.value.cursor, payloads, broken);
    if (after.problem !== null) await renewNow(tx, job);
    await saveWebhook(tx, job.connectionId, after);
    await noteReading(tx, job.connectionId, webhookId, null, nowOf(job));
    return true;
  });
  if (heard.schemaChanged || entered.schemaChanged) await checkSchema(job);
  // What another process has read may have ended before what we saw: its cursor is where the next page begins.
  return !moved || page.value.mightHaveMore ? nextPageSize(size, payloads) : 'through';
}

/** Airtable does not know the webhook, or says that it is broken: another takes its place. */
async function renewNow(db: Queryable, job: Job): Promise<void> {
  await job.queues.chore(db, { connectionId: job.connectionId, chore: 'renewWebhooks' });
}

/**
 * Some payloads are lost where the webhook had ended, since Airtable makes none then, and where the cursor passes over
 * more of them than were shown, since it keeps them for a week: only the tables know.
 */
function hasGap(
  job: Job,
  known: WebhookRow,
  page: { cursor: number; payloads: readonly unknown[] },
): boolean {
  const hadEnded = Date.parse(known.expiresAt) < job.clock.nowMs();
  return hadEnded || page.cursor - known.cursor > page.payloads.length;
}

function afterPage(
  job: Job,
  row: WebhookRow,
  cursor: number,
  payloads: readonly AirtablePayload[],
  broken: readonly PayloadProblem[],
): WebhookRow {
  return {
    ...row,
    cursor,
    // Listing payloads extends the webhook as refreshing does.
    expiresAt: laterBy(job, PAYLOADS_KEPT_MS),
    lastPayloadAt: payloads.at(-1)?.timestamp ?? row.lastPayloadAt,
    problem: broken.find(({ kind }) => kind === 'webhookBroken')?.message ?? row.problem,
  };
}

async function wakeAll(tx: Queryable, job: Job, marks: readonly Mark[]): Promise<void> {
  for (const resource of new Set(marks.map((mark) => mark.resource))) {
    await job.queues.wake(tx, job.connectionId, resource);
  }
}
