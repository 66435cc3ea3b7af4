import type { Role } from './apiTokens.ts';
import type { Queryable } from './database.ts';

/** Where people of a connection's base prove who they are, and how far that has been read. */
export type SignInTable = {
  connectionId: string;
  tableId: string;
  fieldId: string;
  webhookId: string | null;
  cursor: number;
  waitedForUntil: string | null;
};

const TABLE = `connection_id as "connectionId", table_id as "tableId", field_id as "fieldId", webhook_id as "webhookId",
  cursor, waited_for_until as "waitedForUntil"`;

export async function saveSignInTable(
  db: Queryable,
  row: Pick<SignInTable, 'connectionId' | 'tableId' | 'fieldId'>,
): Promise<void> {
  await db.execute(
    `insert into sign_in_tables (connection_id, table_id, field_id, cursor, calls_in_minute, calls_in_day)
     values ($1, $2, $3, 1, 0, 0)
     on conflict on constraint sign_in_tables_pkey do update set table_id = excluded.table_id, field_id = excluded.field_id`,
    [row.connectionId, row.tableId, row.fieldId],
  );
}

export async function signInTable(db: Queryable, connectionId: string): Promise<SignInTable | null> {
  const [row] = await db.query<SignInTable>(`select ${TABLE} from sign_in_tables where connection_id = $1`, [
    connectionId,
  ]);
  return row ?? null;
}

/** The connections that serve a base: the one question that is asked before anybody has said which is meant. */
export async function connectionsOfBase(db: Queryable, baseId: string): Promise<string[]> {
  const rows = await db.query<{ connectionId: string }>(
    `select connection_id as "connectionId" from connections where airtable_base_id = $1 order by created_at, connection_id`,
    [baseId],
  );
  return rows.map((row) => row.connectionId);
}

/** Calls to Airtable that sign-ins may cost; `today` is a day in UTC. */
export type SignInAllowance = {
  now: string;
  minuteAgo: string;
  perMinute: number;
  today: string;
  perDay: number;
};

/** Whether the day has calls left. */
export async function hasSignInCall(
  db: Queryable,
  connectionId: string,
  { today, perDay }: Pick<SignInAllowance, 'today' | 'perDay'>,
): Promise<boolean> {
  const used = await db.query(
    `select 1 from sign_in_tables where connection_id = $1 and calls_on = $2::date and calls_in_day >= $3`,
    [connectionId, today, perDay],
  );
  return used.length === 0;
}

/** Takes one of the calls that the minute and the day have left; false when there is none. */
export async function takeSignInCall(
  db: Queryable,
  connectionId: string,
  { now, minuteAgo, perMinute, today, perDay }: SignInAllowance,
): Promise<boolean> {
  const taken = await db.execute(
    `update sign_in_tables set
       calls_in_minute = case when minute_began_at > $3 then calls_in_minute + 1 else 1 end,
       minute_began_at = case when minute_began_at > $3 then minute_began_at else $2 end,
       calls_in_day = case when calls_on = $5::date then calls_in_day + 1 else 1 end, calls_on = $5::date
     where connection_id = $1 and (minute_began_at is null or minute_began_at <= $3 or calls_in_minute < $4)
       and (calls_on is distinct from $5::date or calls_in_day < $6)`,
    [connectionId, now, minuteAgo, perMinute, today, perDay],
  );
  return taken === 1;
}

/** Somebody waits from now on; where nobody did, reading begins at the cursor given. */
export async function waitForRows(
  db: Queryable,
  connectionId: string,
  from: { webhookId: string; cursor: number } | null,
  until: string,
): Promise<void> {
  await db.execute(
    `update sign_in_tables set waited_for_until = $2, webhook_id = coalesce($3, webhook_id), cursor = coalesce($4, cursor)
      where connection_id = $1`,
    [connectionId, until, from?.webhookId ?? null, from?.cursor ?? null],
  );
}

/** False when another process has read these payloads meanwhile. */
export async function moveSignInCursor(
  db: Queryable,
  connectionId: string,
  from: number,
  to: number,
): Promise<boolean> {
  const moved = await db.execute(
    `update sign_in_tables set cursor = $3 where connection_id = $1 and cursor = $2`,
    [connectionId, from, to],
  );
  return moved === 1;
}

