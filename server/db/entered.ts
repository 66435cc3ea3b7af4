import type { Queryable } from './database.ts';

export type EnteredBy = { recordId: string; person: string; at: string };

/** The last word about a row is kept, in whatever order they are heard. */
export async function saveEnteredBy(
  tx: Queryable,
  connectionId: string,
  rows: readonly EnteredBy[],
): Promise<void> {
  const newest = new Map<string, EnteredBy>();
  for (const row of rows) if (row.at >= (newest.get(row.recordId)?.at ?? '')) newest.set(row.recordId, row);
  if (newest.size === 0) return;
  await tx.execute(
    `insert into entered_by (connection_id, record_id, person, at)
     select $1, e."recordId", e."person", e."at"
       from jsonb_to_recordset($2::jsonb) as e("recordId" text, "person" text, "at" timestamptz)
      order by e."recordId"
     on conflict on constraint entered_by_pkey do update set person = excluded.person, at = excluded.at
      where entered_by.at <= excluded.at`,
    [connectionId, JSON.stringify([...newest.values()])],
  );
}

/** Who last changed the rows, as far as Airtable has told. */
export async function enteredBy(
  db: Queryable,
  connectionId: string,
  recordIds: readonly string[],
): Promise<Map<string, string>> {
  const rows = await db.query<{ recordId: string; person: string }>(
    `select record_id as "recordId", person from entered_by where connection_id = $1 and record_id = any($2)`,
    [connectionId, recordIds],
  );
  return new Map(rows.map(({ recordId, person }) => [recordId, person]));
}

/** A row that no calculation can use. `propertyId` null: it concerns no property in particular. */
export type EnteredProblem = {
  recordId: string;
  /** The table of ours. */
  name: string;
  propertyId: number | null;
  message: string;
};

export async function listEnteredProblems(db: Queryable, connectionId: string): Promise<EnteredProblem[]> {
  return db.query<EnteredProblem>(
    `select record_id as "recordId", name, property_id as "propertyId", message from entered_problems
      where connection_id = $1 order by name, record_id`,
    [connectionId],
  );
}

/** Replaces all problems of the connection by those that the tables show now. */
export async function replaceEnteredProblems(
  tx: Queryable,
  connectionId: string,
  problems: readonly EnteredProblem[],
): Promise<void> {
  await tx.execute(`delete from entered_problems where connection_id = $1`, [connectionId]);
  await tx.execute(
    `insert into entered_problems (connection_id, record_id, name, property_id, message)
     select $1, p."recordId", p."name", p."propertyId", p."message"
       from jsonb_to_recordset($2::jsonb) as p("recordId" text, "name" text, "propertyId" bigint, "message" text)`,
    [connectionId, JSON.stringify(problems)],
  );
}

/** Until this transaction ends nobody else makes what is stored what people entered. */
export async function lockEntered(tx: Queryable, connectionId: string): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('entered ' || $1, 0))`, [connectionId]);
}
