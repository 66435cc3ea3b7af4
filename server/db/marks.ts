import type { Queryable } from './database.ts';

/** 0 a person waits, 1 money, 2 the rest, 3 sweeps: the smaller goes first. */
export const PRIORITIES = { person: 0, money: 1, normal: 2, sweep: 3 } as const;
export type MarkPriority = keyof typeof PRIORITIES;

export type Mark = {
  resource: string;
  entityId: string;
  reason: string;
  onBehalfOf: string;
  priority: MarkPriority;
  /** When the change happened, as far as its source says. */
  happenedAt: string;
  /** Not looked at before this moment. */
  notBefore?: string;
  /** Somebody is typing since then: every further edit puts the look off, and nothing but a person brings it forward. */
  stillSince?: string;
  /** The run on whose behalf it is looked at: the audit names it, so that what a run has done can be undone together. */
  runId?: string | null;
};

/** A mark that a worker holds until `claimUntil`. */
export type Claim = {
  entityId: string;
  generation: number;
  since: string;
  happenedAt: string;
  reason: string;
  onBehalfOf: string;
  attempts: number;
  fence: number;
  runId: string | null;
  /** False: nothing but Buildium's announcements stands behind it. */
  airtableHadPart: boolean;
};

/**
 * Marks ids dirty. A mark that is there already gets a new generation and keeps its age; a parked one comes back.
 * @returns how many ids were marked.
 */
export async function markDirty(
  db: Queryable,
  connectionId: string,
  marks: readonly Mark[],
  now: string,
): Promise<number> {
  if (marks.length === 0) return 0;
  const rows = [...joined(marks).values()]
    .map((mark) => ({
      ...mark,
      priority: PRIORITIES[mark.priority],
      notBefore: mark.notBefore ?? now,
      stillSince: mark.stillSince ?? null,
    }))
    .sort((a, b) => (a.resource + a.entityId < b.resource + b.entityId ? -1 : 1));
  return db.execute(
    `insert into marks (connection_id, resource, entity_id, generation, since, happened_at, reason, on_behalf_of,
       priority, not_before, still_since, run_id, attempts, airtable_had_part)
     select $1, m."resource", m."entityId", nextval('mark_generation'), $3, m."happenedAt", m."reason", m."onBehalfOf",
       m."priority", m."notBefore", m."stillSince", m."runId", 0, true
       from jsonb_to_recordset($2::jsonb) as m("resource" text, "entityId" text, "happenedAt" timestamptz, "reason" text,
         "onBehalfOf" text, "priority" smallint, "notBefore" timestamptz, "stillSince" timestamptz, "runId" text)
     on conflict on constraint marks_pkey do update set ${ON_MARKED_ALREADY}`,
    [connectionId, JSON.stringify(rows), now],
  );
}

/** One mark an entity: the last one, which knows since when somebody types. */
function joined(marks: readonly Mark[]): Map<string, Mark> {
  const unique = new Map<string, Mark>();
  for (const mark of marks) {
    const key = `${mark.resource}\n${mark.entityId}`;
    const stillSince = unique.get(key)?.stillSince ?? mark.stillSince;
    const longest = Date.parse(stillSince ?? '') + LONGEST_STILLNESS_MS;
    const isTooLong = Date.parse(mark.notBefore ?? '') > longest;
    const notBefore = isTooLong ? { notBefore: new Date(longest).toISOString() } : {};
    unique.set(key, stillSince === undefined ? mark : { ...mark, stillSince, ...notBefore });
  }
  return unique;
}

/** However long somebody goes on typing, the row is looked at after so long. */
export const LONGEST_STILLNESS_MS = 2 * 60_000;

/** While somebody types, each edit puts the look off and other news of the entity waits with it; a person waits for nothing. */
const STILL_NOT_BEFORE = `case
  when least(marks.priority, excluded.priority) = 0 or coalesce(marks.still_since, excluded.still_since) is null
    then least(marks.not_before, excluded.not_before)
  else least(
    greatest(excluded.not_before, case when marks.still_since is null then excluded.not_before else marks.not_before end),
    coalesce(marks.still_since, excluded.still_since) + interval '${LONGEST_STILLNESS_MS} milliseconds')
  end`;

