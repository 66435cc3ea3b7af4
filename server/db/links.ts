import type { Standing } from '../sync/plan.ts';
import type { Queryable } from './database.ts';

/** The pair of a Buildium entity and its Airtable row. */
export type LinkRow = {
  resource: string;
  entityId: string;
  airtableRecordId: string | null;
  standing: Standing;
  parentId: string | null;
  /** What Buildium showed when the two were last agreed, by field key; contact data is in `syncedSealed`. */
  syncedBuildium: Record<string, unknown>;
  /** What Airtable showed, where it differs from Buildium's. */
  syncedAirtable: Record<string, unknown> | null;
  syncedSealed: string | null;
  buildiumHash: string | null;
  status: string | null;
  note: string | null;
  entityDate: string | null;
  /** The mark generation before which Buildium was last read for it. */
  lookedGeneration: number;
  /** The edit that Buildium refused at the last look. */
  refused?: Refusal | null;
  /** When something about it was last remembered; set by the database's own bookkeeping. */
  updatedAt?: string;
  /** When both sides were last compared: a look at what a person has paused or detached leaves them alone. */
  comparedAt?: string;
};

/** An edit that Buildium has refused, known again by its values and by what Buildium showed. */
export type Refusal = { digest: string; messages: readonly string[] };

const COLUMNS = `
  resource, entity_id as "entityId", airtable_record_id as "airtableRecordId", standing, parent_id as "parentId",
  synced_buildium as "syncedBuildium", synced_airtable as "syncedAirtable", synced_sealed as "syncedSealed",
  buildium_hash as "buildiumHash", status, note, entity_date as "entityDate", looked_generation as "lookedGeneration",
  refused, updated_at as "updatedAt", coalesce(compared_at, updated_at) as "comparedAt"`;

export async function linksByEntity(
  db: Queryable,
  connectionId: string,
  resource: string,
  entityIds: readonly string[],
): Promise<Map<string, LinkRow>> {
  const rows = await db.query<LinkRow>(
    `select ${COLUMNS} from links where connection_id = $1 and resource = $2 and entity_id = any($3)`,
    [connectionId, resource, entityIds],
  );
  return new Map(rows.map((row) => [row.entityId, row]));
}

export async function linksByParent(
  db: Queryable,
  connectionId: string,
  resource: string,
  parentIds: readonly string[],
): Promise<LinkRow[]> {
  return db.query<LinkRow>(
    `select ${COLUMNS} from links where connection_id = $1 and resource = $2 and parent_id = any($3)`,
    [connectionId, resource, parentIds],
  );
}

export type RecordOwner = {
  airtableRecordId: string;
  resource: string;
  entityId: string;
  parentId: string | null;
};

/** Which entities the rows stand for; aliases (a row that was replaced) included. */
export async function ownersOfRecords(
  db: Queryable,
  connectionId: string,
  recordIds: readonly string[],
): Promise<Map<string, RecordOwner>> {
  const rows = await db.query<RecordOwner>(
    `select airtable_record_id as "airtableRecordId", resource, entity_id as "entityId", null as "parentId"
       from link_aliases where connection_id = $1 and airtable_record_id = any($2)
     union all
     select airtable_record_id, resource, entity_id, parent_id
       from links where connection_id = $1 and airtable_record_id = any($2)`,
    [connectionId, recordIds],
  );
  return new Map(rows.map((row) => [row.airtableRecordId, row]));
}

export type LinkRef = { resource: string; entityId: string };
export type LinkStanding = LinkRef & {
  airtableRecordId: string | null;
  standing: Standing;
  updatedAt: string;
};

/** How the entities that links point to stand. */
export async function standingsOf(
  db: Queryable,
  connectionId: string,
  refs: readonly LinkRef[],
): Promise<LinkStanding[]> {
  if (refs.length === 0) return [];
  return db.query<LinkStanding>(
    `select l.resource, l.entity_id as "entityId", l.airtable_record_id as "airtableRecordId", l.standing,
       l.updated_at as "updatedAt"
       from unnest($2::text[], $3::text[]) as wanted(resource, entity_id)
       join links l on l.connection_id = $1 and l.resource = wanted.resource and l.entity_id = wanted.entity_id
      -- Looked up in the primary key even where Postgres knows nothing of the table yet, as in a first sync.
      where l.resource = any($2) and l.entity_id = any($3)`,
    [connectionId, refs.map((ref) => ref.resource), refs.map((ref) => ref.entityId)],
  );
}

