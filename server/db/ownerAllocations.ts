import type { Queryable } from './database.ts';

/** A transaction that concerns one owner alone; without an owner where nobody can say which. */
export type OwnerAllocation = { transactionId: number; ownerId: number | null };

export type AllocationEntry = OwnerAllocation & { airtableRecordId: string; enteredBy: string };

export async function listAllocations(db: Queryable, connectionId: string): Promise<OwnerAllocation[]> {
  return db.query<OwnerAllocation>(
    `select transaction_id as "transactionId", owner_id as "ownerId" from owner_allocations
      where connection_id = $1 order by transaction_id`,
    [connectionId],
  );
}

/** Those that stand in Airtable's table Transactions. */
export async function listAllocationEntries(db: Queryable, connectionId: string): Promise<AllocationEntry[]> {
  return db.query<AllocationEntry>(
    `select transaction_id as "transactionId", owner_id as "ownerId", airtable_record_id as "airtableRecordId",
       entered_by as "enteredBy"
       from owner_allocations where connection_id = $1 and airtable_record_id is not null order by transaction_id`,
    [connectionId],
  );
}

/** Replaces what was entered in Airtable; it wins over what the API was told of the same transaction. */
export async function replaceAllocationEntries(
  tx: Queryable,
  connectionId: string,
  rows: readonly AllocationEntry[],
  now: string,
): Promise<void> {
  await tx.execute(
    `delete from owner_allocations where connection_id = $1 and airtable_record_id is not null`,
    [connectionId],
  );
  await tx.execute(
    `insert into owner_allocations (connection_id, transaction_id, owner_id, airtable_record_id, entered_by, entered_at)
     select $1, a."transactionId", a."ownerId", a."airtableRecordId", a."enteredBy", $3
       from jsonb_to_recordset($2::jsonb) as a("transactionId" bigint, "ownerId" bigint, "airtableRecordId" text,
         "enteredBy" text)
      order by a."transactionId"
     on conflict on constraint owner_allocations_pkey do update set owner_id = excluded.owner_id,
       airtable_record_id = excluded.airtable_record_id, entered_by = excluded.entered_by,
       entered_at = excluded.entered_at`,
    [connectionId, JSON.stringify(rows), now],
  );
}

/**
 * Without an owner, it is split by the shares again.
 * @returns false: the transaction's row in Airtable says something, and nothing was changed.
 */
export async function saveAllocation(
  db: Queryable,
  connectionId: string,
  row: { transactionId: number; ownerId: number | null; enteredBy: string; enteredAt: string },
): Promise<boolean> {
  if (row.ownerId === null)
    await db.execute(
      `delete from owner_allocations
        where connection_id = $1 and transaction_id = $2 and airtable_record_id is null`,
      [connectionId, row.transactionId],
    );
  else
    await db.execute(
      `insert into owner_allocations (connection_id, transaction_id, owner_id, entered_by, entered_at)
       values ($1, $2, $3, $4, $5)
       on conflict on constraint owner_allocations_pkey do update set owner_id = excluded.owner_id,
         entered_by = excluded.entered_by, entered_at = excluded.entered_at
        where owner_allocations.airtable_record_id is null`,
      [connectionId, row.transactionId, row.ownerId, row.enteredBy, row.enteredAt],
    );
  const inAirtable = await db.query(
    `select 1 from owner_allocations
      where connection_id = $1 and transaction_id = $2 and airtable_record_id is not null`,
    [connectionId, row.transactionId],
  );
  return inAirtable.length === 0;
}
