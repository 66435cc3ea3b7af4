import type { Queryable } from './database.ts';
import { WAITS_FOR_A_MARK } from './dueMarks.ts';

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

/** Whether somebody looks at the entity at this moment. */
export async function isLookedAt(
  db: Queryable,
  connectionId: string,
  resource: string,
  entityId: string,
  now: string,
): Promise<boolean> {
  const rows = await db.query(
    `select 1 from marks where connection_id = $1 and resource = $2 and entity_id = $3 and claim_until > $4`,
    [connectionId, resource, entityId, now],
  );
  return rows.length > 0;
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

/**
 * The claims among these whose mark was made again since: what is news came after the look began. A generation and a
 * fence are of one sequence, and the fence was the later one.
 */
export async function markedSince(
  db: Queryable,
  connectionId: string,
  resource: string,
  claims: readonly Pick<Claim, 'entityId' | 'fence'>[],
): Promise<Set<string>> {
  const rows = await db.query<{ entityId: string }>(
    `select entity_id as "entityId" from marks where connection_id = $1 and resource = $2
        and entity_id = any($3::text[]) and claim_fence = any($4::bigint[]) and generation > claim_fence`,
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
