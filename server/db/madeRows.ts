import type { Queryable } from './database.ts';

/** A row that the sync has made, as Airtable told before any link knew it. */
export type MadeRow = {
  airtableRecordId: string;
  resource: string;
  entityId: string;
  /** What it showed at first of the fields that flow to Buildium. */
  digests: Record<string, string>;
};

/** That a row was made is true for good, whoever tells of it again. */
export async function noteMadeRows(
  db: Queryable,
  connectionId: string,
  rows: readonly MadeRow[],
  now: string,
): Promise<void> {
  if (rows.length === 0) return;
  await db.execute(
    `insert into made_rows (connection_id, airtable_record_id, resource, entity_id, digests, made_at)
     select $1, r."airtableRecordId", r."resource", r."entityId", r."digests", $3
       from jsonb_to_recordset($2::jsonb) as r("airtableRecordId" text, "resource" text, "entityId" text, "digests" jsonb)
      order by r."airtableRecordId"
     on conflict on constraint made_rows_pkey do nothing`,
    [connectionId, JSON.stringify(rows), now],
  );
}

/** Those among the rows that the sync has made. */
export async function madeRowsAmong(
  db: Queryable,
  connectionId: string,
  recordIds: readonly string[],
): Promise<MadeRow[]> {
  if (recordIds.length === 0) return [];
  return db.query<MadeRow>(
    `select airtable_record_id as "airtableRecordId", resource, entity_id as "entityId", digests
       from made_rows where connection_id = $1 and airtable_record_id = any($2)`,
    [connectionId, recordIds],
  );
}

/** Without what was sent, it proves nothing. */
export async function expireMadeRows(db: Queryable, connectionId: string, before: string): Promise<number> {
  return db.execute(`delete from made_rows where connection_id = $1 and made_at < $2`, [
    connectionId,
    before,
  ]);
}
