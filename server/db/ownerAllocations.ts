import type { Queryable } from './database.ts';

/** A transaction that concerns one owner alone. */
export type OwnerAllocation = { transactionId: number; ownerId: number };

export async function listAllocations(db: Queryable, connectionId: string): Promise<OwnerAllocation[]> {
  return db.query<OwnerAllocation>(
    `select transaction_id as "transactionId", owner_id as "ownerId" from owner_allocations
      where connection_id = $1 order by transaction_id`,
    [connectionId],
  );
}

/** Without an owner, it is split by the shares again. */
export async function saveAllocation(
  db: Queryable,
  connectionId: string,
  row: { transactionId: number; ownerId: number | null; enteredBy: string; enteredAt: string },
): Promise<void> {
  if (row.ownerId === null) {
    await db.execute(`delete from owner_allocations where connection_id = $1 and transaction_id = $2`, [
      connectionId,
      row.transactionId,
    ]);
    return;
  }
  await db.execute(
    `insert into owner_allocations (connection_id, transaction_id, owner_id, entered_by, entered_at)
     values ($1, $2, $3, $4, $5)
     on conflict on constraint owner_allocations_pkey do update set owner_id = excluded.owner_id,
       entered_by = excluded.entered_by, entered_at = excluded.entered_at`,
    [connectionId, row.transactionId, row.ownerId, row.enteredBy, row.enteredAt],
  );
}
