import type { Queryable } from './database.ts';

export type WebhookRow = {
  webhookId: string;
  sealedMacSecret: string;
  cursor: number;
  expiresAt: string;
  lastPayloadAt: string | null;
  lastPingAt: string | null;
  /** Why it is to be made anew. */
  problem: string | null;
  /** Where Airtable pings; null where it cannot reach us. */
  notificationUrl: string | null;
};

const COLUMNS = `webhook_id as "webhookId", mac_secret as "sealedMacSecret", cursor, expires_at as "expiresAt",
  last_payload_at as "lastPayloadAt", last_ping_at as "lastPingAt", problem,
  notification_url as "notificationUrl"`;

export async function listWebhooks(db: Queryable, connectionId: string): Promise<WebhookRow[]> {
  return db.query<WebhookRow>(
    `select ${COLUMNS} from airtable_webhooks where connection_id = $1 order by webhook_id`,
    [connectionId],
  );
}

/** The webhook with its row locked, so that marks and cursor move in one transaction and only once. */
export async function lockWebhook(
  db: Queryable,
  connectionId: string,
  webhookId: string,
): Promise<WebhookRow | null> {
  const [row] = await db.query<WebhookRow>(
    `select ${COLUMNS} from airtable_webhooks where connection_id = $1 and webhook_id = $2 for update`,
    [connectionId, webhookId],
  );
  return row ?? null;
}

export async function saveWebhook(db: Queryable, connectionId: string, row: WebhookRow): Promise<void> {
  await db.execute(
    `insert into airtable_webhooks (connection_id, webhook_id, mac_secret, cursor, expires_at, last_payload_at, last_ping_at, problem,
       notification_url)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict on constraint airtable_webhooks_pkey do update set cursor = excluded.cursor, expires_at = excluded.expires_at,
       last_payload_at = excluded.last_payload_at, last_ping_at = excluded.last_ping_at, problem = excluded.problem,
       notification_url = excluded.notification_url`,
    [
      connectionId,
      row.webhookId,
      row.sealedMacSecret,
      row.cursor,
      row.expiresAt,
      row.lastPayloadAt,
      row.lastPingAt,
      row.problem,
      row.notificationUrl,
    ],
  );
}

/**
 * What only Airtable knows of a webhook. Its cursor is left alone, since somebody may be reading on meanwhile, and one
 * that another has taken the place of stays gone.
 */
export async function noteWebhook(
  db: Queryable,
  connectionId: string,
  { webhookId, expiresAt, notificationUrl, problem }: WebhookRow,
): Promise<void> {
  await db.execute(
    `update airtable_webhooks set expires_at = $3, notification_url = $4, problem = coalesce($5, problem)
      where connection_id = $1 and webhook_id = $2`,
    [connectionId, webhookId, expiresAt, notificationUrl, problem],
  );
}

/** @returns false when it was gone already. */
export async function deleteWebhook(
  db: Queryable,
  connectionId: string,
  webhookId: string,
): Promise<boolean> {
  const deleted = await db.execute(
    `delete from airtable_webhooks where connection_id = $1 and webhook_id = $2`,
    [connectionId, webhookId],
  );
  return deleted === 1;
}

export async function webhookById(
  db: Queryable,
  connectionId: string,
  webhookId: string,
): Promise<WebhookRow | null> {
  const [row] = await db.query<WebhookRow>(
    `select ${COLUMNS} from airtable_webhooks where connection_id = $1 and webhook_id = $2`,
    [connectionId, webhookId],
  );
  return row ?? null;
}

/** The cursor stays: only whoever reads the payloads moves it. */
export async function notePing(
  db: Queryable,
  connectionId: string,
  webhookId: string,
  now: string,
): Promise<void> {
  await db.execute(
    `update airtable_webhooks set last_ping_at = $3 where connection_id = $1 and webhook_id = $2`,
    [connectionId, webhookId, now],
  );
}

/** @param why why its changes could not be read; null when they were. */
export async function noteReading(
  db: Queryable,
  connectionId: string,
  webhookId: string,
  why: string | null,
  now: string,
): Promise<void> {
  await db.execute(
    `update airtable_webhooks set unread_why = $3,
       unread_since = case when $3::text is null then null else coalesce(unread_since, $4) end
      where connection_id = $1 and webhook_id = $2 and ($3::text is not null or unread_since is not null)`,
    [connectionId, webhookId, why, now],
  );
}

/** Webhooks whose changes could not be read since before the moment. */
export async function unreadWebhooks(
  db: Queryable,
  connectionId: string,
  before: string,
): Promise<{ since: string; why: string }[]> {
  return db.query(
    `select unread_since as since, unread_why as why from airtable_webhooks
      where connection_id = $1 and unread_since <= $2 order by unread_since`,
    [connectionId, before],
  );
}
