import type { Queryable } from './database.ts';

/** A replaced row that came back by undo. */
export type RestoredAlias = { entityId: string; airtableRecordId: string };

/** Notes that replaced rows are there again. */
export async function noteRestored(
  db: Queryable,
  connectionId: string,
  recordIds: readonly string[],
  now: string,
): Promise<void> {
  if (recordIds.length === 0) return;
  await db.execute(
    `update link_aliases set restored_at = $3 where connection_id = $1 and airtable_record_id = any($2)`,
    [connectionId, recordIds, now],
  );
}

export async function restoredAliases(
  db: Queryable,
  connectionId: string,
  resource: string,
  entityIds: readonly string[],
): Promise<RestoredAlias[]> {
  return db.query<RestoredAlias>(
    `select entity_id as "entityId", airtable_record_id as "airtableRecordId" from link_aliases
      where connection_id = $1 and resource = $2 and entity_id = any($3) and restored_at is not null
      order by restored_at, airtable_record_id`,
    [connectionId, resource, entityIds],
  );
}

export async function clearRestored(
  db: Queryable,
  connectionId: string,
  airtableRecordId: string,
): Promise<void> {
  await db.execute(
    `update link_aliases set restored_at = null where connection_id = $1 and airtable_record_id = $2`,
    [connectionId, airtableRecordId],
  );
}

/** The alias takes the place of the link's row, and the other way round; the former row is then the one to settle. */
export async function swapRow(
  db: Queryable,
  connectionId: string,
  swap: { resource: string; entityId: string; from: string; to: string; now: string },
): Promise<void> {
  await db.execute(`delete from link_aliases where connection_id = $1 and airtable_record_id = $2`, [
    connectionId,
    swap.to,
  ]);
  await db.execute(
    `update links set airtable_record_id = $4 where connection_id = $1 and resource = $2 and entity_id = $3`,
    [connectionId, swap.resource, swap.entityId, swap.to],
  );
  await db.execute(
    `insert into link_aliases (connection_id, airtable_record_id, resource, entity_id, restored_at)
     values ($1, $2, $3, $4, $5)
     on conflict on constraint link_aliases_pkey do update set restored_at = excluded.restored_at`,
    [connectionId, swap.from, swap.resource, swap.entityId, swap.now],
  );
}
