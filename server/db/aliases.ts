import type { Queryable } from './database.ts';

/** A second row of an entity: a replaced one that came back by undo, or one that the sync made unheard. */
export type SecondRow = {
  entityId: string;
  airtableRecordId: string;
  madeBySync: boolean;
  /** Fields that somebody had typed into it since its sides were last compared when it was replaced. */
  typedFields: string[];
};

/**
 * Notes the row that an entity had before: an undo may bring it back.
 * @param alias.comparedAt when its sides were last compared; null where nothing that was typed into it since is to count.
 */
export async function addAlias(
  db: Queryable,
  connectionId: string,
  alias: { airtableRecordId: string; resource: string; entityId: string; comparedAt: string | null },
): Promise<void> {
  await db.execute(
    `insert into link_aliases (connection_id, airtable_record_id, resource, entity_id, typed_fields)
     values ($1, $2, $3, $4, ${typedSince('$5::timestamptz')})
     on conflict on constraint link_aliases_pkey do nothing`,
    [connectionId, alias.airtableRecordId, alias.resource, alias.entityId, alias.comparedAt],
  );
}

/** The fields that somebody typed into the row since then: what they show was never agreed. */
function typedSince(moment: string): string {
  return `array(select field_key from airtable_edits
    where connection_id = $1 and resource = $3 and entity_id = $4 and edited_at >= ${moment} order by field_key)`;
}

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

/** Notes rows that the sync made and that no link knows, of entities that have another row or none. */
export async function noteMadeUnheard(
  db: Queryable,
  connectionId: string,
  rows: readonly { airtableRecordId: string; resource: string; entityId: string }[],
  now: string,
): Promise<void> {
  if (rows.length === 0) return;
  await db.execute(
    `insert into link_aliases (connection_id, airtable_record_id, resource, entity_id, restored_at, made_by_sync)
     select $1, r."airtableRecordId", r."resource", r."entityId", $3, true
       from jsonb_to_recordset($2::jsonb) as r("airtableRecordId" text, "resource" text, "entityId" text)
      where not exists (select 1 from links l
        where l.connection_id = $1 and l.airtable_record_id = r."airtableRecordId")
     on conflict on constraint link_aliases_pkey do nothing`,
    [connectionId, JSON.stringify(rows), now],
  );
}

export async function secondRows(
  db: Queryable,
  connectionId: string,
  resource: string,
  entityIds: readonly string[],
): Promise<SecondRow[]> {
  return db.query<SecondRow>(
    `select entity_id as "entityId", airtable_record_id as "airtableRecordId", made_by_sync as "madeBySync",
       typed_fields as "typedFields"
       from link_aliases
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

/** The row is the entity's own after all. */
export async function forgetAlias(
  db: Queryable,
  connectionId: string,
  airtableRecordId: string,
): Promise<void> {
  await db.execute(`delete from link_aliases where connection_id = $1 and airtable_record_id = $2`, [
    connectionId,
    airtableRecordId,
  ]);
}

const LAST_COMPARED =
  '(select coalesce(compared_at, updated_at) from links where connection_id = $1 and resource = $3 and entity_id = $4)';

/** The alias takes the place of the link's row, and the other way round; the former row is then the one to settle. */
export async function swapRow(
  db: Queryable,
  connectionId: string,
  swap: { resource: string; entityId: string; from: string | null; to: string; now: string },
): Promise<void> {
  await forgetAlias(db, connectionId, swap.to);
  await db.execute(
    `update links set airtable_record_id = $4 where connection_id = $1 and resource = $2 and entity_id = $3`,
    [connectionId, swap.resource, swap.entityId, swap.to],
  );
  if (swap.from === null) return;
  await db.execute(
    `insert into link_aliases (connection_id, airtable_record_id, resource, entity_id, restored_at, typed_fields)
     values ($1, $2, $3, $4, $5, ${typedSince(LAST_COMPARED)})
     on conflict on constraint link_aliases_pkey do update set restored_at = excluded.restored_at`,
    [connectionId, swap.from, swap.resource, swap.entityId, swap.now],
  );
}