/** Inserts or replaces links as they are after a batch. */
export async function saveLinks(
  db: Queryable,
  connectionId: string,
  links: readonly LinkRow[],
  now: string,
): Promise<void> {
  if (links.length === 0) return;
  const ordered = [...links].sort(
    (a, b) => compare(a.resource, b.resource) || compare(a.entityId, b.entityId),
  );
  await db.execute(
    `insert into links (connection_id, resource, entity_id, airtable_record_id, standing, parent_id, synced_buildium,
       synced_airtable, synced_sealed, buildium_hash, status, note, entity_date, looked_generation, refused, created_at,
       updated_at)
     select $1, r.* , $3, $3 from jsonb_to_recordset($2::jsonb) as r(
       "resource" text, "entityId" text, "airtableRecordId" text, "standing" text, "parentId" text,
       "syncedBuildium" jsonb, "syncedAirtable" jsonb, "syncedSealed" text, "buildiumHash" text, "status" text,
       "note" text, "entityDate" date, "lookedGeneration" bigint, "refused" jsonb)
     on conflict on constraint links_pkey do update set
       airtable_record_id = excluded.airtable_record_id, standing = excluded.standing, parent_id = excluded.parent_id,
       synced_buildium = excluded.synced_buildium, synced_airtable = excluded.synced_airtable,
       synced_sealed = excluded.synced_sealed, buildium_hash = excluded.buildium_hash, status = excluded.status,
       note = excluded.note, entity_date = excluded.entity_date, refused = excluded.refused,
       looked_generation = greatest(links.looked_generation, excluded.looked_generation), updated_at = excluded.updated_at,
       compared_at = case when excluded.status is null or excluded.status = 'Paused'
         then coalesce(links.compared_at, links.updated_at) end`,
    [connectionId, JSON.stringify(ordered), now],
  );
}

/**
 * What a row's status cells were made to say of a refusal, where the pair stands as it did: nothing was compared, so
 * that nothing else is remembered. With no fingerprint the next look does not pass it by.
 */
export async function noteTold(
  db: Queryable,
  connectionId: string,
  told: readonly { resource: string; entityId: string; standing: Standing; note: string }[],
): Promise<void> {
  if (told.length === 0) return;
  await db.execute(
    `update links set status = 'Problem', note = t.note, buildium_hash = null
       from jsonb_to_recordset($2::jsonb) as t("resource" text, "entityId" text, "standing" text, "note" text)
      where links.connection_id = $1 and links.resource = t.resource and links.entity_id = t."entityId"
        and links.standing = t.standing`,
    [connectionId, JSON.stringify(told)],
  );
}

/** Those among the ids that a look has remembered since then, and that nobody is to look at again anyway. */
export async function lookedSince(
  db: Queryable,
  connectionId: string,
  resource: string,
  entityIds: readonly string[],
  generation: number,
): Promise<string[]> {
  const rows = await db.query<{ entityId: string }>(
    `select l.entity_id as "entityId" from links l
      where l.connection_id = $1 and l.resource = $2 and l.entity_id = any($3) and l.looked_generation > $4
        and not exists (select 1 from marks m where m.connection_id = l.connection_id and m.resource = l.resource
          and m.entity_id = l.entity_id)
      order by l.entity_id`,
    [connectionId, resource, entityIds, generation],
  );
  return rows.map(({ entityId }) => entityId);
}

