import type { Queryable } from './database.ts';

export type Channel = 'email' | 'webhook';
export const CHANNELS: readonly Channel[] = ['email', 'webhook'];

export type NotificationRow = {
  notificationId: string;
  kind: string;
  subject: string;
  text: string;
  json: unknown;
  queuedAt: string;
};

/** Leaves a notification to be delivered by every channel; the very same one is left once. */
export async function insertNotification(
  db: Queryable,
  connectionId: string,
  row: NotificationRow,
  notBefore: Readonly<Record<Channel, string>>,
): Promise<void> {
  await db.execute(
    `insert into notifications (connection_id, notification_id, kind, subject, text, json, queued_at)
     values ($1, $2, $3, $4, $5, $6, $7) on conflict on constraint notifications_pkey do nothing`,
    [
      connectionId,
      row.notificationId,
      row.kind,
      row.subject,
      row.text,
      row.json === null ? null : JSON.stringify(row.json),
      row.queuedAt,
    ],
  );
  await db.execute(
    `insert into notification_deliveries (connection_id, notification_id, channel, state, attempts, not_before)
     select $1, $2, c.channel, 'waiting', 0, c.not_before from unnest($3::text[], $4::timestamptz[]) as c(channel, not_before)
     on conflict on constraint notification_deliveries_pkey do nothing`,
    [connectionId, row.notificationId, CHANNELS, CHANNELS.map((channel) => notBefore[channel])],
  );
}

export type ClaimedNotification = NotificationRow & { attempts: number; deliveryId: string };

const COLUMNS = `n.notification_id as "notificationId", n.kind, n.subject, n.text, n.json, n.queued_at as "queuedAt"`;

/**
 * Takes what goes out together by a channel: a delivery whose earlier try failed, just as it was, or else everything
 * that waits, once the oldest has waited long enough. Nobody else has it until the claim ends.
 */
export async function claimDelivery(
  db: Queryable,
  connectionId: string,
  claim: { channel: Channel; deliveryId: string; owner: string; now: string; until: string; limit: number },
): Promise<ClaimedNotification[]> {
  const rows = await db.query<ClaimedNotification>(
    `with due as (
       select delivery_id from notification_deliveries
        where connection_id = $1 and channel = $2 and state = 'waiting' and not_before <= $5
          and (claim_until is null or claim_until <= $5)
        order by delivery_id nulls last, not_before limit 1),
     taken as (
       select d.notification_id from notification_deliveries d, due
        where d.connection_id = $1 and d.channel = $2 and d.state = 'waiting'
          and d.delivery_id is not distinct from due.delivery_id and (d.claim_until is null or d.claim_until <= $5)
        order by d.not_before, d.notification_id limit $7 for update of d skip locked)
     update notification_deliveries d set delivery_id = coalesce(d.delivery_id, $3), attempts = d.attempts + 1,
       claim_owner = $4, claim_until = $6
       from taken, notifications n
      where d.connection_id = $1 and d.channel = $2 and d.notification_id = taken.notification_id
        and n.connection_id = $1 and n.notification_id = d.notification_id
     returning ${COLUMNS}, d.attempts, d.delivery_id as "deliveryId"`,
    [connectionId, claim.channel, claim.deliveryId, claim.owner, claim.now, claim.until, claim.limit],
  );
  return rows.sort((a, b) => (a.queuedAt + a.notificationId < b.queuedAt + b.notificationId ? -1 : 1));
}

/** What came of a claimed delivery; one that failed keeps its id for the next try. */
export async function settleDelivery(
  db: Queryable,
  connectionId: string,
  settled: {
    channel: Channel;
    notificationIds: readonly string[];
    owner: string;
    state: 'waiting' | 'delivered' | 'notWanted' | 'givenUp';
    notBefore: string;
    problem: string | null;
    now: string;
  },
): Promise<void> {
  await db.execute(
    `update notification_deliveries set state = $5, not_before = $6, problem = $7, claim_owner = null, claim_until = null,
       ended_at = case when $5 = 'waiting' then null else $8::timestamptz end
      where connection_id = $1 and channel = $2 and notification_id = any($3) and claim_owner = $4`,
    [
      connectionId,
      settled.channel,
      settled.notificationIds,
      settled.owner,
      settled.state,
      settled.notBefore,
      settled.problem,
      settled.now,
    ],
  );
}