export type SignInRow = {
  recordId: string;
  digest: string;
  userId: string | null;
  email: string | null;
  permissionLevel: string | null;
  madeAt: string;
  void: string | null;
  usedAt: string | null;
};

const ROW = `record_id as "recordId", digest, user_id as "userId", email, permission_level as "permissionLevel",
  made_at as "madeAt", void, used_at as "usedAt"`;

/** What is known of a row id stays: a row that is deleted and restored is not a new one. */
export async function noteSignInRow(
  db: Queryable,
  connectionId: string,
  row: Omit<SignInRow, 'usedAt'>,
): Promise<void> {
  await db.execute(
    `insert into sign_in_rows (connection_id, record_id, digest, user_id, email, permission_level, made_at, void)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict on constraint sign_in_rows_pkey do nothing`,
    [
      connectionId,
      row.recordId,
      row.digest,
      row.userId,
      row.email,
      row.permissionLevel,
      row.madeAt,
      row.void,
    ],
  );
}

export async function digestIsKnown(db: Queryable, connectionId: string, digest: string): Promise<boolean> {
  const rows = await db.query(`select 1 from sign_in_rows where connection_id = $1 and digest = $2 limit 1`, [
    connectionId,
    digest,
  ]);
  return rows.length > 0;
}

export async function voidSignInRow(
  db: Queryable,
  connectionId: string,
  recordId: string,
  why: string,
): Promise<void> {
  await db.execute(
    `update sign_in_rows set void = $3 where connection_id = $1 and record_id = $2 and void is null and used_at is null`,
    [connectionId, recordId, why],
  );
}

export async function signInRow(
  db: Queryable,
  connectionId: string,
  recordId: string,
): Promise<SignInRow | null> {
  const [row] = await db.query<SignInRow>(
    `select ${ROW} from sign_in_rows where connection_id = $1 and record_id = $2`,
    [connectionId, recordId],
  );
  return row ?? null;
}

/** Once only, whoever asks how often. */
export async function takeSignInRow(
  db: Queryable,
  connectionId: string,
  recordId: string,
  now: string,
): Promise<boolean> {
  const taken = await db.execute(
    `update sign_in_rows set used_at = $3
      where connection_id = $1 and record_id = $2 and used_at is null and void is null`,
    [connectionId, recordId, now],
  );
  return taken === 1;
}

/** Rows are kept for a while after their time, so that none of them is believed a second time. */
export async function forgetOldSignIns(
  db: Queryable,
  connectionId: string,
  { rowsBefore, now }: { rowsBefore: string; now: string },
): Promise<void> {
  await db.execute(`delete from sign_in_rows where connection_id = $1 and made_at < $2`, [
    connectionId,
    rowsBefore,
  ]);
  await db.execute(`delete from pairing_codes where connection_id = $1 and expires_at < $2`, [
    connectionId,
    now,
  ]);
  await db.execute(`delete from sign_in_sessions where connection_id = $1 and ends_at < $2`, [
    connectionId,
    now,
  ]);
}

export type NewPairingCode = {
  connectionId: string;
  codeHash: string;
  role: Role;
  name: string;
  expiresAt: string;
};

export async function insertPairingCode(db: Queryable, code: NewPairingCode): Promise<void> {
  await db.execute(
    `insert into pairing_codes (connection_id, code_hash, role, name, expires_at) values ($1, $2, $3, $4, $5)`,
    [code.connectionId, code.codeHash, code.role, code.name, code.expiresAt],
  );
}

/** The code is gone as soon as it has served. */
export async function takePairingCode(
  db: Queryable,
  connectionId: string,
  codeHash: string,
  now: string,
): Promise<{ role: Role; name: string } | null> {
  const [row] = await db.query<{ role: Role; name: string }>(
    `delete from pairing_codes where connection_id = $1 and code_hash = $2 and expires_at > $3 returning role, name`,
    [connectionId, codeHash, now],
  );
  return row ?? null;
}
