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

export async function listTokens(db: Queryable, connectionId: string): Promise<TokenRow[]> {
  return db.query<TokenRow>(
    `select ${COLUMNS} from api_tokens where connection_id = $1 order by created_at`,
    [connectionId],
  );
}

export async function revokeToken(
  db: Queryable,
  connectionId: string,
  tokenId: string,
  now: string,
): Promise<boolean> {
  const revoked = await db.execute(
    `update api_tokens set revoked_at = $3 where connection_id = $1 and token_id = $2 and revoked_at is null`,
    [connectionId, tokenId, now],
  );
  return revoked === 1;
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