/** Entities that a full read should have shown: what is missing from it may be gone from Buildium. */
export async function liveEntityIds(
  db: Queryable,
  connectionId: string,
  resource: string,
): Promise<string[]> {
  const rows = await db.query<{ entityId: string }>(
    `select entity_id as "entityId" from links
      where connection_id = $1 and resource = $2 and standing not in ('deletedInBuildium') order by entity_id`,
    [connectionId, resource],
  );
  return rows.map((row) => row.entityId);
}

/** Entities whose field showed one of these values when it was last looked at. */
export async function entityIdsShowing(
  db: Queryable,
  connectionId: string,
  resource: string,
  { field, values }: { field: string; values: readonly string[] },
): Promise<string[]> {
  const rows = await db.query<{ entityId: string }>(
    `select entity_id as "entityId" from links where connection_id = $1 and resource = $2
        and standing <> 'deletedInBuildium' and synced_buildium->>$3 = any($4) order by entity_id`,
    [connectionId, resource, field, values],
  );
  return rows.map((row) => row.entityId);
}

/** Entities whose link field points to one of these, each with the first that it points to. */
export async function entityIdsLinking(
  db: Queryable,
  connectionId: string,
  resource: string,
  { field, ids }: { field: string; ids: readonly string[] },
): Promise<{ entityId: string; to: string }[]> {
  return db.query(
    `select entity_id as "entityId", min(target) as "to"
       from links, jsonb_array_elements_text(
         case jsonb_typeof(synced_buildium->$3) when 'array' then synced_buildium->$3 else '[]' end) as target
      where connection_id = $1 and resource = $2 and standing <> 'deletedInBuildium' and target = any($4)
      group by entity_id order by entity_id`,
    [connectionId, resource, field, ids],
  );
}

/**
 * Rows that do not link to this entity and say something in their note, as one does whose link was left blank: what
 * the link would show is kept nowhere. Some say something else, and are looked at for nothing.
 */
export async function leftBlank(
  db: Queryable,
  connectionId: string,
  { resource, key, to }: { resource: string; key: string; to: string },
): Promise<Pick<LinkRow, 'entityId' | 'parentId'>[]> {
  return db.query(
    `select entity_id as "entityId", parent_id as "parentId" from links
      where connection_id = $1 and resource = $2 and note is not null and standing = 'linked'
        and not (coalesce(synced_buildium->$3, '[]') ? $4)
      order by entity_id`,
    [connectionId, resource, key, to],
  );
}

/** Every pair that should have a row in Airtable. */
export async function linksWithRows(
  db: Queryable,
  connectionId: string,
  resource: string,
): Promise<Pick<LinkRow, 'entityId' | 'parentId' | 'airtableRecordId'>[]> {
  return db.query(
    `select entity_id as "entityId", parent_id as "parentId", airtable_record_id as "airtableRecordId" from links
      where connection_id = $1 and resource = $2 and airtable_record_id is not null and standing = 'linked'`,
    [connectionId, resource],
  );
}

/** Pairs that have something outstanding, such as a choice that Airtable does not offer. */
export async function unsettledIds(db: Queryable, connectionId: string, resource: string): Promise<string[]> {
  const rows = await db.query<{ entityId: string }>(
    `select entity_id as "entityId" from links
      where connection_id = $1 and resource = $2 and standing = 'linked' and buildium_hash is null`,
    [connectionId, resource],
  );
  return rows.map((row) => row.entityId);
}

export type LinkCount = { resource: string; standing: Standing; links: number };

export async function countLinks(db: Queryable, connectionId: string): Promise<LinkCount[]> {
  return db.query<LinkCount>(
    `select resource, standing, sum(links)::bigint as links from link_counts
      where connection_id = $1 group by resource, standing having sum(links) > 0`,
    [connectionId],
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Buildium was read at that generation and showed what is remembered. */
export async function noteLooked(
  db: Queryable,
  connectionId: string,
  resource: string,
  entityIds: readonly string[],
  generation: number,
): Promise<void> {
  if (entityIds.length === 0) return;
  await db.execute(
    `update links set looked_generation = greatest(looked_generation, $4)
      where connection_id = $1 and resource = $2 and entity_id = any($3)`,
    [connectionId, resource, [...entityIds].sort(), generation],
  );
}
