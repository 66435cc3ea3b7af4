import { ok, type Result } from '../../../shared/result.ts';
import type { CallFailure } from '../../callFailure.ts';
import type { AirtableWebhook } from '../../airtable/wire.ts';
import { sealMacSecret } from '../../connectionSecrets.ts';
import type { Queryable } from '../../db/database.ts';
import { deleteWebhook, listWebhooks, saveWebhook } from '../../db/airtableWebhooks.ts';
import { laterBy, nowOf, type Job } from '../job.ts';
import { readEveryTable } from '../readEveryTable.ts';

/** Airtable ends a webhook after seven days without a renewal; it is renewed well before. */
const RENEW_BEFORE_MS = 3 * 86_400_000;

const LIFE_MS = 7 * 86_400_000;

/**
 * Makes the webhook that tells us of edits. Our own writes stay in its sources: the previous values in their
 * payloads are the only sign of an edit that fell between our look and our write.
 * @param alongside what is written down with it, such as that rows are to be looked at.
 */
export async function createAirtableWebhook(
  job: Job,
  notificationUrl: string | null,
  alongside: (tx: Queryable) => Promise<void> = () => Promise.resolve(),
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
    ...{ lastPayloadAt: null, lastPingAt: null, problem: null },
  };
  await job.database.transaction(async (tx) => {
    await saveWebhook(tx, job.connectionId, row);
    await alongside(tx);
  });
  return ok(null);
}

/** Renews the webhook before it ends, and turns its pings on again when Airtable has turned them off. */
export async function renewAirtableWebhooks(job: Job): Promise<void> {
  const known = await listWebhooks(job.database, job.connectionId);
  const listed = await job.airtable.webhooks.list({ priority: 'sweep' });
  if (!listed.ok) return;
  for (const row of known) {
    const there = listed.value.find((candidate) => candidate.id === row.webhookId);
    if (!there) {
      await deleteWebhook(job.database, job.connectionId, row.webhookId);
      job.log.warn(
        { webhookId: row.webhookId },
        'Airtable no longer knows our webhook. Run "npm run cli -- repair" to make it anew; until then edits are found by the nightly read.',
      );
      continue;
    }
    if (there.areNotificationsEnabled === false)
      await job.airtable.webhooks.enableNotifications(row.webhookId, true);
    // Only Airtable knows for sure: reading extends a webhook that lives, and none that has ended.
    const leftMs = Date.parse(there.expirationTime ?? row.expiresAt) - job.clock.nowMs();
    if (leftMs > RENEW_BEFORE_MS) continue;
    if (leftMs < 0) {
      await replaceEnded(job, there);
      continue;
    }
    const renewed = await job.airtable.webhooks.refresh(row.webhookId, { priority: 'sweep' });
    if (!renewed.ok) {
      job.log.warn(
        { webhookId: row.webhookId },
        `The Airtable webhook could not be renewed: ${renewed.error.message}`,
      );
      continue;
    }
    const expiresAt = renewed.value.expirationTime ?? laterBy(job, LIFE_MS);
    await saveWebhook(job.database, job.connectionId, { ...row, expiresAt, problem: null });
    job.log.info(
      { webhookId: row.webhookId, expiresAt, at: nowOf(job) },
      'The Airtable webhook was renewed.',
    );
  }
}

/** One that has ended cannot be renewed, and has told nothing since: another takes its place, and every table is read. */
async function replaceEnded(job: Job, { id, notificationUrl }: AirtableWebhook): Promise<void> {
  const made = await createAirtableWebhook(job, notificationUrl ?? null, (tx) =>
    deleteWebhook(tx, job.connectionId, id),
  );
  if (!made.ok) {
    job.log.warn(
      { webhookId: id },
      `The Airtable webhook had ended and could not be made anew: ${made.error.message}`,
    );
    return;
  }
  await job.airtable.webhooks.remove(id, { priority: 'sweep' });
  job.log.info({ webhookId: id }, 'The Airtable webhook had ended and was made anew; every table is read.');
  await readEveryTable(job);
}
