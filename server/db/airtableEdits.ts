import type { Queryable } from './database.ts';

/** The last edit of a field that Airtable has told of. */
export type AirtableEdit = {
  resource: string;
  entityId: string;
  fieldKey: string;
  editedAt: string;
  userId: string | null;
  userEmail: string | null;
  /** `client`, `automation`, `publicApi`… */
  source: string;
  /** Knows the typed value again. */
  digest: string;
};

/** Keeps the latest edit of each field; payloads come in order, and a page that is read twice changes nothing. */
export async function saveEdits(
  db: Queryable,
  connectionId: string,
  edits: readonly AirtableEdit[],
): Promise<void> {
  if (edits.length === 0) return;
  const latest = new Map(edits.map((edit) => [`${edit.resource}\n${edit.entityId}\n${edit.fieldKey}`, edit]));
  const ordered = [...latest].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, edit]) => edit);
  await db.execute(
    `insert into airtable_edits as e (connection_id, resource, entity_id, field_key, edited_at, user_id, user_email, source,
       digest)
     select $1, n."resource", n."entityId", n."fieldKey", n."editedAt", n."userId", n."userEmail", n."source", n."digest"
       from jsonb_to_recordset($2::jsonb) as n("resource" text, "entityId" text, "fieldKey" text, "editedAt" timestamptz,
         "userId" text, "userEmail" text, "source" text, "digest" text)
     on conflict on constraint airtable_edits_pkey do update set edited_at = excluded.edited_at,
       user_id = excluded.user_id, user_email = excluded.user_email, source = excluded.source, digest = excluded.digest
      where e.edited_at <= excluded.edited_at`,
    [connectionId, JSON.stringify(ordered)],
  );
}

export async function editsOf(
  db: Queryable,
  connectionId: string,
  resource: string,
  entityIds: readonly string[],
): Promise<AirtableEdit[]> {
  return db.query<AirtableEdit>(
    `select resource, entity_id as "entityId", field_key as "fieldKey", edited_at as "editedAt", user_id as "userId",
       user_email as "userEmail", source, digest
       from airtable_edits where connection_id = $1 and resource = $2 and entity_id = any($3)`,
    [connectionId, resource, entityIds],
  );
}

/** What a person has edited lately: looked at again when the person's rights change. */
export async function editedBy(
  db: Queryable,
  connectionId: string,
  userId: string,
): Promise<{ resource: string; entityId: string }[]> {
  return db.query(
    `select distinct resource, entity_id as "entityId" from airtable_edits where connection_id = $1 and user_id = $2
      order by resource, entity_id`,
    [connectionId, userId],
  );
}

/** @param keptOf people whose edits are kept however old they are: it is by them that an edit is known as held. */
export async function expireEdits(
  db: Queryable,
  connectionId: string,
  before: string,
  keptOf: readonly string[],
): Promise<number> {
  return db.execute(
    `delete from airtable_edits where connection_id = $1 and edited_at < $2
        and (user_id is null or user_id <> all($3))`,
    [connectionId, before, keptOf],
  );
}
