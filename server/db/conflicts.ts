import type { Policy } from '../../shared/policies.ts';
import type { Param, Queryable } from './database.ts';

export type ConflictState = 'open' | 'resolving' | 'resolved' | 'closed';
export type ConflictSide = 'buildium' | 'airtable';
export type ConflictKind = 'bothMoved' | 'neverAgreed' | 'overwritten' | 'undo';

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
  buildiumChangedAt: string | null;
  airtableChangedAt: string | null;
  airtableChangedBy: string | null;
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
  undoes: string | null;
  /** The conflict that has brought the losing value back. */
  undoneBy: string | null;
};

const COLUMNS = `c.conflict_id as "conflictId", c.resource, c.entity_id as "entityId", c.field_key as "fieldKey", c.state,
  c.kind, c.opened_at as "openedAt", c.why, c.shown, c.shown_sealed as "shownSealed",
  c.buildium_digest as "buildiumDigest", c.airtable_digest as "airtableDigest",
  c.buildium_changed_at as "buildiumChangedAt", c.airtable_changed_at as "airtableChangedAt",
  c.airtable_changed_by as "airtableChangedBy", c.stakes_cents as "stakesCents", c.decision,
  c.decided_value as "decidedValue", c.decided_sealed as "decidedSealed", c.decided_by as "decidedBy",
  c.decided_at as "decidedAt", c.policy, c.ended_at as "endedAt", c.undoes,
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
    `select ${COLUMNS} from conflicts c where connection_id = $1 and resource = $2 and entity_id = any($3)
       and state in ('open', 'resolving') order by opened_at, conflict_id`,
    [connectionId, resource, entityIds],
  );
}

export type ConflictFilter = {
  state: ConflictState | null;
  resource: string | null;
  entityId?: string | null;
  fieldKey?: string | null;
  /** Oldest first by default; ids grow with time. */
  sort?: 'oldest' | 'newest' | 'stakes';
  /** The last conflict of the page before. */
  afterId: string | null;
  limit: number;
};

const FILTER = `c.connection_id = $1 and ($2::text is null or c.state = $2) and ($3::text is null or c.resource = $3)
  and ($4::text is null or c.entity_id = $4) and ($5::text is null or c.field_key = $5)`;

const filterParams = (connectionId: string, filter: Omit<ConflictFilter, 'afterId' | 'limit'>): Param[] => [
  connectionId,
  filter.state,
  filter.resource,
  filter.entityId ?? null,
  filter.fieldKey ?? null,
];

const PAGE_AFTER = {
  oldest: { where: 'c.conflict_id > a.conflict_id', order: 'c.conflict_id' },
  newest: { where: 'c.conflict_id < a.conflict_id', order: 'c.conflict_id desc' },
  // What is about no amount comes last.
  stakes: {
    where: `(-coalesce(c.stakes_cents, -1), c.conflict_id) > (-coalesce(a.stakes_cents, -1), a.conflict_id)`,
    order: '-coalesce(c.stakes_cents, -1), c.conflict_id',
  },
} as const;

export async function listConflicts(
  db: Queryable,
  connectionId: string,
  filter: ConflictFilter,
): Promise<ConflictRow[]> {
  const { where, order } = PAGE_AFTER[filter.sort ?? 'oldest'];
  return db.query<ConflictRow>(
    `select ${COLUMNS} from conflicts c where ${FILTER} and ($6::uuid is null or exists (
         select 1 from conflicts a where a.connection_id = $1 and a.conflict_id = $6 and ${where}))
      order by ${order} limit $7`,
    [...filterParams(connectionId, filter), filter.afterId, filter.limit],
  );
}

export async function countConflicts(
  db: Queryable,
  connectionId: string,
  filter: Omit<ConflictFilter, 'afterId' | 'limit'>,
): Promise<number> {
  const [row] = await db.query<{ count: number }>(
    `select count(*) from conflicts c where ${FILTER}`,
    filterParams(connectionId, filter),
  );
  return row?.count ?? 0;
}

/** Everything that was a conflict since then, whoever settled it: what a change of policy is measured by. */
export async function conflictsSince(
  db: Queryable,
  connectionId: string,
  since: string,
): Promise<ConflictRow[]> {
  return db.query<ConflictRow>(
    `select ${COLUMNS} from conflicts c where connection_id = $1 and opened_at >= $2
       and kind in ('bothMoved', 'neverAgreed') order by conflict_id`,
    [connectionId, since],
  );
}

export async function conflictById(
  db: Queryable,
  connectionId: string,
  conflictId: string,
): Promise<ConflictRow | null> {
  const [row] = await db.query<ConflictRow>(
    `select ${COLUMNS} from conflicts c where connection_id = $1 and conflict_id = $2`,
    [connectionId, conflictId],
  );
  return row ?? null;
}

/** A conflict as a look finds it; with a decision where a policy makes one at once, or a person brings a value back. */
export type FoundConflict = Omit<
  ConflictRow,
  'state' | 'openedAt' | 'decidedAt' | 'endedAt' | 'undoneBy' | 'undoes'
> & { undoes?: string };

const FOUND = `jsonb_to_recordset($2::jsonb) as n("conflictId" uuid, "resource" text, "entityId" text, "fieldKey" text,
  "kind" text, "why" text, "shown" jsonb, "shownSealed" text, "buildiumDigest" text, "airtableDigest" text,
  "buildiumChangedAt" timestamptz, "airtableChangedAt" timestamptz, "airtableChangedBy" text, "stakesCents" bigint,
  "decision" text, "decidedValue" jsonb, "decidedSealed" text, "decidedBy" text, "policy" text, "undoes" uuid)`;

const INSERT = `insert into conflicts as c (connection_id, conflict_id, resource, entity_id, field_key, state, opened_at,
  kind, why, shown, shown_sealed, buildium_digest, airtable_digest, buildium_changed_at, airtable_changed_at,
  airtable_changed_by, stakes_cents, decision, decided_value, decided_sealed, decided_by, decided_at, policy, undoes,
  ended_at)`;

const selectAs = (state: string, endedAt: string): string =>
  `select $1, n."conflictId", n."resource", n."entityId", n."fieldKey", ${state}, $3, n."kind", n."why", n."shown",
     n."shownSealed", n."buildiumDigest", n."airtableDigest", n."buildiumChangedAt", n."airtableChangedAt",
     n."airtableChangedBy", n."stakesCents", n."decision", n."decidedValue", n."decidedSealed", n."decidedBy",
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
  // A decision that still holds stays; a new one takes its place.
  const kept = (column: string): string =>
    `${column} = case when excluded.decision is not null then excluded.${column} when ${same} then c.${column} end`;
  const rows = await db.query<{ conflictId: string }>(
    `${INSERT} ${selectAs(`case when n."decision" is null then 'open' else 'resolving' end`, 'null::timestamptz')}
     on conflict (connection_id, resource, entity_id, field_key) where state in ('open', 'resolving') do update set
       shown = excluded.shown, shown_sealed = excluded.shown_sealed,
       why = case when ${same} and excluded.decision is null then c.why else excluded.why end,
       buildium_changed_at = excluded.buildium_changed_at, airtable_changed_at = excluded.airtable_changed_at,
       airtable_changed_by = excluded.airtable_changed_by, stakes_cents = excluded.stakes_cents,
       state = case when excluded.decision is not null then 'resolving' when ${same} then c.state else 'open' end,
       ${['decision', 'decided_value', 'decided_sealed', 'decided_by', 'decided_at', 'policy'].map(kept).join(', ')},
       buildium_digest = excluded.buildium_digest, airtable_digest = excluded.airtable_digest
     returning c.conflict_id as "conflictId"`,
    [connectionId, JSON.stringify(conflicts), now],
  );
  const given = new Set(conflicts.map(({ conflictId }) => conflictId));
  return new Set(rows.flatMap(({ conflictId }) => (given.has(conflictId) ? [conflictId] : [])));
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

