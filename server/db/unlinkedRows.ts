import type { Queryable } from './database.ts';

/** A row of a synced table that stands for no entity: a copy, or one that a person typed. */
export type UnlinkedRow = {
  airtableRecordId: string;
  resource: string;
  /** The Buildium id that it shows. */
  entityId: string | null;
  madeBy: string;
  seenAt: string;
};

export async function saveUnlinkedRows(
  db: Queryable,
  connectionId: string,
  rows: readonly UnlinkedRow[],
): Promise<void> {
  if (rows.length === 0) return;
  await db.execute(
    `insert into unlinked_rows (connection_id, airtable_record_id, resource, entity_id, made_by, seen_at)
     select $1, u."airtableRecordId", u."resource", u."entityId", u."madeBy", u."seenAt"
       from jsonb_to_recordset($2::jsonb) as u("airtableRecordId" text, "resource" text, "entityId" text, "madeBy" text,
         "seenAt" timestamptz)
      order by u."airtableRecordId"
     on conflict on constraint unlinked_rows_pkey do update set entity_id = excluded.entity_id`,
    [connectionId, JSON.stringify(rows)],
  );
}

/** Those among the rows that are listed. */
export async function unlinkedAmong(
  db: Queryable,
  connectionId: string,
  recordIds: readonly string[],
): Promise<Map<string, UnlinkedRow>> {
  const rows = await db.query<UnlinkedRow>(
    `select airtable_record_id as "airtableRecordId", resource, entity_id as "entityId", made_by as "madeBy",
       seen_at as "seenAt" from unlinked_rows where connection_id = $1 and airtable_record_id = any($2)`,
    [connectionId, recordIds],
  );
  return new Map(rows.map((row) => [row.airtableRecordId, row]));
}

/** Those among the entities whose Buildium id a listed row shows. */
export async function copiedAmong(
  db: Queryable,
  connectionId: string,
  resource: string,
  entityIds: readonly string[],
): Promise<Set<string>> {
  if (entityIds.length === 0) return new Set();
  const rows = await db.query<{ entityId: string }>(
    `select distinct entity_id as "entityId" from unlinked_rows
      where connection_id = $1 and resource = $2 and entity_id = any($3)`,
    [connectionId, resource, entityIds],
  );
  return new Set(rows.map(({ entityId }) => entityId));
}

/** @returns the rows that were listed. */
export async function deleteUnlinkedRows(
  db: Queryable,
  connectionId: string,
  recordIds: readonly string[],
): Promise<UnlinkedRow[]> {
  if (recordIds.length === 0) return [];
  return db.query<UnlinkedRow>(
    `delete from unlinked_rows where connection_id = $1 and airtable_record_id = any($2)
     returning airtable_record_id as "airtableRecordId", resource, entity_id as "entityId", made_by as "madeBy",
       seen_at as "seenAt"`,
    [connectionId, recordIds],
  );
}
