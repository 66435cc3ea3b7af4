import type { Queryable } from './database.ts';

/** Kinds of notices that tell of the sync's own health: each is open at most once. */
export const ALERTS = ['alertDelay', 'alertApi', 'alertAccuracy', 'alertWebhooks', 'alertBacklog'] as const;
export type AlertKind = (typeof ALERTS)[number];

export type OpenAlert = { kind: AlertKind; since: string; message: string };

export async function openAlerts(db: Queryable, connectionId: string): Promise<OpenAlert[]> {
  return db.query<OpenAlert>(
    `select kind, at as since, message from notices
      where connection_id = $1 and closed_at is null and kind = any($2) order by at`,
    [connectionId, ALERTS],
  );
}

/** Holds others back from opening the same alert until the transaction ends. */
export async function lockAlerts(tx: Queryable, connectionId: string): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('alerts ' || $1, 0))`, [connectionId]);
}
