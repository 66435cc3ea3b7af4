import type { Queryable } from './database.ts';

/** The sealed keys of entities whose contact data is kept, by entity id. */
export async function entityKeysOf(
  db: Queryable,
  connectionId: string,
  resource: string,
  entityIds: readonly string[],
): Promise<Map<string, string>> {
  if (entityIds.length === 0) return new Map();
  const rows = await db.query<{ entityId: string; sealedKey: string }>(
    `select entity_id as "entityId", sealed_key as "sealedKey" from entity_keys
      where connection_id = $1 and resource = $2 and entity_id = any($3)`,
    [connectionId, resource, entityIds],
  );
  return new Map(rows.map((row) => [row.entityId, row.sealedKey]));
}

/** @returns whether there was a key. */
export async function destroyEntityKey(
  db: Queryable,
  connectionId: string,
  resource: string,
  entityId: string,
): Promise<boolean> {
  const destroyed = await db.execute(
    `delete from entity_keys where connection_id = $1 and resource = $2 and entity_id = $3`,
    [connectionId, resource, entityId],
  );
  return destroyed > 0;
}

/** Keeps the first key that anybody made for an entity. */
export async function addEntityKeys(
  db: Queryable,
  connectionId: string,
  resource: string,
  keys: readonly { entityId: string; sealedKey: string }[],
): Promise<void> {
  if (keys.length === 0) return;
  await db.execute(
    `insert into entity_keys (connection_id, resource, entity_id, sealed_key)
     select $1, $2, k.entity_id, k.sealed_key from unnest($3::text[], $4::text[]) as k(entity_id, sealed_key)
      order by k.entity_id on conflict on constraint entity_keys_pkey do nothing`,
    [connectionId, resource, keys.map((key) => key.entityId), keys.map((key) => key.sealedKey)],
  );
}
