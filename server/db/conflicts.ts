import type { Queryable } from './database.ts';

export type ConflictState = 'open' | 'resolving' | 'resolved' | 'closed';
export type ConflictSide = 'buildium' | 'airtable';

/** One field that both sides changed apart. */
export type ConflictRow = {
  conflictId: string;
  resource: string;
  entityId: string;
  fieldKey: string;
  state: ConflictState;
  openedAt: string;
  why: string;
  /** `{buildium, airtable, synced}`; empty for contact data, which is in `shownSealed`. */
  shown: Record<string, unknown>;
  shownSealed: string | null;
  buildiumDigest: string;
  airtableDigest: string;
  decision: ConflictSide | null;
  decidedBy: string | null;
  decidedAt: string | null;
  endedAt: string | null;
};

const COLUMNS = `conflict_id as "conflictId", resource, entity_id as "entityId", field_key as "fieldKey", state,
  opened_at as "openedAt", why, shown, shown_sealed as "shownSealed", buildium_digest as "buildiumDigest",
  airtable_digest as "airtableDigest", decision, decided_by as "decidedBy", decided_at as "decidedAt", ended_at as "endedAt"`;

/** Conflicts that still hold a field, of these entities. */
export async function liveConflicts(
  db: Queryable,
  connectionId: string,
  resource: string,
  entityIds: readonly string[],
): Promise<ConflictRow[]> {
  return db.query<ConflictRow>(
    `select ${COLUMNS} from conflicts where connection_id = $1 and resource = $2 and entity_id = any($3)
       and state in ('open', 'resolving') order by opened_at, conflict_id`,
    [connectionId, resource, entityIds],
  );
}

export type ConflictFilter = {
  state: ConflictState | null;
  resource: string | null;
  /** Conflicts opened after this one, for the next page. */
  afterId: string | null;
  limit: number;
};

/** Oldest first; ids grow with time. */
export async function listConflicts(
  db: Queryable,
  connectionId: string,
  filter: ConflictFilter,
): Promise<ConflictRow[]> {
  return db.query<ConflictRow>(
    `select ${COLUMNS} from conflicts where connection_id = $1 and ($2::text is null or state = $2)
       and ($3::text is null or resource = $3) and ($4::uuid is null or conflict_id > $4)
      order by conflict_id limit $5`,
    [connectionId, filter.state, filter.resource, filter.afterId, filter.limit],
  );
}

export async function conflictById(
  db: Queryable,
  connectionId: string,
  conflictId: string,
): Promise<ConflictRow | null> {
  const [row] = await db.query<ConflictRow>(
    `select ${COLUMNS} from conflicts where connection_id = $1 and conflict_id = $2`,
    [connectionId, conflictId],
  );
  return row ?? null;
}

export type OpenConflict = Pick<
  ConflictRow,
  | 'conflictId'
  | 'resource'
  | 'entityId'
  | 'fieldKey'
  | 'why'
  | 'shown'
  | 'shownSealed'
  | 'buildiumDigest'
  | 'airtableDigest'
>;

/**
 * Opens conflicts, or brings those that are open up to what both sides show now. A decision that was made on other
 * values no longer counts.
 */
export async function openConflicts(
  db: Queryable,
  connectionId: string,
  conflicts: readonly OpenConflict[],
  now: string,
): Promise<void> {
  if (conflicts.length === 0) return;
  await db.execute(
    `insert into conflicts as c (connection_id, conflict_id, resource, entity_id, field_key, state, opened_at, why, shown,
       shown_sealed, buildium_digest, airtable_digest)
     select $1, n."conflictId", n."resource", n."entityId", n."fieldKey", 'open', $3, n."why", n."shown", n."shownSealed",
       n."buildiumDigest", n."airtableDigest"
       from jsonb_to_recordset($2::jsonb) as n("conflictId" uuid, "resource" text, "entityId" text, "fieldKey" text,
         "why" text, "shown" jsonb, "shownSealed" text, "buildiumDigest" text, "airtableDigest" text)
     on conflict (connection_id, resource, entity_id, field_key) where state in ('open', 'resolving') do update set
       shown = excluded.shown, shown_sealed = excluded.shown_sealed,
       state = case when c.buildium_digest = excluded.buildium_digest and c.airtable_digest = excluded.airtable_digest
         then c.state else 'open' end,
       decision = case when c.buildium_digest = excluded.buildium_digest and c.airtable_digest = excluded.airtable_digest
         then c.decision end,
       buildium_digest = excluded.buildium_digest, airtable_digest = excluded.airtable_digest`,
    [connectionId, JSON.stringify(conflicts), now],
  );
}

/** A field that agrees again has no conflict: decided ones are resolved, the others closed by themselves. */
export async function endConflicts(
  db: Queryable,
  connectionId: string,
  conflictIds: readonly string[],
  now: string,
): Promise<void> {
  if (conflictIds.length === 0) return;
  await db.execute(
    `update conflicts set state = case when state = 'resolving' then 'resolved' else 'closed' end, ended_at = $3
      where connection_id = $1 and conflict_id = any($2::uuid[]) and state in ('open', 'resolving')`,
    [connectionId, conflictIds, now],
  );
}

/**
 * Writes a decision down, if the values are still those that the person saw.
 * @returns whether it was taken.
 */
export async function decideConflict(
  db: Queryable,
  connectionId: string,
  decision: { conflictId: string; side: ConflictSide; by: string; sawBuildium: string; sawAirtable: string },
  now: string,
): Promise<boolean> {
  const decided = await db.execute(
    `update conflicts set state = 'resolving', decision = $3, decided_by = $4, decided_at = $7
      where connection_id = $1 and conflict_id = $2 and state in ('open', 'resolving')
        and buildium_digest = $5 and airtable_digest = $6`,
    [
      connectionId,
      decision.conflictId,
      decision.side,
      decision.by,
      decision.sawBuildium,
      decision.sawAirtable,
      now,
    ],
  );
  return decided === 1;
}

export async function countOpenConflicts(db: Queryable, connectionId: string): Promise<number> {
  const [row] = await db.query<{ count: number }>(
    `select count(*) from conflicts where connection_id = $1 and state in ('open', 'resolving')`,
    [connectionId],
  );
  return row?.count ?? 0;
}
