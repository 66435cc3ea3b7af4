import type { Queryable } from './database.ts';

/** A pair found by what Buildium showed of it when it was last agreed. */
export type FoundLink = { resource: string; entityId: string; airtableRecordId: string | null };

/** Pairs whose link field points to one of these entities, without what is gone from Buildium. */
export async function linksPointingTo(
  db: Queryable,
  connectionId: string,
  which: { resource: string; fieldKey: string; entityIds: readonly string[] },
): Promise<FoundLink[]> {
  if (which.entityIds.length === 0) return [];
  return db.query<FoundLink>(
    `select resource, entity_id as "entityId", airtable_record_id as "airtableRecordId" from links
      where connection_id = $1 and resource = $2 and standing <> 'deletedInBuildium'
        and synced_buildium -> $3 ?| $4::text[]`,
    [connectionId, which.resource, which.fieldKey, which.entityIds],
  );
}

/** A transaction or bill as a person would find it again. */
export type Lookalike = {
  resource: string;
  day: string;
  /** Field keys and values that it shows, in canonical form. */
  shows: Readonly<Record<string, unknown>>;
};

/** Pairs of that day that show all of these values. */
export async function lookalikes(
  db: Queryable,
  connectionId: string,
  { resource, day, shows }: Lookalike,
): Promise<FoundLink[]> {
  return db.query<FoundLink>(
    `select resource, entity_id as "entityId", airtable_record_id as "airtableRecordId" from links
      where connection_id = $1 and resource = $2 and entity_date = $3 and standing <> 'deletedInBuildium'
        and synced_buildium @> $4::jsonb
      order by entity_id limit 10`,
    [connectionId, resource, day, JSON.stringify(shows)],
  );
}
