import type { Queryable } from '../../db/database.ts';
import { saveNotificationSecret } from '../../db/notifications.ts';
import type { Job } from '../job.ts';

const placeOf = (job: Pick<Job, 'connectionId'>): string =>
  `notification_secrets:${job.connectionId}:sealed_secret`;

/** A secret for outgoing webhooks, and how it is kept. */
export function newNotificationSecret(job: Pick<Job, 'connectionId' | 'keyring' | 'randomBytes'>): {
  secret: string;
  sealed: string;
} {
  const secret = job.randomBytes(32).toString('base64url');
  return { secret, sealed: job.keyring.encrypt(secret, placeOf(job)) };
}

export function openNotificationSecret(job: Pick<Job, 'connectionId' | 'keyring'>, sealed: string): string {
  const opened = job.keyring.decrypt(sealed, placeOf(job));
  if (!opened.ok)
    throw new Error(
      `The secret for outgoing webhooks cannot be opened (${opened.error.kind}): check ENCRYPTION_KEYS`,
    );
  return opened.value.reveal();
}

/** Takes the old secret's place at once. @returns the new one, which is shown only now. */
export async function rotateNotificationSecret(job: Job, tx: Queryable): Promise<string> {
  const { secret, sealed } = newNotificationSecret(job);
  await saveNotificationSecret(tx, job.connectionId, sealed);
  return secret;
}
