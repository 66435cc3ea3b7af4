import type { Queryable } from './database.ts';

/** A row of the table Payment Plans: an amount that a tenant is to pay by a day. */
export type InstalmentRow = {
  instalmentId: string;
  leaseId: number;
  dueOn: string;
  amountCents: number;
  enteredBy: string;
};

export async function listInstalments(db: Queryable, connectionId: string): Promise<InstalmentRow[]> {
  return db.query<InstalmentRow>(
    `select instalment_id as "instalmentId", lease_id as "leaseId", due_on as "dueOn", amount_cents as "amountCents",
       entered_by as "enteredBy"
       from payment_plans where connection_id = $1 order by lease_id, due_on, instalment_id`,
    [connectionId],
  );
}

/** Replaces all instalments of the connection by those that stand in the table now. */
export async function replaceInstalments(
  tx: Queryable,
  connectionId: string,
  rows: readonly InstalmentRow[],
  now: string,
): Promise<void> {
  await tx.execute(`delete from payment_plans where connection_id = $1`, [connectionId]);
  await tx.execute(
    `insert into payment_plans (connection_id, instalment_id, lease_id, due_on, amount_cents, entered_by, entered_at)
     select $1, p."instalmentId", p."leaseId", p."dueOn", p."amountCents", p."enteredBy", $3
       from jsonb_to_recordset($2::jsonb) as p("instalmentId" text, "leaseId" bigint, "dueOn" date,
         "amountCents" bigint, "enteredBy" text)`,
    [connectionId, JSON.stringify(rows), now],
  );
}
