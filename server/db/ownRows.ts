import type { Queryable } from './database.ts';

/** Record ids by row key, as far as the rows were written before. */
export async function knownOwnRows(
  db: Queryable,
  connectionId: string,
  name: string,
  keys: readonly string[],
): Promise<Map<string, string>> {
  const rows = await db.query<{ rowKey: string; recordId: string }>(
    `select row_key as "rowKey", record_id as "recordId" from own_rows
      where connection_id = $1 and name = $2 and row_key = any($3)`,
    [connectionId, name, keys],
  );
  return new Map(rows.map(({ rowKey, recordId }) => [rowKey, recordId]));
}

/** Row keys by record id: what a row of ours shows, whatever a person typed over its key. */
export async function ownRowKeysOf(
  db: Queryable,
  connectionId: string,
  name: string,
  recordIds: readonly string[],
): Promise<Map<string, string>> {
  const rows = await db.query<{ rowKey: string; recordId: string }>(
    `select row_key as "rowKey", record_id as "recordId" from own_rows
      where connection_id = $1 and name = $2 and record_id = any($3)`,
    [connectionId, name, recordIds],
  );
  return new Map(rows.map(({ rowKey, recordId }) => [recordId, rowKey]));
}

/** A row that was made anew takes its key with it; what its old cells held is forgotten. */
export async function saveOwnRows(
  tx: Queryable,
  connectionId: string,
  name: string,
  rows: readonly { rowKey: string; recordId: string }[],
): Promise<void> {
  if (rows.length === 0) return;
  const params = [
    connectionId,
    name,
    rows.map(({ rowKey }) => rowKey),
    rows.map(({ recordId }) => recordId),
  ] as const;
  await tx.execute(
    `delete from own_files f using unnest($3::text[], $4::text[]) as r(row_key, record_id), own_rows o
      where f.connection_id = $1 and f.name = $2 and f.row_key = r.row_key
        and o.connection_id = $1 and o.name = $2 and o.row_key = r.row_key and o.record_id <> r.record_id`,
    params,
  );
  await tx.execute(
    `insert into own_rows (connection_id, name, row_key, record_id)
     select $1, $2, r.row_key, r.record_id from unnest($3::text[], $4::text[]) as r(row_key, record_id)
      order by r.row_key
     on conflict on constraint own_rows_pkey do update set record_id = excluded.record_id`,
    params,
  );
}

/** What an attachment cell was given last. */
export type OwnFile = { rowKey: string; fieldKey: string; sha256: string; attachmentId: string };

export async function listOwnFiles(
  db: Queryable,
  connectionId: string,
  name: string,
  keys: readonly string[],
): Promise<OwnFile[]> {
  return db.query<OwnFile>(
    `select row_key as "rowKey", field_key as "fieldKey", sha256, attachment_id as "attachmentId" from own_files
      where connection_id = $1 and name = $2 and row_key = any($3)`,
    [connectionId, name, keys],
  );
}

export async function saveOwnFile(
  db: Queryable,
  connectionId: string,
  name: string,
  file: OwnFile,
): Promise<void> {
  await db.execute(
    `insert into own_files (connection_id, name, row_key, field_key, sha256, attachment_id)
     values ($1, $2, $3, $4, $5, $6)
     on conflict on constraint own_files_pkey do update set
       sha256 = excluded.sha256, attachment_id = excluded.attachment_id`,
    [connectionId, name, file.rowKey, file.fieldKey, file.sha256, file.attachmentId],
  );
}

/** Keys of rows that were written, as far as they end so: all of a month and basis. */
export async function ownRowKeys(
  db: Queryable,
  connectionId: string,
  name: string,
  ending: string,
): Promise<string[]> {
  const rows = await db.query<{ rowKey: string }>(
    `select row_key as "rowKey" from own_rows
      where connection_id = $1 and name = $2 and right(row_key, length($3)) = $3 order by row_key`,
    [connectionId, name, ending],
  );
  return rows.map(({ rowKey }) => rowKey);
}

/** How many rows of ours the base holds, so far as we wrote them. */
export async function countOwnRows(db: Queryable, connectionId: string): Promise<number> {
  const [row] = await db.query<{ rows: number }>(
    `select count(*) as rows from own_rows where connection_id = $1`,
    [connectionId],
  );
  return row?.rows ?? 0;
}
