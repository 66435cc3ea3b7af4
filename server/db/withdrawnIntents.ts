import type { Queryable } from './database.ts';

/**
 * Keeps what has never left from leaving until the transaction ends, whoever is about to send it.
 * @returns false when one of them has left, or ended, in the meantime.
 */
export async function holdUnsent(
  tx: Queryable,
  connectionId: string,
  intentIds: readonly string[],
): Promise<boolean> {
  const held = await tx.query(
    `select intent_id from intents where connection_id = $1 and intent_id = any($2::uuid[])
        and state = 'waiting' and sent_at is null order by intent_id for update`,
    [connectionId, intentIds],
  );
  return held.length === intentIds.length;
}

/** Takes back what is held unsent. Whoever has claimed it finds it gone right before the request would leave. */
export async function withdrawIntents(
  tx: Queryable,
  connectionId: string,
  intentIds: readonly string[],
  message: string,
  now: string,
): Promise<void> {
  await tx.execute(
    `update intents set state = 'dropped', message = $3, next_at = $4, settled_at = $4, claim_owner = null,
       claim_until = null, claim_fence = null
      where connection_id = $1 and intent_id = any($2::uuid[])`,
    [connectionId, intentIds, message, now],
  );
  await tx.execute(
    `update intent_rows set live = false where connection_id = $1 and intent_id = any($2::uuid[])`,
    [connectionId, intentIds],
  );
}
