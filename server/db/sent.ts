import type { Queryable } from './database.ts';

/** Values on their way to a side, as digests by field key. */
export type SentRow = {
  resource: string;
  entityId: string;
  side: 'airtable' | 'buildium';
  fence: number;
  digests: Record<string, string>;
  isCreate: boolean;
};

/** Longer than any claim plus a call's deadline: a request may take effect after its connection died. */
export const SENT_KEPT_MS = 15 * 60_000;

export async function saveSent(
  db: Queryable,
  connectionId: string,
  rows: readonly SentRow[],
  now: string,
): Promise<void> {
  if (rows.length === 0) return;
  await db.execute(
    `insert into sent (connection_id, resource, entity_id, side, fence, sent_at, digests, is_create)
     select $1, s."resource", s."entityId", s."side", s."fence", $3, s."digests", s."isCreate"
       from jsonb_to_recordset($2::jsonb) as s("resource" text, "entityId" text, "side" text, "fence" bigint,
         "digests" jsonb, "isCreate" boolean)
     on conflict on constraint sent_pkey do update set
       digests = sent.digests || excluded.digests, is_create = sent.is_create or excluded.is_create, sent_at = excluded.sent_at`,
    [connectionId, JSON.stringify(rows), now],
  );
}

export async function sentTo(
  db: Queryable,
  connectionId: string,
  resource: string,
  entityIds: readonly string[],
): Promise<SentRow[]> {
  return db.query<SentRow>(
    `select resource, entity_id as "entityId", side, fence, digests, is_create as "isCreate"
       from sent where connection_id = $1 and resource = $2 and entity_id = any($3) order by fence`,
    [connectionId, resource, entityIds],
  );
}

/** Forgets what is settled for sure. */
export async function expireSent(db: Queryable, connectionId: string, before: string): Promise<number> {
  return db.execute(`delete from sent where connection_id = $1 and sent_at < $2`, [connectionId, before]);
}
