import type { Role } from './apiTokens.ts';
import type { Queryable } from './database.ts';

/** Where people of a connection's base prove who they are, and how far that has been read. */
export type SignInTable = {
  connectionId: string;
  tableId: string;
  fieldId: string;
  webhookId: string | null;
  cursor: number;
  /** How many payloads to ask for next. */
  pageSize: number;
  /** Part of every proof since reading began at the cursor; null where it never did. */
  challenge: string | null;
  waitedForUntil: string | null;
};

const TABLE = `connection_id as "connectionId", table_id as "tableId", field_id as "fieldId", webhook_id as "webhookId",
  cursor, page_size as "pageSize", challenge, waited_for_until as "waitedForUntil"`;

export async function saveSignInTable(
  db: Queryable,
  row: Pick<SignInTable, 'connectionId' | 'tableId' | 'fieldId'>,
): Promise<void> {
  await db.execute(
    `insert into sign_in_tables (connection_id, table_id, field_id, cursor, page_size, calls_in_minute, calls_in_day)
     values ($1, $2, $3, 1, 1, 0, 0)
     on conflict on constraint sign_in_tables_pkey do update set table_id = excluded.table_id, field_id = excluded.field_id,
       -- What was written into a table before it was listened to proves nothing.
       challenge = case when (sign_in_tables.table_id, sign_in_tables.field_id) = (excluded.table_id, excluded.field_id)
         then sign_in_tables.challenge end`,
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

/** Where reading begins, and what every proof has in it from there on. */
export type SignInBeginning = { webhookId: string; cursor: number; pageSize: number; challenge: string };

/**
 * Reading begins anew, and nothing that was written before proves anything any more. Where another process has begun
 * meanwhile, its beginning stands.
 */
export async function beginReading(
  tx: Queryable,
  connectionId: string,
  { webhookId, cursor, pageSize, challenge }: SignInBeginning,
  now: string,
): Promise<void> {
  const begun = await tx.execute(
    `update sign_in_tables set webhook_id = $2, cursor = $3, page_size = $4, challenge = $5
      where connection_id = $1 and (challenge is null or webhook_id is distinct from $2 or waited_for_until is null
        or waited_for_until <= $6)`,
    [connectionId, webhookId, cursor, pageSize, challenge, now],
  );
  if (begun !== 1) return;
  await tx.execute(`delete from sign_in_rows where connection_id = $1`, [connectionId]);
  await tx.execute(`delete from sign_in_digests where connection_id = $1`, [connectionId]);
}

/** Somebody waits from now on. @returns the challenge for their proof. */
export async function waitForRows(
  db: Queryable,
  connectionId: string,
  until: string,
): Promise<string | null> {
  const [row] = await db.query<{ challenge: string | null }>(
    `update sign_in_tables set waited_for_until = $2 where connection_id = $1 returning challenge`,
    [connectionId, until],
  );
  return row?.challenge ?? null;
}

/** False when another process has read these payloads meanwhile, or reading has begun anew. */
export async function moveSignInCursor(
  db: Queryable,
  { connectionId, webhookId, challenge, cursor }: SignInTable,
  to: { cursor: number; pageSize: number },
): Promise<boolean> {
  const moved = await db.execute(
    `update sign_in_tables set cursor = $5, page_size = $6
      where connection_id = $1 and webhook_id = $2 and challenge = $3 and cursor = $4`,
    [connectionId, webhookId, challenge, cursor, to.cursor, to.pageSize],
  );
  return moved === 1;
}

/** A page was larger than any answer that we take: the next is the smallest. */
export async function readSmallestPage(db: Queryable, connectionId: string): Promise<void> {
  await db.execute(`update sign_in_tables set page_size = 1 where connection_id = $1`, [connectionId]);
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

const ROW = `r.record_id as "recordId", r.digest, r.user_id as "userId", r.email,
  r.permission_level as "permissionLevel", r.made_at as "madeAt", r.void, r.used_at as "usedAt"`;

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

/** @returns false when it stood in a row before. */
export async function noteDigest(db: Queryable, connectionId: string, digest: string): Promise<boolean> {
  const noted = await db.execute(
    `insert into sign_in_digests (connection_id, digest) values ($1, $2)
     on conflict on constraint sign_in_digests_pkey do nothing`,
    [connectionId, digest],
  );
  return noted === 1;
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

/** A row, and the challenge that its text must have in it. */
export async function signInRow(
  db: Queryable,
  connectionId: string,
  recordId: string,
): Promise<(SignInRow & { challenge: string | null }) | null> {
  const [row] = await db.query<SignInRow & { challenge: string | null }>(
    `select ${ROW}, t.challenge from sign_in_rows r join sign_in_tables t on t.connection_id = r.connection_id
      where r.connection_id = $1 and r.record_id = $2`,
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

/** Codes and sessions that have ended. */
export async function forgetOldSignIns(db: Queryable, connectionId: string, now: string): Promise<void> {
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
