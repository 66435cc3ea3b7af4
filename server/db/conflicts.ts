import type { Policy } from '../../shared/policies.ts';
import type { Evidence } from '../sync/policy.ts';
import type { Queryable } from './database.ts';

export type ConflictState = 'open' | 'resolving' | 'resolved' | 'closed';
export type ConflictSide = 'buildium' | 'airtable';
export type ConflictKind = 'bothMoved' | 'neverAgreed' | 'overwritten' | 'undo';

/** Why a conflict ended without being settled. */
export type ConflictEnding =
  /** Both sides show the same. */
  | 'equal'
  /** A side shows what was last agreed again. */
  | 'oneSided'
  /** Airtable shows what somebody typed who may not. */
  | 'held'
  /** Airtable shows something that is no value of the field. */
  | 'unreadable'
  /** Its field flows from Buildium alone by now. */
  | 'oneWay'
  /** A side was changed before the decision was carried out. */
  | 'overtaken'
  /** Buildium's record is gone. */
  | 'gone'
  /** The record is of a kind, or of a day, that has no row. */
  | 'outside'
  | 'detached'
  /** Its row was paused before a decision that nobody is asked about again was carried out. */
  | 'paused'
  /** The blank is one of many, and a person has said that these are not to be taken over. */
  | 'notTaken'
  /** Its row was deleted in Airtable. */
  | 'rowGone'
  /** Its column is no longer synced. */
  | 'leftOut';

/** One field on which both sides differ in a way that nobody but a decision can settle. */
export type ConflictRow = {
  conflictId: string;
  resource: string;
  entityId: string;
  fieldKey: string;
  state: ConflictState;
  kind: ConflictKind;
  openedAt: string;
  why: string;
  /** `{buildium, airtable, synced}`; empty for contact data, which is in `shownSealed`. */
  shown: Record<string, unknown>;
  shownSealed: string | null;
  buildiumDigest: string;
  airtableDigest: string;
  /** Its cell is gone with its column or table: the value that Airtable showed is here alone. */
  airtableGone: boolean;
  buildiumChangedAt: string | null;
  airtableChangedAt: string | null;
  airtableChangedBy: string | null;
  /** What a policy judges by, as it was known when these values were found; null where it is not on record. */
  evidence: Evidence | null;
  stakesCents: number | null;
  decision: ConflictSide | 'value' | null;
  /** The value of the decision `value`; null for contact data, which is in `decidedSealed`. */
  decidedValue: unknown;
  decidedSealed: string | null;
  decidedBy: string | null;
  decidedAt: string | null;
  /** The policy that decided. */
  policy: Policy | null;
  endedAt: string | null;
  /** Null where it was settled, or still holds its field. */
  endedWhy: ConflictEnding | null;
  undoes: string | null;
  /** The conflict that has brought the losing value back. */
  undoneBy: string | null;
};

/** How a conflict is read, from `conflicts c`. */
export const CONFLICT_COLUMNS = `c.conflict_id as "conflictId", c.resource, c.entity_id as "entityId", c.field_key as "fieldKey", c.state,
  c.kind, c.opened_at as "openedAt", c.why, c.shown, c.shown_sealed as "shownSealed",
  c.buildium_digest as "buildiumDigest", c.airtable_digest as "airtableDigest", c.airtable_gone as "airtableGone",
  c.buildium_changed_at as "buildiumChangedAt", c.airtable_changed_at as "airtableChangedAt",
  c.airtable_changed_by as "airtableChangedBy", c.evidence, c.stakes_cents as "stakesCents", c.decision,
  c.decided_value as "decidedValue", c.decided_sealed as "decidedSealed", c.decided_by as "decidedBy",
  c.decided_at as "decidedAt", c.policy, c.ended_at as "endedAt",
  c.ended_why as "endedWhy", c.undoes,
  (select u.conflict_id from conflicts u where u.connection_id = c.connection_id and u.undoes = c.conflict_id
     and u.state in ('resolving', 'resolved') limit 1) as "undoneBy"`;