/** A mark that is there already gets a new generation and keeps its age; a parked one comes back. */
export const ON_MARKED_ALREADY = `generation = excluded.generation, reason = excluded.reason,
  on_behalf_of = excluded.on_behalf_of, priority = least(marks.priority, excluded.priority),
  not_before = ${STILL_NOT_BEFORE}, still_since = coalesce(marks.still_since, excluded.still_since),
  run_id = coalesce(excluded.run_id, marks.run_id), waiting_for_resource = null, waiting_for_id = null,
  airtable_had_part = marks.airtable_had_part or excluded.airtable_had_part,
  parked_at = null, attempts = case when marks.parked_at is null then marks.attempts else 0 end`;

/** The number before which everything that a read shows has been marked. */
export async function currentGeneration(db: Queryable): Promise<number> {
  const [row] = await db.query<{ generation: number }>(`select nextval('mark_generation') as generation`);
  return row?.generation ?? 0;
}

export type ClaimRequest = {
  connectionId: string;
  resource: string;
  owner: string;
  now: string;
  until: string;
  limit: number;
};

/*
 * Marks come and go by thousands, so what Postgres knows of the table is often of a time when it was empty, and a join
 * that it then plans compares every mark with every claim. Statements below therefore name the ids as an array: that
 * is looked up in the primary key whatever the statistics say. A generation and a fence are each given to one mark
 * only, so that arrays of both name the same pairs as a join would.
 */

/**
 * Takes the most urgent due marks that nobody holds. Exclusion is this claim, never a lock held over a call. From here
 * on the mark gathers what is news to the next look; of a claim that ran out nobody knows what it was about. One that
 * waits for another entity stays while that is marked itself: looked at before it, it would be refused once more.
 */
export async function claimMarks(db: Queryable, request: ClaimRequest): Promise<Claim[]> {
  return db.query<Claim>(
    `with due as (
       select entity_id, airtable_had_part or claim_fence is not null as had_part from marks
        where connection_id = $1 and resource = $2 and parked_at is null and not_before <= $4
          and (claim_until is null or claim_until <= $4) and not ${WAITS_FOR_A_MARK}
        order by priority, since, entity_id limit $6 for update skip locked),
     had as (select jsonb_object_agg(entity_id, had_part) as parts from due)
     update marks m set claim_owner = $3, claim_until = $5, claim_fence = nextval('mark_generation'),
       still_since = null, airtable_had_part = false
       where m.connection_id = $1 and m.resource = $2 and m.entity_id = any(array(select entity_id from due))
     returning ${CLAIM_COLUMNS}, ((select parts from had) -> m.entity_id)::boolean as "airtableHadPart"`,
    [request.connectionId, request.resource, request.owner, request.now, request.until, request.limit],
  );
}

const WAITS_FOR_A_MARK = `(marks.waiting_for_id is not null and exists (select 1 from marks awaited
  where awaited.connection_id = marks.connection_id and awaited.resource = marks.waiting_for_resource
    and awaited.entity_id = marks.waiting_for_id))`;

/**
 * Claims ids that a sweep has just read, marking those that are not marked yet. An id that is marked already,
 * or was looked at after the read began, is left out: what the sweep saw of it may be the older truth.
 */
