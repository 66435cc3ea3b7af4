import type { Role } from './apiTokens.ts';
import type { Queryable } from './database.ts';

export type SessionRow = {
  connectionId: string;
  tokenId: string;
  userId: string | null;
  refreshHash: string;
  refreshedAt: string;
  endsAt: string;
};

export async function insertSession(db: Queryable, row: SessionRow): Promise<void> {
  await db.execute(
    `insert into sign_in_sessions (connection_id, token_id, user_id, refresh_hash, refreshed_at, ends_at)
     values ($1, $2, $3, $4, $5, $6)`,
    [row.connectionId, row.tokenId, row.userId, row.refreshHash, row.refreshedAt, row.endsAt],
  );
}

export type LiveSession = {
  tokenId: string;
  name: string;
  userId: string | null;
  endsAt: string;
  role: Role;
};

/** The session that a refresh token renews, with the role that its person has today. Its token may have run out. */
export async function liveSession(
  db: Queryable,
  connectionId: string,
  refreshHash: string,
  { now, previousUntil }: { now: string; previousUntil: string },
): Promise<LiveSession | null> {
  const [row] = await db.query<LiveSession>(
    `select s.token_id as "tokenId", t.name, s.user_id as "userId", s.ends_at as "endsAt",
       coalesce(p.chosen_role, p.level_role, t.role) as role
       from sign_in_sessions s
       join api_tokens t on t.connection_id = s.connection_id and t.token_id = s.token_id
       left join sign_in_people p on p.connection_id = s.connection_id and p.user_id = s.user_id
      where s.connection_id = $1 and s.ends_at > $3 and t.revoked_at is null
        and (s.refresh_hash = $2 or (s.previous_refresh_hash = $2 and s.refreshed_at > $4))
      for update of s`,
    [connectionId, refreshHash, now, previousUntil],
  );
  return row ?? null;
}

export async function renewSession(
  db: Queryable,
  connectionId: string,
  tokenId: string,
  { refreshHash, now }: { refreshHash: string; now: string },
): Promise<void> {
  await db.execute(
    `update sign_in_sessions set previous_refresh_hash = refresh_hash, refresh_hash = $3, refreshed_at = $4
      where connection_id = $1 and token_id = $2`,
    [connectionId, tokenId, refreshHash, now],
  );
}

export type PersonRow = {
  userId: string;
  email: string | null;
  levelRole: 'operator' | 'admin';
  chosenRole: Role | null;
  lastSignedInAt: string;
  sessions: number;
};

export async function savePerson(
  db: Queryable,
  connectionId: string,
  person: Pick<PersonRow, 'userId' | 'email' | 'levelRole' | 'lastSignedInAt'>,
): Promise<Role> {
  const [row] = await db.query<{ role: Role }>(
    `insert into sign_in_people (connection_id, user_id, email, level_role, last_signed_in_at) values ($1, $2, $3, $4, $5)
     on conflict on constraint sign_in_people_pkey do update set email = excluded.email,
       level_role = excluded.level_role, last_signed_in_at = excluded.last_signed_in_at
     returning coalesce(chosen_role, level_role) as role`,
    [connectionId, person.userId, person.email, person.levelRole, person.lastSignedInAt],
  );
  return row?.role ?? person.levelRole;
}

export async function listPeople(
  db: Queryable,
  connectionId: string,
  now: string,
): Promise<(PersonRow & { role: Role })[]> {
  return db.query<PersonRow & { role: Role }>(
    `select p.user_id as "userId", p.email, p.level_role as "levelRole", p.chosen_role as "chosenRole",
       coalesce(p.chosen_role, p.level_role) as role, p.last_signed_in_at as "lastSignedInAt",
       count(t.token_id)::int as sessions
       from sign_in_people p
       left join sign_in_sessions s on s.connection_id = p.connection_id and s.user_id = p.user_id and s.ends_at > $2
       left join api_tokens t on t.connection_id = s.connection_id and t.token_id = s.token_id and t.revoked_at is null
      where p.connection_id = $1 group by p.connection_id, p.user_id order by p.email, p.user_id`,
    [connectionId, now],
  );
}

/** People who may look and not change: an admin has said so. */
export async function viewerIds(db: Queryable, connectionId: string): Promise<Set<string>> {
  const rows = await db.query<{ userId: string }>(
    `select user_id as "userId" from sign_in_people where connection_id = $1 and chosen_role = 'viewer'`,
    [connectionId],
  );
  return new Set(rows.map(({ userId }) => userId));
}

/** Who a session's token belongs to; null for codes and for tokens that are no session's. */
export async function personOfToken(
  db: Queryable,
  connectionId: string,
  tokenId: string,
): Promise<string | null> {
  const [row] = await db.query<{ userId: string | null }>(
    `select user_id as "userId" from sign_in_sessions where connection_id = $1 and token_id = $2`,
    [connectionId, tokenId],
  );
  return row?.userId ?? null;
}

/** Takes effect on the tokens that the person holds now. @returns false when nobody of that id has signed in. */
export async function chooseRole(
  db: Queryable,
  connectionId: string,
  userId: string,
  chosenRole: Role | null,
): Promise<boolean> {
  const changed = await db.execute(
    `update sign_in_people set chosen_role = $3 where connection_id = $1 and user_id = $2`,
    [connectionId, userId, chosenRole],
  );
  await db.execute(
    `update api_tokens t set role = coalesce(p.chosen_role, p.level_role)
       from sign_in_sessions s
       join sign_in_people p on p.connection_id = s.connection_id and p.user_id = s.user_id
      where t.connection_id = $1 and s.connection_id = t.connection_id and s.token_id = t.token_id and s.user_id = $2`,
    [connectionId, userId],
  );
  return changed === 1;
}
