import type { Queryable } from './database.ts';

export type RunOwnerName = { ownerId: number; nameSealed: string };

/** Keeps what a run's statements say beside its figures; what was kept first stays. */
export async function keepSupplement(
  tx: Queryable,
  connectionId: string,
  supplement: { runId: string; gatheredAt: string; content: string; owners: readonly RunOwnerName[] },
): Promise<void> {
  const kept = await tx.execute(
    `insert into run_supplements (connection_id, run_id, gathered_at, content) values ($1, $2, $3, $4)
     on conflict on constraint run_supplements_pkey do nothing`,
    [connectionId, supplement.runId, supplement.gatheredAt, supplement.content],
  );
  if (kept === 0) return;
  await tx.execute(
    `insert into run_owner_names (connection_id, run_id, owner_id, name_sealed)
     select $1, $2, o."ownerId", o."nameSealed"
       from jsonb_to_recordset($3::jsonb) as o("ownerId" bigint, "nameSealed" text)`,
    [connectionId, supplement.runId, JSON.stringify(supplement.owners)],
  );
}

export async function supplementOf(
  db: Queryable,
  connectionId: string,
  runId: string,
): Promise<{ content: string; owners: RunOwnerName[] } | null> {
  const [row] = await db.query<{ content: string }>(
    `select content from run_supplements where connection_id = $1 and run_id = $2`,
    [connectionId, runId],
  );
  if (!row) return null;
  const owners = await db.query<RunOwnerName>(
    `select owner_id as "ownerId", name_sealed as "nameSealed" from run_owner_names
      where connection_id = $1 and run_id = $2 order by owner_id`,
    [connectionId, runId],
  );
  return { content: row.content, owners };
}
