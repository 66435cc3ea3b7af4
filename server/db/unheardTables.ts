import type { Queryable } from './database.ts';

/** A table whose changes went unheard, by its resource. */
export type UnheardTable = { resource: string; dueAt: string };

/**
 * Notes that the tables are to be read in full; one that is being read at this moment is to be read once more.
 * @param resources null: every table of the connection.
 */
export async function noteUnheard(
  db: Queryable,
  connectionId: string,
  resources: readonly string[] | null,
  now: string,
): Promise<void> {
  await db.execute(
    `update airtable_tables set read_due_at = $3
      where connection_id = $1 and ($2::text[] is null or resource = any($2))`,
    [connectionId, resources, now],
  );
}

/** The same for what comes again and again: an hour after the last whole read at the earliest. */
export async function noteUnheardAtMostHourly(
  db: Queryable,
  connectionId: string,
  now: string,
): Promise<void> {
  await db.execute(
    `update airtable_tables set read_due_at = greatest($2, whole_read_at + interval '1 hour') where connection_id = $1`,
    [connectionId, now],
  );
}

/** Those that are due, the one that was read longest ago first. */
export async function unheardTables(
  db: Queryable,
  connectionId: string,
  now: string,
): Promise<UnheardTable[]> {
  return db.query<UnheardTable>(
    `select resource, read_due_at as "dueAt" from airtable_tables
      where connection_id = $1 and read_due_at <= $2 order by whole_read_at nulls first, resource`,
    [connectionId, now],
  );
}

/** It was read; what went unheard since is still to be read. */
export async function noteWholeRead(
  db: Queryable,
  connectionId: string,
  { resource, dueAt }: UnheardTable,
  now: string,
): Promise<void> {
  await db.execute(
    `update airtable_tables set whole_read_at = $4, read_due_at = case when read_due_at = $3 then null else read_due_at end
      where connection_id = $1 and resource = $2`,
    [connectionId, resource, dueAt, now],
  );
}