/** What carries out its decision is resolved; what holds no field any more without one is closed. */
export async function endConflicts(
  db: Queryable,
  connectionId: string,
  conflicts: { resolved: readonly string[]; closed: readonly string[] },
  now: string,
): Promise<void> {
  if (conflicts.resolved.length + conflicts.closed.length === 0) return;
  await db.execute(
    `update conflicts set state = case when conflict_id = any($2::uuid[]) then 'resolved' else 'closed' end, ended_at = $4
      where connection_id = $1 and conflict_id = any($2::uuid[] || $3::uuid[]) and state in ('open', 'resolving')`,
    [connectionId, conflicts.resolved, conflicts.closed, now],
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

export type ConflictTimes = {
  open: number;
  stakesCents: number;
  oldestOpenedAt: string | null;
  settled: number;
  byPolicy: number;
  opened: number;
  withinDay: number;
  medianMs: number | null;
};

/** How many are open and how soon they are settled; a young open one counts neither way. */
export async function conflictTimes(
  db: Queryable,
  connectionId: string,
  { since, dayAgo }: { since: string; dayAgo: string },
): Promise<ConflictTimes> {
  const [row] = await db.query<ConflictTimes>(
    `with recent as (
       select state, policy, opened_at, ended_at, state in ('open', 'resolving') as live,
         ended_at - opened_at < interval '24 hours' as soon
         from conflicts where connection_id = $1 and opened_at >= $2 and kind <> 'undo' and kind <> 'overwritten'),
     live as (select opened_at, stakes_cents from conflicts where connection_id = $1 and state in ('open', 'resolving'))
     select (select count(*) from live) as open, (select coalesce(sum(stakes_cents), 0)::bigint from live) as "stakesCents",
       (select min(opened_at) from live) as "oldestOpenedAt",
       count(*) filter (where state = 'resolved') as settled,
       count(*) filter (where state = 'resolved' and policy is not null) as "byPolicy",
       count(*) filter (where not live or opened_at < $3) as opened,
       count(*) filter (where not live and soon) as "withinDay",
       (percentile_cont(0.5) within group (order by extract(epoch from ended_at - opened_at) * 1000)
         filter (where state = 'resolved' and policy is null))::bigint as "medianMs"
       from recent`,
    [connectionId, since, dayAgo],
  );
  if (!row) throw new Error('An aggregate without groups has one row');
  return row;
}

export async function countOpenConflicts(db: Queryable, connectionId: string): Promise<number> {
  const [row] = await db.query<{ count: number }>(
    `select count(*) from conflicts where connection_id = $1 and state in ('open', 'resolving')`,
    [connectionId],
  );
  return row?.count ?? 0;
}
