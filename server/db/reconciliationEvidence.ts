import type { Queryable } from './database.ts';

/** What is known of an entity that must be looked at again. */
export type MarkEvidence = {
  entityId: string;
  since: string;
  problem: string | null;
  parkedAt: string | null;
  waitingForResource: string | null;
  waitingForId: string | null;
  isClaimed: boolean;
};

export async function marksOf(
  db: Queryable,
  connectionId: string,
  resource: string,
): Promise<MarkEvidence[]> {
  return db.query<MarkEvidence>(
    `select entity_id as "entityId", since, problem, parked_at as "parkedAt", waiting_for_resource as "waitingForResource",
       waiting_for_id as "waitingForId", claim_owner is not null as "isClaimed"
       from marks where connection_id = $1 and resource = $2`,
    [connectionId, resource],
  );
}

/** Fields that a conflict holds, by entity. */
export async function conflictedFields(
  db: Queryable,
  connectionId: string,
  resource: string,
): Promise<{ entityId: string; fieldKey: string }[]> {
  return db.query(
    `select entity_id as "entityId", field_key as "fieldKey" from conflicts
      where connection_id = $1 and resource = $2 and state in ('open', 'resolving') order by entity_id, field_key`,
    [connectionId, resource],
  );
}

/** Entities that a person keeps out of the sync. */
export async function detachedIds(
  db: Queryable,
  connectionId: string,
  resource: string,
): Promise<Set<string>> {
  const rows = await db.query<{ entityId: string }>(
    `select entity_id as "entityId" from links where connection_id = $1 and resource = $2 and standing = 'detached'`,
    [connectionId, resource],
  );
  return new Set(rows.map((row) => row.entityId));
}

/** The oldest day that has a row in Airtable: what is read must reach back to it. */
export async function oldestLinkedDay(
  db: Queryable,
  connectionId: string,
  resources: readonly string[],
): Promise<string | null> {
  const [row] = await db.query<{ day: string | null }>(
    `select min(entity_date) as day from links
      where connection_id = $1 and resource = any($2) and airtable_record_id is not null`,
    [connectionId, resources],
  );
  return row?.day ?? null;
}
