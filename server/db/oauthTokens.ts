import type { Queryable } from './database.ts';

export async function sealedTokenOf(db: Queryable, connectionId: string): Promise<string | null> {
  const [row] = await db.query<{ sealedToken: string }>(
    `select sealed_token as "sealedToken" from oauth_tokens where connection_id = $1`,
    [connectionId],
  );
  return row?.sealedToken ?? null;
}

export async function saveSealedToken(
  db: Queryable,
  connectionId: string,
  sealedToken: string,
): Promise<void> {
  await db.execute(
    `insert into oauth_tokens (connection_id, sealed_token) values ($1, $2)
     on conflict on constraint oauth_tokens_pkey do update set sealed_token = excluded.sealed_token`,
    [connectionId, sealedToken],
  );
}