export async function claimObserved(
  db: Queryable,
  request: ClaimRequest & {
    entityIds: readonly string[];
    readAtGeneration: number;
    reason: string;
    happenedAt: string;
    runId: string | null;
  },
): Promise<Claim[]> {
  return db.query<Claim>(
    `insert into marks as m (connection_id, resource, entity_id, generation, since, happened_at, reason, on_behalf_of,
       priority, not_before, attempts, airtable_had_part, claim_owner, claim_until, run_id, claim_fence)
     select $1, $2, seen.entity_id, nextval('mark_generation'), $4, $9, $8, 'sweep', 3, $4, 0, false, $3, $5, $10,
       nextval('mark_generation')
       from unnest($6::text[]) as seen(entity_id)
      where not exists (select 1 from links l where l.connection_id = $1 and l.resource = $2
        and l.entity_id = seen.entity_id and l.looked_generation > $7)
      order by seen.entity_id
     on conflict on constraint marks_pkey do nothing
     returning ${CLAIM_COLUMNS}, true as "airtableHadPart"`,
    [
      request.connectionId,
      request.resource,
      request.owner,
      request.now,
      request.until,
      request.entityIds,
      request.readAtGeneration,
      request.reason,
      request.happenedAt,
      request.runId,
    ],
  );
}

const CLAIM_COLUMNS = `m.entity_id as "entityId", m.generation, m.since, m.happened_at as "happenedAt", m.reason,
  m.on_behalf_of as "onBehalfOf", m.attempts, m.claim_fence as "fence", m.run_id as "runId"`;

/** Keeps claims that are still ours. */
export async function renewClaims(
  db: Queryable,
  connectionId: string,
  resource: string,
  fences: readonly number[],
  until: string,
): Promise<void> {
  await db.execute(
    `update marks set claim_until = $4 where connection_id = $1 and resource = $2 and claim_fence = any($3::bigint[])`,
    [connectionId, resource, fences, until],
  );
}

export type Settled = { entityId: string; generation: number; fence: number };

/**
 * Clears the marks that a look has dealt with. A mark that got a newer generation meanwhile stays and is free again.
 * @returns the ids whose claim was still ours; the others must not be remembered.
 */
export async function clearMarks(
  db: Queryable,
  connectionId: string,
  resource: string,
  settled: readonly Settled[],
): Promise<void> {
  const ids = settled.map((row) => row.entityId);
  const fences = settled.map((row) => row.fence);
  await db.execute(
    `delete from marks where connection_id = $1 and resource = $2 and entity_id = any($3::text[])
        and generation = any($4::bigint[]) and claim_fence = any($5::bigint[])`,
    [connectionId, resource, ids, settled.map((row) => row.generation), fences],
  );
  await db.execute(
    `update marks set claim_owner = null, claim_until = null, claim_fence = null, attempts = 0, problem = null
      where connection_id = $1 and resource = $2 and entity_id = any($3::text[]) and claim_fence = any($4::bigint[])`,
    [connectionId, resource, ids, fences],
  );
}

/** The claims among these that are still held: a fence that was passed on must write nothing. */
export async function heldClaims(
  db: Queryable,
  connectionId: string,
  resource: string,
  claims: readonly Pick<Claim, 'entityId' | 'fence'>[],
): Promise<Set<string>> {
  const rows = await db.query<{ entityId: string }>(
    `select entity_id as "entityId" from marks where connection_id = $1 and resource = $2
        and entity_id = any($3::text[]) and claim_fence = any($4::bigint[])
      order by entity_id for update`,
    [connectionId, resource, claims.map((claim) => claim.entityId), claims.map((claim) => claim.fence)],
  );
  return new Set(rows.map((row) => row.entityId));
}

export type Postponed = {
  entityId: string;
  fence: number;
  notBefore: string;
  problem: string | null;
  /** Whether the failure was about this record. */
  counts: boolean;
  parkedAt: string | null;
  waitingFor: { resource: string; id: string } | null;
};

