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