/** Whether something could go out now. */
export async function hasDueDelivery(db: Queryable, connectionId: string, now: string): Promise<boolean> {
  const rows = await db.query(
    `select 1 from notification_deliveries where connection_id = $1 and state = 'waiting' and not_before <= $2
       and (claim_until is null or claim_until <= $2) limit 1`,
    [connectionId, now],
  );
  return rows.length > 0;
}

export type StuckChannel = { channel: Channel; messages: number; since: string; problem: string };

/** Channels by which messages have failed to go out so many times, and are tried again. */
export async function stuckChannels(
  db: Queryable,
  connectionId: string,
  attempts: number,
): Promise<StuckChannel[]> {
  return db.query<StuckChannel>(
    `select d.channel, count(*) as messages, min(n.queued_at) as since,
       (array_agg(d.problem order by d.not_before desc))[1] as problem
       from notification_deliveries d join notifications n on n.connection_id = d.connection_id
         and n.notification_id = d.notification_id
      where d.connection_id = $1 and d.state = 'waiting' and d.attempts >= $2 and d.problem is not null
      group by d.channel order by d.channel`,
    [connectionId, attempts],
  );
}

export type DeliveryRow = {
  notificationId: string;
  channel: Channel;
  state: 'waiting' | 'delivered' | 'notWanted' | 'givenUp';
  attempts: number;
  notBefore: string;
  endedAt: string | null;
  problem: string | null;
};

export async function listNotifications(
  db: Queryable,
  connectionId: string,
  limit: number,
): Promise<(NotificationRow & { deliveries: DeliveryRow[] })[]> {
  const rows = await db.query<NotificationRow>(
    `select ${COLUMNS} from notifications n where connection_id = $1 order by queued_at desc, notification_id limit $2`,
    [connectionId, limit],
  );
  const deliveries = await db.query<DeliveryRow>(
    `select notification_id as "notificationId", channel, state, attempts, not_before as "notBefore",
       ended_at as "endedAt", problem
       from notification_deliveries where connection_id = $1 and notification_id = any($2) order by channel`,
    [connectionId, rows.map((row) => row.notificationId)],
  );
  const byId = Map.groupBy(deliveries, (row) => row.notificationId);
  return rows.map((row) => ({ ...row, deliveries: byId.get(row.notificationId) ?? [] }));
}

/** Forgets old messages; what still waits stays. */
export async function expireNotifications(
  db: Queryable,
  connectionId: string,
  before: string,
): Promise<number> {
  return db.execute(
    `delete from notifications n where connection_id = $1 and queued_at < $2
       and not exists (select 1 from notification_deliveries d where d.connection_id = $1
         and d.notification_id = n.notification_id and d.state = 'waiting')`,
    [connectionId, before],
  );
}

/** The sealed secret that outgoing webhooks are signed with; made by whoever comes first. */
export async function notificationSecret(
  db: Queryable,
  connectionId: string,
  sealedNew: string,
): Promise<string> {
  const [row] = await db.query<{ sealed: string }>(
    `insert into notification_secrets as s (connection_id, sealed_secret) values ($1, $2)
     on conflict on constraint notification_secrets_pkey do update set sealed_secret = s.sealed_secret
     returning sealed_secret as sealed`,
    [connectionId, sealedNew],
  );
  return row?.sealed ?? sealedNew;
}

export async function saveNotificationSecret(
  db: Queryable,
  connectionId: string,
  sealed: string,
): Promise<void> {
  await db.execute(
    `insert into notification_secrets (connection_id, sealed_secret) values ($1, $2)
     on conflict on constraint notification_secrets_pkey do update set sealed_secret = excluded.sealed_secret`,
    [connectionId, sealed],
  );
}
