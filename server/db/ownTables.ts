import type { Queryable } from './database.ts';

/** Where a table of ours lies in the person's base. Ids, so that renaming breaks nothing. */
export type OwnTableRow = { name: string; tableId: string; checkedAt: string; problem: string | null };

export type OwnFieldRow = {
  name: string;
  fieldKey: string;
  fieldId: string;
  problem: string | null;
  /** The choices' names of a select, as last seen. */
  choices: string[] | null;
};

export async function listOwnTables(db: Queryable, connectionId: string): Promise<OwnTableRow[]> {
  return db.query<OwnTableRow>(
    `select name, table_id as "tableId", checked_at as "checkedAt", problem from own_tables
      where connection_id = $1 order by name`,
    [connectionId],
  );
}

export async function listOwnFields(db: Queryable, connectionId: string): Promise<OwnFieldRow[]> {
  return db.query<OwnFieldRow>(
    `select name, field_key as "fieldKey", field_id as "fieldId", problem, choices from own_fields
      where connection_id = $1 order by name, field_key`,
    [connectionId],
  );
}

/** How tables were found at a check; where they lie has not changed. */
export async function noteChecked(
  db: Queryable,
  connectionId: string,
  tables: readonly OwnTableRow[],
): Promise<void> {
  if (tables.length === 0) return;
  await db.execute(
    `update own_tables t set checked_at = n."checkedAt", problem = n."problem"
       from jsonb_to_recordset($2::jsonb) as n("name" text, "checkedAt" timestamptz, "problem" text)
      where t.connection_id = $1 and t.name = n."name"`,
    [connectionId, JSON.stringify(tables)],
  );
}

/** Rows of a table that was made anew are forgotten: they went with the old one. */
export async function saveOwnTable(tx: Queryable, connectionId: string, table: OwnTableRow): Promise<void> {
  await tx.execute(
    `delete from own_rows r using own_tables t
      where t.connection_id = $1 and t.name = $2 and t.table_id <> $3
        and r.connection_id = t.connection_id and r.name = t.name`,
    [connectionId, table.name, table.tableId],
  );
  await tx.execute(
    `insert into own_tables (connection_id, name, table_id, checked_at, problem) values ($1, $2, $3, $4, $5)
     on conflict on constraint own_tables_pkey do update set
       table_id = excluded.table_id, checked_at = excluded.checked_at, problem = excluded.problem`,
    [connectionId, table.name, table.tableId, table.checkedAt, table.problem],
  );
}

export async function saveOwnFields(
  db: Queryable,
  connectionId: string,
  fields: readonly OwnFieldRow[],
): Promise<void> {
  if (fields.length === 0) return;
  await db.execute(
    `insert into own_fields (connection_id, name, field_key, field_id, problem, choices)
     select $1, f."name", f."fieldKey", f."fieldId", f."problem", f."choices"
       from jsonb_to_recordset($2::jsonb) as f("name" text, "fieldKey" text, "fieldId" text, "problem" text, "choices" jsonb)
     on conflict on constraint own_fields_pkey do update set
       field_id = excluded.field_id, problem = excluded.problem, choices = excluded.choices`,
    [connectionId, JSON.stringify(fields)],
  );
}
