import type { Queryable } from './database.ts';

/** A thing that happened to an entity, from whichever table knows of it. */
export type TimelineRow = {
  stepId: string;
  at: string;
  source:
    | 'audit'
    | 'receipt'
    | 'edit'
    | 'conflictOpened'
    /** Nobody told when and by whom Airtable's value was entered. */
    | 'conflictOpenedUntold'
    | 'conflictEnded'
    | 'notice'
    | 'intent'
    | 'intentSettled'
    | 'linked';
  actor: string;
  /** The audit's action, an event's name, a conflict's field… */
  what: string;
  why: string;
  changes: Record<string, { before?: unknown; after?: unknown }> | null;
  hasSealedChanges: boolean;
  runId: string | null;
};

export type TimelineFilter = {
  resource: string;
  entityId: string;
  /** The resource and id under which Buildium announces it: a bill for its lines. */
  root: { resource: string; entityId: string };
  before: { at: string; stepId: string } | null;
  limit: number;
};

const STEPS = `
  select 'audit ' || audit_id as step_id, at, 'audit' as source, actor, action as what, why, changes,
      changes_sealed is not null as sealed, run_id
    from audit where connection_id = $1 and resource = $2 and entity_id = $3
  union all
  select 'receipt ' || receipt_id, received_at, 'receipt', 'buildium', event_name, '', null, false, null
    from receipts where connection_id = $1 and resource = $4 and ids ? $5
  union all
  select 'edit ' || field_key || ' ' || edited_at, edited_at, 'edit', coalesce(user_email, user_id, source), field_key, source,
      null, false, null
    from airtable_edits where connection_id = $1 and resource = $2 and entity_id = $3
  union all
  select 'conflict ' || conflict_id, opened_at,
      case when kind = 'bothMoved' and airtable_changed_at is null then 'conflictOpenedUntold' else 'conflictOpened' end, 'sync', field_key, why, null, false, null
    from conflicts where connection_id = $1 and resource = $2 and entity_id = $3
  union all
  select 'conflict end ' || conflict_id, ended_at, 'conflictEnded', coalesce(decided_by, 'sync'), field_key, state, null,
      false, null
    from conflicts where connection_id = $1 and resource = $2 and entity_id = $3 and ended_at is not null
      -- Why it was closed is in the audit.
      and ended_why is null
  union all
  select 'notice ' || notice_id, at, 'notice', 'sync', kind, message, null, false, null
    from notices where connection_id = $1 and resource = $2 and entity_id = $3
  union all
  select 'intent ' || intent_id, created_at, 'intent', requested_by, kind, summary, null, false, push_id::text
    from intents where connection_id = $1 and resource = $2 and entity_id = $3
  union all
  select 'intent end ' || intent_id, settled_at, 'intentSettled', 'buildium', state, message, null, false, push_id::text
    from intents where connection_id = $1 and resource = $2 and entity_id = $3 and settled_at is not null
  union all
  -- Before what else happened at that moment.
  select 'a linked', created_at, 'linked', 'sync', '', '', null, false, null
    from links where connection_id = $1 and resource = $2 and entity_id = $3`;

/** Everything that is known to have happened to an entity, newest first. */
export async function timelineOf(
  db: Queryable,
  connectionId: string,
  filter: TimelineFilter,
): Promise<TimelineRow[]> {
  return timelineFrom(db, STEPS, connectionId, filter, []);
}

function timelineFrom(
  db: Queryable,
  steps: string,
  connectionId: string,
  { resource, entityId, root, before, limit }: TimelineFilter,
  more: readonly string[],
): Promise<TimelineRow[]> {
  return db.query<TimelineRow>(
    `select step_id as "stepId", at, source, actor, what, why, changes, sealed as "hasSealedChanges", run_id as "runId"
       from (${steps}) as steps
      where $6::timestamptz is null or (date_trunc('milliseconds', at), step_id) < ($6, $7)
      order by date_trunc('milliseconds', at) desc, step_id desc limit $8`,
    [
      connectionId,
      resource,
      entityId,
      root.resource,
      root.entityId,
      before?.at ?? null,
      before?.stepId ?? null,
      limit,
      ...more,
    ],
  );
}

