import type { Queryable } from './database.ts';
import type { LinkRow } from './links.ts';

/** A page of a resource's links in the order of their ids; locked where it runs in a transaction. */
export async function linksAfter(
  db: Queryable,
  connectionId: string,
  resource: string,
  after: string | null,
  limit: number,
): Promise<LinkRow[]> {
  return db.query<LinkRow>(
    `select resource, entity_id as "entityId", airtable_record_id as "airtableRecordId", standing,
       parent_id as "parentId", synced_buildium as "syncedBuildium", synced_airtable as "syncedAirtable",
       synced_sealed as "syncedSealed", buildium_hash as "buildiumHash", status, note, entity_date as "entityDate",
       looked_generation as "lookedGeneration", refused from links
      where connection_id = $1 and resource = $2 and entity_id > $3 order by entity_id limit $4 for update`,
    [connectionId, resource, after ?? '', limit],
  );
}

/** The table with these rows is gone: every entity is without a row again, and with nothing agreed. */
export async function forgetRows(
  db: Queryable,
  connectionId: string,
  resource: string,
  now: string,
): Promise<number> {
  return db.execute(
    `update links set airtable_record_id = null, standing = case when standing = 'linked' then 'unpaired' else standing end,
       synced_buildium = '{}', synced_airtable = null, synced_sealed = null, buildium_hash = null, status = null,
       note = null, updated_at = $3
      where connection_id = $1 and resource = $2 and airtable_record_id is not null`,
    [connectionId, resource, now],
  );
}

/** What an entity's key has sealed is no use without it. @returns how the link stands; null where there is none. */
export async function forgetSealed(
  db: Queryable,
  connectionId: string,
  resource: string,
  entityId: string,
): Promise<LinkRow['standing'] | null> {
  const [row] = await db.query<{ standing: LinkRow['standing'] }>(
    `update links set synced_sealed = null where connection_id = $1 and resource = $2 and entity_id = $3
     returning standing`,
    [connectionId, resource, entityId],
  );
  return row?.standing ?? null;
}