/** Conflicts that still hold a field, of these entities. */
export async function liveConflicts(
  db: Queryable,
  connectionId: string,
  resource: string,
  entityIds: readonly string[],
): Promise<ConflictRow[]> {
  return db.query<ConflictRow>(
    `select ${CONFLICT_COLUMNS} from conflicts c where connection_id = $1 and resource = $2 and entity_id = any($3)
       and state in ('open', 'resolving') order by opened_at, conflict_id`,
    [connectionId, resource, entityIds],
  );
}

export async function conflictById(
  db: Queryable,
  connectionId: string,
  conflictId: string,
): Promise<ConflictRow | null> {
  const [row] = await db.query<ConflictRow>(
    `select ${CONFLICT_COLUMNS} from conflicts c where connection_id = $1 and conflict_id = $2`,
    [connectionId, conflictId],
  );
  return row ?? null;
}

export type ConflictEnds = {
  resolved: readonly string[];
  closed: readonly { conflictId: string; endedWhy: ConflictEnding }[];
};

/**
 * What carries out its decision is resolved; what holds no field any more without one is closed.
 * @returns those that were closed.
 */
export async function endConflicts(
  db: Queryable,
  connectionId: string,
  { resolved, closed }: ConflictEnds,
  now: string,
): Promise<ConflictRow[]> {
  if (resolved.length + closed.length === 0) return [];
  const ends = [...resolved.map((conflictId) => ({ conflictId, endedWhy: null })), ...closed];
  const ended = await db.query<ConflictRow>(
    `update conflicts c set state = case when n."endedWhy" is null then 'resolved' else 'closed' end, ended_at = $3,
       ended_why = n."endedWhy"
       from jsonb_to_recordset($2::jsonb) as n("conflictId" uuid, "endedWhy" text)
      where c.connection_id = $1 and c.conflict_id = n."conflictId" and c.state in ('open', 'resolving')
     returning ${CONFLICT_COLUMNS}`,
    [connectionId, JSON.stringify(ends), now],
  );
  return ended.filter(({ state }) => state === 'closed');
}

/** The cells of these fields are gone, or of all; what conflicts keep of them is not. */
export async function keepGoneCells(
  db: Queryable,
  connectionId: string,
  resource: string,
  fieldKeys: readonly string[] | null,
): Promise<void> {
  await db.execute(
    `update conflicts set airtable_gone = true where connection_id = $1 and resource = $2
       and state in ('open', 'resolving') and ($3::text[] is null or field_key = any($3))`,
    [connectionId, resource, fieldKeys],
  );
}

/** Buildium refused what was decided: a person is to look at it again. */
export async function reopenConflicts(
  db: Queryable,
  connectionId: string,
  conflicts: readonly { conflictId: string; why: string }[],
): Promise<void> {
  if (conflicts.length === 0) return;
  await db.execute(
    `update conflicts c set state = 'open', decision = null, decided_value = null, decided_sealed = null,
       decided_by = null, decided_at = null, policy = null, why = n."why"
       from jsonb_to_recordset($2::jsonb) as n("conflictId" uuid, "why" text)
      where c.connection_id = $1 and c.conflict_id = n."conflictId" and c.state = 'resolving'`,
    [connectionId, JSON.stringify(conflicts)],
  );
}

export type ConflictDecision = {
  conflictId: string;
  side: ConflictSide | 'value';
  value?: unknown;
  valueSealed?: string | null;
  by: string;
  sawBuildium: string;
  sawAirtable: string;
};

/**
 * Writes a decision down, if the values are still those that the person saw.
 * @returns whether it was taken.
 */
export async function decideConflict(
  db: Queryable,
  connectionId: string,
  decision: ConflictDecision,
  now: string,
): Promise<boolean> {
  const decided = await db.execute(
    `update conflicts set state = 'resolving', decision = $3, decided_by = $4, decided_at = $7, policy = null,
       decided_value = $8, decided_sealed = $9
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
      decision.value === undefined ? null : JSON.stringify(decision.value),
      decision.valueSealed ?? null,
    ],
  );
  return decided === 1;
}
