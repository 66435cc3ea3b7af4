import type { Queryable } from './database.ts';

/** Values on their way to a side, as digests by field key. */
export type SentRow = {
  resource: string;
  entityId: string;
  side: 'airtable' | 'buildium';
  fence: number;
  digests: Record<string, string>;
  /** What the look before it read in these fields: another previous value was overwritten by it. */
  saw: Record<string, string> | null;
  isCreate: boolean;
  sentAt: string;
  /** When Buildium answered; null while it has not, and for Airtable. */
  doneAt: string | null;
};

export type NewSentRow = Omit<SentRow, 'saw' | 'sentAt' | 'doneAt'> & { saw?: Record<string, string> };

/** Longer than any claim plus a call's deadline: a request may take effect after its connection died. */
export const SENT_KEPT_MS = 15 * 60_000;

/** Airtable may tell of our own write much later, when its changes went unread for a while. */
export const SENT_HEARD_FOR_MS = 24 * 3_600_000;

export async function saveSent(
  db: Queryable,
  connectionId: string,
  rows: readonly NewSentRow[],
  now: string,
): Promise<void> {
  if (rows.length === 0) return;
  await db.execute(
    `insert into sent (connection_id, resource, entity_id, side, fence, sent_at, digests, saw, is_create)
     select $1, s."resource", s."entityId", s."side", s."fence", $3, s."digests", s."saw", s."isCreate"
       from jsonb_to_recordset($2::jsonb) as s("resource" text, "entityId" text, "side" text, "fence" bigint,
         "digests" jsonb, "saw" jsonb, "isCreate" boolean)
     on conflict on constraint sent_pkey do update set
       digests = sent.digests || excluded.digests, saw = coalesce(sent.saw, '{}') || coalesce(excluded.saw, '{}'), is_create = sent.is_create or excluded.is_create, sent_at = excluded.sent_at`,
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
    `select resource, entity_id as "entityId", side, fence, digests, saw, is_create as "isCreate", sent_at as "sentAt",
       done_at as "doneAt"
       from sent where connection_id = $1 and resource = $2 and entity_id = any($3) order by entity_id, fence, side`,
    [connectionId, resource, entityIds],
  );
}

/** The tables in which rows were to be made since then that no link knows yet, by resource. */
export async function resourcesBeingMade(
  db: Queryable,
  connectionId: string,
  since: string,
): Promise<Set<string>> {
  const rows = await db.query<{ resource: string }>(
    `select distinct resource from sent s
      where connection_id = $1 and side = 'airtable' and is_create and sent_at >= $2
        and not exists (select 1 from links l where l.connection_id = $1 and l.resource = s.resource
          and l.entity_id = s.entity_id and l.airtable_record_id is not null and l.updated_at >= s.sent_at)`,
    [connectionId, since],
  );
  return new Set(rows.map(({ resource }) => resource));
}

/** Buildium has answered: what it announces from now on is not of this write. */
export async function noteAnswered(
  db: Queryable,
  connectionId: string,
  row: Pick<SentRow, 'resource' | 'entityId' | 'side' | 'fence'>,
  now: string,
): Promise<void> {
  await db.execute(
    `update sent set done_at = $6
      where connection_id = $1 and resource = $2 and entity_id = $3 and side = $4 and fence = $5`,
    [connectionId, row.resource, row.entityId, row.side, row.fence, now],
  );
}

/** A person has typed the very values that were sent: from now on they are the person's. */
export async function takeBackSent(
  db: Queryable,
  connectionId: string,
  typed: readonly {
    resource: string;
    entityId: string;
    fieldKey: string;
    digest: string;
    editedAt: string;
  }[],
): Promise<void> {
  if (typed.length === 0) return;
  // Gathered first: of several matches for one row an update takes any one of them.
  await db.execute(
    `with taken as (
       select s.resource, s.entity_id, s.fence, array_agg(n."fieldKey") as field_keys
         from sent s
         join jsonb_to_recordset($2::jsonb) as n("resource" text, "entityId" text, "fieldKey" text, "digest" text,
           "editedAt" timestamptz)
           on s.resource = n."resource" and s.entity_id = n."entityId" and s.digests ->> n."fieldKey" = n."digest"
            and s.sent_at <= n."editedAt"
        where s.connection_id = $1 and s.side = 'airtable'
        group by s.resource, s.entity_id, s.fence)
     update sent s set digests = s.digests - taken.field_keys
       from taken
      where s.connection_id = $1 and s.side = 'airtable' and s.resource = taken.resource
        and s.entity_id = taken.entity_id and s.fence = taken.fence`,
    [connectionId, JSON.stringify(typed)],
  );
}

/** Forgets what is settled for sure. */
export async function expireSent(db: Queryable, connectionId: string, before: string): Promise<number> {
  return db.execute(`delete from sent where connection_id = $1 and sent_at < $2`, [connectionId, before]);
}
