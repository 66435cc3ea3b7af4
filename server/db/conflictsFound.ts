import type { ConflictRow } from './conflicts.ts';
import type { Evidence } from '../sync/policy.ts';
import type { Queryable } from './database.ts';

/** A conflict as a look finds it; with a decision where a policy makes one at once, or a person brings a value back. */
export type FoundConflict = Omit<
  ConflictRow,
  | 'state'
  | 'openedAt'
  | 'decidedAt'
  | 'endedAt'
  | 'endedWhy'
  | 'undoneBy'
  | 'undoes'
  | 'airtableGone'
  | 'evidence'
> & { undoes?: string; airtableGone?: boolean; evidence?: Evidence | null };

const FOUND = `jsonb_to_recordset($2::jsonb) as n("conflictId" uuid, "resource" text, "entityId" text, "fieldKey" text,
  "kind" text, "why" text, "shown" jsonb, "shownSealed" text, "buildiumDigest" text, "airtableDigest" text,
  "buildiumChangedAt" timestamptz, "airtableChangedAt" timestamptz, "airtableChangedBy" text, "evidence" jsonb, "stakesCents" bigint, "airtableGone" boolean,
  "decision" text, "decidedValue" jsonb, "decidedSealed" text, "decidedBy" text, "policy" text, "undoes" uuid)`;

const INSERT = `insert into conflicts as c (connection_id, conflict_id, resource, entity_id, field_key, state, opened_at,
  kind, why, shown, shown_sealed, buildium_digest, airtable_digest, airtable_gone, buildium_changed_at, airtable_changed_at,
  airtable_changed_by, evidence, stakes_cents, decision, decided_value, decided_sealed, decided_by, decided_at, policy, undoes,
  ended_at)`;

const selectAs = (state: string, endedAt: string): string =>
  `select $1, n."conflictId", n."resource", n."entityId", n."fieldKey", ${state}, $3, n."kind", n."why", n."shown",
     n."shownSealed", n."buildiumDigest", n."airtableDigest", coalesce(n."airtableGone", false), n."buildiumChangedAt", n."airtableChangedAt",
     n."airtableChangedBy", n."evidence", n."stakesCents", n."decision", n."decidedValue", n."decidedSealed", n."decidedBy",
     case when n."decision" is not null then $3::timestamptz end, n."policy", n."undoes", ${endedAt} from ${FOUND}`;

/**
 * Opens conflicts, or brings those that are open up to what both sides show now. A decision that was made on other
 * values no longer counts; one that a policy makes now is taken down, and its conflict is on its way to be settled.
 * @returns the ids of those that are new.
 */
export async function openConflicts(
  db: Queryable,
  connectionId: string,
  conflicts: readonly FoundConflict[],
  now: string,
): Promise<Set<string>> {
  if (conflicts.length === 0) return new Set();
  const same = `c.buildium_digest = excluded.buildium_digest and c.airtable_digest = excluded.airtable_digest`;
  // What was known at first is forgotten elsewhere with time.
  const wasTold = `excluded.decision is null and c.buildium_changed_at is not null and c.airtable_changed_at is not null`;
  // A decision that still holds stays; a new one takes its place.
  const kept = (column: string): string =>
    `${column} = case when excluded.decision is not null then excluded.${column} when ${same} then c.${column} end`;
  const rows = await db.query<{ conflictId: string }>(
    `${INSERT} ${selectAs(`case when n."decision" is null then 'open' else 'resolving' end`, 'null::timestamptz')}
     on conflict (connection_id, resource, entity_id, field_key) where state in ('open', 'resolving') do update set
       shown = excluded.shown, shown_sealed = excluded.shown_sealed,
       why = case when ${same} and excluded.decision is null then c.why else excluded.why end,
       buildium_changed_at = excluded.buildium_changed_at, airtable_changed_at = excluded.airtable_changed_at,
       evidence = case when ${same} and ${wasTold} then c.evidence else excluded.evidence end,
       airtable_changed_by = excluded.airtable_changed_by, stakes_cents = excluded.stakes_cents,
       state = case when excluded.decision is not null then 'resolving' when ${same} then c.state else 'open' end,
       ${['decision', 'decided_value', 'decided_sealed', 'decided_by', 'decided_at', 'policy'].map(kept).join(', ')},
       buildium_digest = excluded.buildium_digest, airtable_digest = excluded.airtable_digest,
       airtable_gone = excluded.airtable_gone
     returning c.conflict_id as "conflictId"`,
    [connectionId, JSON.stringify(conflicts), now],
  );
  const given = new Set(conflicts.map(({ conflictId }) => conflictId));
  return new Set(rows.flatMap(({ conflictId }) => (given.has(conflictId) ? [conflictId] : [])));
}

/**
 * Puts decisions on record over fields that no conflict holds: all of them, or none. One that holds a field is somebody
 * else's to settle, and stays as it is.
 * @returns whether they were taken.
 */
export async function insertDecisions(
  db: Queryable,
  connectionId: string,
  decisions: readonly FoundConflict[],
  now: string,
): Promise<boolean> {
  const taken = await db.query<{ conflictId: string }>(
    `${INSERT} ${selectAs(`'resolving'`, 'null::timestamptz')}
     on conflict (connection_id, resource, entity_id, field_key) where state in ('open', 'resolving') do nothing
     returning c.conflict_id as "conflictId"`,
    [connectionId, JSON.stringify(decisions), now],
  );
  if (taken.length === decisions.length) return true;
  await db.execute(`delete from conflicts where connection_id = $1 and conflict_id = any($2::uuid[])`, [
    connectionId,
    taken.map(({ conflictId }) => conflictId),
  ]);
  return false;
}

/** Puts conflicts on record that are over already: what lost is kept, and nothing is held by them. */
export async function recordSettled(
  db: Queryable,
  connectionId: string,
  conflicts: readonly FoundConflict[],
  now: string,
): Promise<void> {
  if (conflicts.length === 0) return;
  await db.execute(`${INSERT} ${selectAs(`'resolved'`, '$3::timestamptz')}`, [
    connectionId,
    JSON.stringify(conflicts),
    now,
  ]);
}
