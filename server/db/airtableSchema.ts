import type { Queryable } from './database.ts';

/** Where a resource lives in the person's base. Ids, so that renaming breaks nothing. */
export type TableRow = { resource: string; tableId: string; checkedAt: string; problem: string | null };

export type FieldRow = {
  resource: string;
  fieldKey: string;
  fieldId: string;
  problem: string | null;
  /** The choices' names of a select, as last seen. */
  choices: string[] | null;
};

export async function listTables(db: Queryable, connectionId: string): Promise<TableRow[]> {
  return db.query<TableRow>(
    `select resource, table_id as "tableId", checked_at as "checkedAt", problem from airtable_tables where connection_id = $1`,
    [connectionId],
  );
}

export async function listFields(db: Queryable, connectionId: string): Promise<FieldRow[]> {
  return db.query<FieldRow>(
    `select resource, field_key as "fieldKey", field_id as "fieldId", problem, choices
       from airtable_fields where connection_id = $1`,
    [connectionId],
  );
}

/**
 * Until the transaction ends nobody else gives these resources other places; how they are found at a check may still be
 * noted.
 */
export async function holdPlaces(
  db: Queryable,
  connectionId: string,
  resources: readonly string[],
): Promise<void> {
  await lockPlaces(db, connectionId, resources, 'key share');
}

/** Before a resource gets another place: waits for what is being remembered of the one that it has. */
export async function takePlaces(
  db: Queryable,
  connectionId: string,
  resources: readonly string[],
): Promise<void> {
  await lockPlaces(db, connectionId, resources, 'update');
}

/** Always in the same order, so that two transactions never wait for each other in a circle. */
async function lockPlaces(
  db: Queryable,
  connectionId: string,
  resources: readonly string[],
  strength: 'key share' | 'update',
): Promise<void> {
  await db.execute(
    `select 1 from airtable_tables where connection_id = $1 and resource = any($2::text[])
      order by resource for ${strength}`,
    [connectionId, resources],
  );
}

export async function saveTable(db: Queryable, connectionId: string, table: TableRow): Promise<void> {
  await db.execute(
    `insert into airtable_tables (connection_id, resource, table_id, checked_at, problem) values ($1, $2, $3, $4, $5)
     on conflict on constraint airtable_tables_pkey do update set
       table_id = excluded.table_id, checked_at = excluded.checked_at, problem = excluded.problem`,
    [connectionId, table.resource, table.tableId, table.checkedAt, table.problem],
  );
}

/** How tables were found at a check; where they lie has not changed. */
export async function noteChecked(
  db: Queryable,
  connectionId: string,
  tables: readonly TableRow[],
): Promise<void> {
  if (tables.length === 0) return;
  await db.execute(
    `update airtable_tables t set checked_at = n."checkedAt", problem = n."problem"
       from jsonb_to_recordset($2::jsonb) as n("resource" text, "checkedAt" timestamptz, "problem" text)
      where t.connection_id = $1 and t.resource = n."resource"`,
    [connectionId, JSON.stringify(tables)],
  );
}

export async function saveFields(
  db: Queryable,
  connectionId: string,
  fields: readonly FieldRow[],
): Promise<void> {
  if (fields.length === 0) return;
  await db.execute(
    `insert into airtable_fields (connection_id, resource, field_key, field_id, problem, choices)
     select $1, f."resource", f."fieldKey", f."fieldId", f."problem", f."choices"
       from jsonb_to_recordset($2::jsonb) as f("resource" text, "fieldKey" text, "fieldId" text, "problem" text, "choices" jsonb)
     on conflict on constraint airtable_fields_pkey do update set
       field_id = excluded.field_id, problem = excluded.problem, choices = excluded.choices`,
    [connectionId, JSON.stringify(fields)],
  );
}

/** The resource has no table any more, until one is made or chosen. */
export async function deleteTable(db: Queryable, connectionId: string, resource: string): Promise<void> {
  await db.execute(`delete from airtable_fields where connection_id = $1 and resource = $2`, [
    connectionId,
    resource,
  ]);
  await db.execute(`delete from airtable_tables where connection_id = $1 and resource = $2`, [
    connectionId,
    resource,
  ]);
}

export async function deleteFields(
  db: Queryable,
  connectionId: string,
  resource: string,
  fieldKeys: readonly string[],
): Promise<void> {
  await db.execute(
    `delete from airtable_fields where connection_id = $1 and resource = $2 and field_key = any($3::text[])`,
    [connectionId, resource, fieldKeys],
  );
}
