import { createHash } from 'node:crypto';
import type { NotificationKind } from '../../../shared/settings.ts';
import type { Queryable } from '../../db/database.ts';
import { insertNotification } from '../../db/notifications.ts';

/** Several messages within this time are one mail; a webhook gets them at once. */
export const GATHERED_MS = 5 * 60_000;

export type Notification = {
  kind: NotificationKind | 'test';
  /** One line. Names of fields and counts, never contact data: it leaves for mailboxes. */
  subject: string;
  /** What happened, to which thing, and what to do next. */
  text: string;
  /** The same for programs, in the webhook's body. */
  json?: unknown;
};

/**
 * Leaves a notification to be delivered to the addresses that the connection has set, in the caller's transaction:
 * it goes out if and only if what it tells of is committed. The very same message at the same moment is one.
 * @returns its id.
 */
export async function queueNotification(
  tx: Queryable,
  connectionId: string,
  { kind, subject, text, json }: Notification,
  now: string,
): Promise<string> {
  const notificationId = createHash('sha256')
    .update(JSON.stringify([connectionId, kind, subject, text, now]))
    .digest('hex')
    .slice(0, 32);
  const row = { notificationId, kind, subject, text, json: json ?? null, queuedAt: now };
  const mailAt = kind === 'test' ? now : new Date(Date.parse(now) + GATHERED_MS).toISOString();
  await insertNotification(tx, connectionId, row, { email: mailAt, webhook: now });
  return notificationId;
}