const PLANNED_STEPS = `
  with pushed as (
    select i.intent_id, i.push_id,
        (select r.airtable_record_id from intent_rows r where r.connection_id = $1 and r.intent_id = i.intent_id
          order by r.ordinal limit 1) as first_record
      from intents i where i.connection_id = $1 and exists (
        select 1 from intent_rows r where r.connection_id = $1 and r.intent_id = i.intent_id
          and r.airtable_record_id = $9)),
  reversing as (
    select i.* from undone u
      join pushed p on u.of_run_id = p.push_id::text and u.resource = 'push' and u.entity_id = p.intent_id::text
      join intents i on i.connection_id = $1 and i.intent_id = u.intent_id
     where u.connection_id = $1)
  -- The audit of a group names its first row.
  select 'audit ' || a.audit_id as step_id, a.at, 'audit' as source, a.actor, a.action as what, a.why,
      null::jsonb as changes, false as sealed, a.run_id
    from audit a join (select distinct push_id, first_record from pushed) p
      on a.run_id = p.push_id::text and a.airtable_record_id = p.first_record
   where a.connection_id = $1
  union all
  select 'intent ' || intent_id, created_at, 'intent', requested_by, kind, summary, null, false, push_id::text from reversing
  union all
  select 'intent end ' || intent_id, settled_at, 'intentSettled', 'buildium', state, message, null, false, push_id::text
    from reversing where settled_at is not null
  union all
  select s.* from (${STEPS}) as s where s.source not in ('intent', 'intentSettled')`;

/**
 * Everything that is known to have happened to a row of Planned Transactions, and to what it was booked as, newest
 * first.
 * @param filter the entity that it was booked as; its id is empty before that.
 */
export async function plannedTimelineOf(
  db: Queryable,
  connectionId: string,
  airtableRecordId: string,
  filter: TimelineFilter,
): Promise<TimelineRow[]> {
  // A step of the push that names what was booked is in both parts: the part without figures says it all.
  const steps = `select distinct on (step_id) * from (${PLANNED_STEPS}) as every
    order by step_id, changes is not null`;
  return timelineFrom(db, steps, connectionId, filter, [airtableRecordId]);
}

/** The mark that an entity has, if it has one. */
export type MarkState = {
  since: string;
  reason: string;
  attempts: number;
  problem: string | null;
  parkedAt: string | null;
  waitingForResource: string | null;
  waitingForId: string | null;
  notBefore: string;
  isClaimed: boolean;
};

export async function markStateOf(
  db: Queryable,
  connectionId: string,
  { resource, entityId }: { resource: string; entityId: string },
  now: string,
): Promise<MarkState | null> {
  const [row] = await db.query<MarkState>(
    `select since, reason, attempts, problem, parked_at as "parkedAt", waiting_for_resource as "waitingForResource",
       waiting_for_id as "waitingForId", not_before as "notBefore",
       coalesce(claim_until > $4, false) as "isClaimed"
       from marks where connection_id = $1 and resource = $2 and entity_id = $3`,
    [connectionId, resource, entityId, now],
  );
  return row ?? null;
}

/** Fields of an entity that both sides changed apart and nobody has settled. */
export async function openConflictFields(
  db: Queryable,
  connectionId: string,
  resource: string,
  entityId: string,
): Promise<{ fieldKey: string; since: string }[]> {
  return db.query(
    `select field_key as "fieldKey", opened_at as since from conflicts
      where connection_id = $1 and resource = $2 and entity_id = $3 and state = 'open' order by opened_at`,
    [connectionId, resource, entityId],
  );
}
