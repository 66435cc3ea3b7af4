import type { Queryable } from './database.ts';

export type OwnershipEntry = {
  ownershipId: string;
  propertyId: number;
  ownerId: number;
  /** 1% is 10,000. */
  millionths: number;
  from: string | null;
  to: string | null;
};

export type ManagedPeriod = { propertyId: number; from: string | null; to: string | null };

export async function listOwnership(db: Queryable, connectionId: string): Promise<OwnershipEntry[]> {
  return db.query<OwnershipEntry>(
    `select ownership_id as "ownershipId", property_id as "propertyId", owner_id as "ownerId",
       share_millionths as "millionths", owned_from as "from", owned_to as "to"
       from ownership where connection_id = $1 order by property_id, owner_id, owned_from nulls first, ownership_id`,
    [connectionId],
  );
}

/** Replaces all percentages of the connection by the rows that stand in the table now. */
export async function replaceOwnership(
  tx: Queryable,
  connectionId: string,
  rows: readonly OwnershipEntry[],
): Promise<void> {
  await tx.execute(`delete from ownership where connection_id = $1`, [connectionId]);
  await tx.execute(
    `insert into ownership (connection_id, ownership_id, property_id, owner_id, share_millionths, owned_from, owned_to)
     select $1, o."ownershipId", o."propertyId", o."ownerId", o."millionths", o."from", o."to"
       from jsonb_to_recordset($2::jsonb) as o("ownershipId" text, "propertyId" bigint, "ownerId" bigint,
         "millionths" integer, "from" date, "to" date)`,
    [connectionId, JSON.stringify(rows)],
  );
}

export async function listManagedPeriods(db: Queryable, connectionId: string): Promise<ManagedPeriod[]> {
  return db.query<ManagedPeriod>(
    `select property_id as "propertyId", managed_from as "from", managed_to as "to"
       from managed_periods where connection_id = $1 order by property_id`,
    [connectionId],
  );
}

/** Replaces all managed periods of the connection, like the percentages. */
export async function replaceManagedPeriods(
  tx: Queryable,
  connectionId: string,
  periods: readonly ManagedPeriod[],
): Promise<void> {
  await tx.execute(`delete from managed_periods where connection_id = $1`, [connectionId]);
  await tx.execute(
    `insert into managed_periods (connection_id, property_id, managed_from, managed_to)
     select $1, m."propertyId", m."from", m."to"
       from jsonb_to_recordset($2::jsonb) as m("propertyId" bigint, "from" date, "to" date)`,
    [connectionId, JSON.stringify(periods)],
  );
}