/** Gives claims back with the reason why the look could not finish. */
export async function postponeMarks(
  db: Queryable,
  connectionId: string,
  resource: string,
  postponed: readonly Postponed[],
): Promise<void> {
  if (postponed.length === 0) return;
  const rows = postponed.map(({ waitingFor, ...row }) => ({
    ...row,
    waitingResource: waitingFor?.resource ?? null,
    waitingId: waitingFor?.id ?? null,
  }));
  await db.execute(
    `update marks m set claim_owner = null, claim_until = null, claim_fence = null, not_before = p."notBefore",
       problem = p."problem", attempts = m.attempts + (case when p."counts" then 1 else 0 end), parked_at = p."parkedAt",
       waiting_for_resource = p."waitingResource", waiting_for_id = p."waitingId", airtable_had_part = true
       from jsonb_to_recordset($3::jsonb) as p("entityId" text, "fence" bigint, "notBefore" timestamptz, "problem" text,
         "counts" boolean, "parkedAt" timestamptz, "waitingResource" text, "waitingId" text)
      where m.connection_id = $1 and m.resource = $2 and m.entity_id = any($4::text[])
        and m.entity_id = p."entityId" and m.claim_fence = p."fence"`,
    [connectionId, resource, JSON.stringify(rows), rows.map((row) => row.entityId)],
  );
}

/** What was put off because of the table or the side is due again; what waits for a parent or a person is not. */
export async function makeDue(
  db: Queryable,
  connectionId: string,
  resource: string,
  now: string,
): Promise<void> {
  await db.execute(
    `update marks set not_before = $3
      where connection_id = $1 and resource = $2 and parked_at is null and waiting_for_id is null and still_since is null`,
    [connectionId, resource, now],
  );
}

/** A person does not wait until somebody has stopped typing. */
export async function endStillness(
  db: Queryable,
  connectionId: string,
  resource: string,
  now: string,
): Promise<void> {
  await db.execute(
    `update marks set still_since = null, not_before = least(not_before, $3)
      where connection_id = $1 and resource = $2 and still_since is not null`,
    [connectionId, resource, now],
  );
}

/** Marks that waited for these entities are due now. @returns the resources that have work. */
export async function releaseWaiting(
  db: Queryable,
  connectionId: string,
  resource: string,
  entityIds: readonly string[],
  now: string,
): Promise<string[]> {
  const rows = await db.query<{ resource: string }>(
    `update marks set not_before = $4, waiting_for_resource = null, waiting_for_id = null
      where connection_id = $1 and waiting_for_resource = $2 and waiting_for_id = any($3) returning resource`,
    [connectionId, resource, entityIds, now],
  );
  return [...new Set(rows.map((row) => row.resource))];
}

/** Those among the ids that are parked, as `resource id`. */
export async function parkedAmong(
  db: Queryable,
  connectionId: string,
  ids: readonly Pick<Mark, 'resource' | 'entityId'>[],
): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const rows = await db.query<{ key: string }>(
    `select resource || ' ' || entity_id as key from marks
      where connection_id = $1 and resource = any($2) and entity_id = any($3) and parked_at is not null`,
    [connectionId, ids.map(({ resource }) => resource), ids.map(({ entityId }) => entityId)],
  );
  return new Set(rows.map(({ key }) => key));
}

/** Parked marks come back for another try. @returns how many. */
export async function redriveParked(
  db: Queryable,
  connectionId: string,
  which: { resource: string | null; entityId: string | null },
  now: string,
): Promise<{ resource: string; entityId: string }[]> {
  return db.query(
    `update marks set parked_at = null, attempts = 0, not_before = $4, priority = 0
      where connection_id = $1 and parked_at is not null and ($2::text is null or resource = $2)
        and ($3::text is null or entity_id = $3) returning resource, entity_id as "entityId"`,
    [connectionId, which.resource, which.entityId, now],
  );
}

export type DueWork = { connectionId: string; resource: string };

/** Everything that could be claimed now, over all running connections: what the wake-up loop starts from. */
export async function dueWork(db: Queryable, now: string): Promise<DueWork[]> {
  return db.query<DueWork>(
    `select c.connection_id as "connectionId", r.resource from connections c,
       lateral (select distinct resource from marks where marks.connection_id = c.connection_id
         and marks.parked_at is null and marks.not_before <= $1
         and (marks.claim_until is null or marks.claim_until <= $1) and not ${WAITS_FOR_A_MARK}) as r
      where c.state = 'running'`,
    [now],
  );
}
