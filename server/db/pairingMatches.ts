import type { Queryable } from './database.ts';

export type PairingDecision = 'proposed' | 'approved' | 'rejected';

/** How a field differs. Contact data is named and not kept: the values are on the row and in Buildium. */
export type StoredDifference = { buildium: unknown; airtable: unknown } | { personal: true };

/** A row that may stand for an entity, and what a person has decided about it. */
export type PairingMatchRow = {
  resource: string;
  entityId: string;
  /** What the row of the entity would be called; null where that is contact data. */
  entityName: string | null;
  airtableRecordId: string;
  score: number;
  by: string;
  decision: PairingDecision;
  differences: Record<string, StoredDifference>;
};

const COLUMNS = `resource, entity_id as "entityId", entity_name as "entityName", airtable_record_id as "airtableRecordId", score, by, decision, differences`;

/** Takes the place of earlier proposals; what a person has decided stays as it was. */
export async function replaceProposals(
  db: Queryable,
  connectionId: string,
  matches: readonly PairingMatchRow[],
): Promise<void> {
  await db.execute(`delete from pairing_matches where connection_id = $1 and decision = 'proposed'`, [
    connectionId,
  ]);
  await db.execute(
    `insert into pairing_matches (connection_id, resource, entity_id, entity_name, airtable_record_id, score, by, decision, differences)
     select $1, m."resource", m."entityId", m."entityName", m."airtableRecordId", m."score", m."by", 'proposed', m."differences"
       from jsonb_to_recordset($2::jsonb) as m("resource" text, "entityId" text, "entityName" text, "airtableRecordId" text,
         "score" smallint, "by" text, "differences" jsonb)
     on conflict on constraint pairing_matches_pkey do nothing`,
    [connectionId, JSON.stringify(matches)],
  );
}

/** The most certain ones first. */
export async function listMatches(db: Queryable, connectionId: string): Promise<PairingMatchRow[]> {
  return db.query<PairingMatchRow>(
    `select ${COLUMNS} from pairing_matches where connection_id = $1
      order by resource, score desc, entity_id, airtable_record_id`,
    [connectionId],
  );
}

export async function decideMatches(
  db: Queryable,
  connectionId: string,
  matches: readonly Pick<PairingMatchRow, 'resource' | 'entityId' | 'airtableRecordId'>[],
  decision: PairingDecision,
): Promise<number> {
  return db.execute(
    `update pairing_matches p set decision = $5
       from unnest($2::text[], $3::text[], $4::text[]) as m(resource, entity_id, airtable_record_id)
      where p.connection_id = $1 and p.resource = m.resource and p.entity_id = m.entity_id
        and p.airtable_record_id = m.airtable_record_id`,
    [
      connectionId,
      matches.map((match) => match.resource),
      matches.map((match) => match.entityId),
      matches.map((match) => match.airtableRecordId),
      decision,
    ],
  );
}

/** Rows of a table that is used no more; what was decided about them decides nothing now. */
export async function forgetMatches(db: Queryable, connectionId: string, resource: string): Promise<void> {
  await db.execute(`delete from pairing_matches where connection_id = $1 and resource = $2`, [
    connectionId,
    resource,
  ]);
}
