import { ok, type Result } from '../../../shared/result.ts';
import type { CallFailure } from '../../callFailure.ts';
import type { AirtableWebhook } from '../../airtable/wire.ts';
import { sealMacSecret } from '../../connectionSecrets.ts';
import type { Queryable } from '../../db/database.ts';
import {
  deleteWebhook,
  listWebhooks,
  noteWebhook,
  saveWebhook,
  type WebhookRow,
} from '../../db/airtableWebhooks.ts';
import { noteUnheard } from '../../db/unheardTables.ts';
import { hearChanges } from '../hearAirtable.ts';
import { laterBy, nowOf, type Job } from '../job.ts';
import { stopInWords } from '../sides.ts';
import { readUnheard } from '../readUnheard.ts';

/** Airtable ends a webhook after seven days without a renewal; it is renewed well before. */
const RENEW_BEFORE_MS = 3 * 86_400_000;

const LIFE_MS = 7 * 86_400_000;

/** Whoever makes a webhook has written it down by then, or never will. */
const SURELY_WRITTEN_MS = 10 * 60_000;

/**
 * Makes the webhook that tells us of edits. Our own writes stay in its sources: the previous values in their
 * payloads are the only sign of an edit that fell between our look and our write.
 * @param alongside what is written down with it, such as that rows are to be looked at; false: another process was faster,
 * and this one is not wanted.
 */
export async function createAirtableWebhook(
  job: Job,
  notificationUrl: string | null,
  alongside: (tx: Queryable) => Promise<boolean> = () => Promise.resolve(true),
): Promise<Result<null, CallFailure>> {
  const made = await job.airtable.webhooks.create(
    {
      notificationUrl,
      specification: {
        options: {
          // Only with the metadata of tables do we hear that one was deleted.
          filters: { dataTypes: ['tableData', 'tableFields', 'tableMetadata'] },
          includes: { includePreviousCellValues: true },
        },
      },
    },
    { priority: 'person' },
  );
  if (!made.ok) return made;
  const { id: webhookId, macSecretBase64, expirationTime } = made.value;
  const place = { connectionId: job.connectionId, webhookId };
  const row = {
    webhookId,
    sealedMacSecret: sealMacSecret(job.keyring, place, macSecretBase64),
    ...{ cursor: 1, expiresAt: expirationTime ?? laterBy(job, LIFE_MS) },
    ...{ lastPayloadAt: null, lastPingAt: null, problem: null, notificationUrl },
  };
  const isWanted = await job.database.transaction(async (tx) => {
    if (!(await alongside(tx))) return false;
    await saveWebhook(tx, job.connectionId, row);
    return true;
  });
  if (!isWanted) await job.airtable.webhooks.remove(webhookId, { priority: 'sweep' });
  return ok(null);
}

/**
 * Renews the webhook before it ends, turns its pings on again when Airtable has turned them off, and makes one that has
 * ended, is broken or is gone anew.
 */
export async function renewAirtableWebhooks(job: Job): Promise<void> {
  const known = await listWebhooks(job.database, job.connectionId);
  const listed = await job.airtable.webhooks.list({ priority: 'sweep' });
  if (!listed.ok) return;
  for (const row of known) {
    const there = listed.value.find((candidate) => candidate.id === row.webhookId);
    const why = there ? endOf(job, row, there) : 'Airtable no longer knows our webhook.';
    if (why !== null) await replaceWebhook(job, row, there ?? null, why);
    else if (there) await renew(job, row, there);
  }
  await removeOrphans(job, known, listed.value);
  await readUnheard(job);
}

/**
 * A webhook that was made for us and that nobody has written down, since the process ended in between: its pings can be
 * checked by nobody, and a base has room for few.
 */
async function removeOrphans(
  job: Job,
  known: readonly WebhookRow[],
  listed: readonly AirtableWebhook[],
): Promise<void> {
  const ours = new Set(known.map(({ notificationUrl }) => notificationUrl).filter((url) => url !== null));
  const ids = new Set(known.map(({ webhookId }) => webhookId));
  for (const { id, notificationUrl, expirationTime } of listed) {
    if (ids.has(id) || !notificationUrl || !ours.has(notificationUrl) || !expirationTime) continue;
    const ageMs = LIFE_MS - (Date.parse(expirationTime) - job.clock.nowMs());
    if (ageMs < SURELY_WRITTEN_MS) continue;
    const removed = await job.airtable.webhooks.remove(id, { priority: 'sweep' });
    if (removed.ok)
      job.log.info({ webhookId: id }, 'An Airtable webhook of ours that nobody reads was removed.');
  }
}

/** Why it tells nothing any more; null while it does. One that has ended cannot be renewed. */
function endOf(job: Job, row: WebhookRow, there: AirtableWebhook): string | null {
  // Only Airtable knows for sure: reading extends a webhook that lives, and none that has ended.
  if (Date.parse(there.expirationTime ?? row.expiresAt) < job.clock.nowMs())
    return 'The Airtable webhook had ended.';
  if (!there.isHookEnabled) return 'Airtable had switched the webhook off.';
  return row.problem;
}

async function renew(job: Job, row: WebhookRow, there: AirtableWebhook): Promise<void> {
  const { webhookId } = row;
  if (there.areNotificationsEnabled === false)
    await job.airtable.webhooks.enableNotifications(webhookId, true);
  const known = { ...row, notificationUrl: there.notificationUrl ?? null };
  const leftMs = Date.parse(there.expirationTime ?? row.expiresAt) - job.clock.nowMs();
  if (leftMs > RENEW_BEFORE_MS) {
    if (known.notificationUrl !== row.notificationUrl)
      await noteWebhook(job.database, job.connectionId, known);
    return;
  }
  const renewed = await job.airtable.webhooks.refresh(webhookId, { priority: 'sweep' });
  if (!renewed.ok) {
    job.log.warn({ webhookId }, `The Airtable webhook could not be renewed: ${renewed.error.message}`);
    return;
  }
  const expiresAt = renewed.value.expirationTime ?? laterBy(job, LIFE_MS);
  await noteWebhook(job.database, job.connectionId, { ...known, expiresAt });
  job.log.info({ webhookId, expiresAt, at: nowOf(job) }, 'The Airtable webhook was renewed.');
}

/**
 * It has told nothing since: another takes its place, and every table is read. What it can still tell is heard first,
 * since no table says who has typed something.
 */
async function replaceWebhook(
  job: Job,
  row: WebhookRow,
  there: AirtableWebhook | null,
  why: string,
): Promise<void> {
  const { webhookId } = row;
  const url = there ? (there.notificationUrl ?? null) : row.notificationUrl;
  if (there) await hearChanges(job);
  const made = await createAirtableWebhook(job, url, async (tx) => {
    if (!(await deleteWebhook(tx, job.connectionId, webhookId))) return false;
    await noteUnheard(tx, job.connectionId, null, nowOf(job));
    return true;
  });
  if (!made.ok) {
    const problem = `${why} It could not be made anew: ${stopInWords('airtable', made.error)}`;
    job.log.warn({ webhookId }, `${problem} (${made.error.message})`);
    await noteWebhook(job.database, job.connectionId, { ...row, problem: row.problem ?? problem });
    return;
  }
  if (there) await job.airtable.webhooks.remove(webhookId, { priority: 'sweep' });
  job.log.info({ webhookId }, `${why} It was made anew; every table is read.`);
}
