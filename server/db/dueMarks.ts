import type { Queryable } from './database.ts';
import type { Mark } from './marks.ts';

/** A statement's condition: the entity that this mark waits for is marked itself. */
export const WAITS_FOR_A_MARK = `(marks.waiting_for_id is not null and exists (select 1 from marks awaited
  where awaited.connection_id = marks.connection_id and awaited.resource = marks.waiting_for_resource
    and awaited.entity_id = marks.waiting_for_id))`;

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
