import type { Queryable } from './database.ts';

/**
 * An entry on an Owner Draw account, positive when it was paid out, or on an Owner Contribution account, positive when
 * it was paid in.
 */
export type OwnerDrawPayment = {
  kind: 'OwnerDraw' | 'OwnerContribution';
  transactionId: number;
  propertyId: number;
  day: string;
  amountCents: number;
  /** The payee; null where Buildium names no owner. */
  ownerId: number | null;
};

export type DrawFilter = {
  from: string | null;
  to: string | null;
  propertyId: number | null;
  ownerId: number | null;
};

/** Oldest first. */
export async function listOwnerDraws(
  db: Queryable,
  connectionId: string,
  filter: DrawFilter = { from: null, to: null, propertyId: null, ownerId: null },
): Promise<OwnerDrawPayment[]> {
  return db.query<OwnerDrawPayment>(
    `select kind, transaction_id as "transactionId", property_id as "propertyId", day, amount_cents as "amountCents",
       owner_id as "ownerId"
       from owner_draw_payments
      where connection_id = $1 and ($2::date is null or day >= $2) and ($3::date is null or day <= $3)
        and ($4::bigint is null or property_id = $4) and ($5::bigint is null or owner_id = $5)
      order by day, transaction_id, property_id, kind`,
    [connectionId, filter.from, filter.to, filter.propertyId, filter.ownerId],
  );
}

/** Makes the payments of these days what Buildium shows now. */
export async function replaceOwnerDraws(
  tx: Queryable,
  connectionId: string,
  days: { from: string; to: string },
  payments: readonly OwnerDrawPayment[],
): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('owner draws ' || $1, 0))`, [connectionId]);
  await tx.execute(`delete from owner_draw_payments where connection_id = $1 and day between $2 and $3`, [
    connectionId,
    days.from,
    days.to,
  ]);
  await tx.execute(
    `insert into owner_draw_payments (connection_id, kind, transaction_id, property_id, day, amount_cents, owner_id)
     select $1, p."kind", p."transactionId", p."propertyId", p."day", p."amountCents", p."ownerId"
       from jsonb_to_recordset($2::jsonb) as p("kind" text, "transactionId" bigint, "propertyId" bigint, "day" date,
         "amountCents" bigint, "ownerId" bigint)`,
    [connectionId, JSON.stringify(payments)],
  );
}
