import type { Queryable } from './database.ts';

export type Role = 'viewer' | 'operator' | 'admin';

export type TokenRow = {
  connectionId: string;
  tokenId: string;
  name: string;
  role: Role;
  createdAt: string;
  expiresAt: string | null;
  revokedAt: string | null;
  lastUsedAt: string | null;
};

const COLUMNS = `connection_id as "connectionId", token_id as "tokenId", name, role, created_at as "createdAt",
  expires_at as "expiresAt", revoked_at as "revokedAt", last_used_at as "lastUsedAt"`;

export async function insertToken(db: Queryable, row: TokenRow & { tokenHash: string }): Promise<void> {
  await db.execute(
    `insert into api_tokens (connection_id, token_id, token_hash, name, role, created_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [row.connectionId, row.tokenId, row.tokenHash, row.name, row.role, row.createdAt, row.expiresAt],
  );
}

/** A token that may be used now. The one query that crosses connections: the token says which is meant. */
export async function liveTokenByHash(
  db: Queryable,
  tokenHash: string,
  now: string,
): Promise<TokenRow | null> {
  const [row] = await db.query<TokenRow>(
    `select ${COLUMNS} from api_tokens
      where token_hash = $1 and revoked_at is null and (expires_at is null or expires_at > $2)`,
    [tokenHash, now],
  );
  return row ?? null;
}

export async function touchToken(
  db: Queryable,
  connectionId: string,
  tokenId: string,
  now: string,
): Promise<void> {
  await db.execute(
    `update api_tokens set last_used_at = $3 where connection_id = $1 and token_id = $2
       and (last_used_at is null or last_used_at < $3::timestamptz - interval '1 minute')`,
    [connectionId, tokenId, now],
  );
}

/** A session's token lapses every few minutes and is renewed until the session ends. */
export type ListedToken = TokenRow & { renewsUntil: string | null; isLive: boolean };

export async function listTokens(db: Queryable, connectionId: string, now: string): Promise<ListedToken[]> {
  return db.query<ListedToken>(
    `select ${COLUMNS}, s.ends_at as "renewsUntil",
       revoked_at is null and coalesce(s.ends_at, expires_at, 'infinity') > $2 as "isLive"
       from api_tokens left join (select connection_id, token_id, ends_at from sign_in_sessions) s
         using (connection_id, token_id)
      where connection_id = $1 order by created_at`,
    [connectionId, now],
  );
}

/** Those that were revoked or have ended before then, sessions with them. Whoever signs in leaves one behind. */
export async function expireTokens(tx: Queryable, connectionId: string, before: string): Promise<number> {
  await tx.execute(
    `delete from sign_in_sessions s using api_tokens t
      where s.connection_id = $1 and t.connection_id = s.connection_id and t.token_id = s.token_id
        and (s.ends_at < $2 or t.revoked_at < $2)`,
    [connectionId, before],
  );
  return tx.execute(
    `delete from api_tokens t
      where connection_id = $1 and (revoked_at < $2 or expires_at < $2)
        and not exists (select from sign_in_sessions s where s.connection_id = t.connection_id and s.token_id = t.token_id)`,
    [connectionId, before],
  );
}

/** @returns its name; null where no live token has that id. */
export async function revokeToken(
  db: Queryable,
  connectionId: string,
  tokenId: string,
  now: string,
): Promise<string | null> {
  const [revoked] = await db.query<{ name: string }>(
    `update api_tokens set revoked_at = $3 where connection_id = $1 and token_id = $2 and revoked_at is null
     returning name`,
    [connectionId, tokenId, now],
  );
  return revoked?.name ?? null;
}

/** Gives a token another secret and a later end; the old secret stops at once. */
export async function renewToken(
  db: Queryable,
  connectionId: string,
  tokenId: string,
  renewed: { tokenHash: string; role: Role; expiresAt: string },
): Promise<void> {
  await db.execute(
    `update api_tokens set token_hash = $3, role = $4, expires_at = $5
      where connection_id = $1 and token_id = $2 and revoked_at is null`,
    [connectionId, tokenId, renewed.tokenHash, renewed.role, renewed.expiresAt],
  );
}
