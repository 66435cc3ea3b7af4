import type { Queryable } from './database.ts';

export type Approval = { runId: string; approvedBy: string; approvedAt: string; note: string };

export type NewApprovedDraw = {
  runId: string;
  /** A contribution is what netting takes from the owner's other properties into this one. */
  kind: 'OwnerDraw' | 'OwnerContribution';
  propertyId: number;
  ownerId: number;
  periodFrom: string;
  periodTo: string;
  /** Positive for both. */
  amountCents: number;
  /** Payments on the account of its kind that the run had counted, in ascending order. */
  countedTransactionIds: number[];
};

export type ApprovedDrawRow = NewApprovedDraw & {
  /** What of the amount is promised no longer, though it was not paid. */
  withdrawnCents: number;
};

/** @returns false when it was approved before. */
export async function insertApproval(
  tx: Queryable,
  connectionId: string,
  approval: Approval,
  draws: readonly NewApprovedDraw[],
): Promise<boolean> {
  const inserted = await tx.execute(
    `insert into calculation_approvals (connection_id, run_id, approved_by, approved_at, note)
     values ($1, $2, $3, $4, $5) on conflict do nothing`,
    [connectionId, approval.runId, approval.approvedBy, approval.approvedAt, approval.note],
  );
  if (inserted === 0) return false;
  await tx.execute(
    `insert into approved_draws (connection_id, run_id, kind, property_id, owner_id, period_from, period_to,
       amount_cents, counted_transaction_ids)
     select $1, d."runId", d."kind", d."propertyId", d."ownerId", d."periodFrom", d."periodTo", d."amountCents",
       array(select jsonb_array_elements_text(d."countedTransactionIds")::bigint)
       from jsonb_to_recordset($2::jsonb) as d("runId" uuid, "kind" text, "propertyId" bigint, "ownerId" bigint,
         "periodFrom" date, "periodTo" date, "amountCents" bigint, "countedTransactionIds" jsonb)`,
    [connectionId, JSON.stringify(draws)],
  );
  return true;
}

export async function approvalsOf(
  db: Queryable,
  connectionId: string,
  runIds: readonly string[],
): Promise<Map<string, Approval>> {
  const rows = await db.query<Approval>(
    `select run_id as "runId", approved_by as "approvedBy", approved_at as "approvedAt", note
       from calculation_approvals where connection_id = $1 and run_id = any($2::uuid[])`,
    [connectionId, runIds],
  );
  return new Map(rows.map((row) => [row.runId, row]));
}

/** In one order, so that the same approvals are always the same input. */
export async function listApprovedDraws(db: Queryable, connectionId: string): Promise<ApprovedDrawRow[]> {
  return db.query<ApprovedDrawRow>(
    `select run_id as "runId", kind, property_id as "propertyId", owner_id as "ownerId", period_from as "periodFrom",
       period_to as "periodTo", amount_cents as "amountCents",
       counted_transaction_ids as "countedTransactionIds", withdrawn_cents as "withdrawnCents"
       from approved_draws where connection_id = $1 order by property_id, period_to, owner_id, run_id`,
    [connectionId],
  );
}

export async function addWithdrawn(
  tx: Queryable,
  connectionId: string,
  draw: { runId: string; propertyId: number; ownerId: number; withdrawnCents: number },
): Promise<void> {
  await tx.execute(
    `update approved_draws set withdrawn_cents = withdrawn_cents + $5
      where connection_id = $1 and run_id = $2 and property_id = $3 and owner_id = $4`,
    [connectionId, draw.runId, draw.propertyId, draw.ownerId, draw.withdrawnCents],
  );
}

/** Runs with approved draws of these properties, in one order. */
export async function approvedRunsOf(
  db: Queryable,
  connectionId: string,
  propertyIds: readonly number[],
): Promise<string[]> {
  const rows = await db.query<{ runId: string }>(
    `select distinct run_id as "runId" from approved_draws where connection_id = $1 and property_id = any($2)
      order by run_id`,
    [connectionId, propertyIds],
  );
  return rows.map(({ runId }) => runId);
}

/** The scopes of approved runs of a period: `all`, or property ids with commas. */
export async function approvedScopes(
  db: Queryable,
  connectionId: string,
  of: { basis: string; periodFrom: string; periodTo: string },
): Promise<string[]> {
  const rows = await db.query<{ scope: string }>(
    `select distinct r.scope from calculation_runs r
       join calculation_approvals a on a.connection_id = r.connection_id and a.run_id = r.run_id
      where r.connection_id = $1 and r.basis = $2 and r.period_from = $3 and r.period_to = $4 order by r.scope`,
    [connectionId, of.basis, of.periodFrom, of.periodTo],
  );
  return rows.map(({ scope }) => scope);
}

/** One approval at a time: each must know of the one before. */
export async function lockApprovals(tx: Queryable, connectionId: string): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('approvals ' || $1, 0))`, [connectionId]);
}
