import type { Queryable } from './database.ts';

/** A newest run whose month is no longer what it counted; `changes` as the comparison found them. */
export type RestatementFlag<Change> = { runId: string; foundAt: string; changes: Change[] };

export type CarriedDifference = {
  carriedId: string;
  runId: string;
  propertyId: number;
  transactionId: number;
  /** First day of the month. */
  intoMonth: string;
  amountCents: number;
  sentence: string;
  reason: string;
  decidedBy: string;
  decidedAt: string;
};

export async function listFlags<Change>(
  db: Queryable,
  connectionId: string,
): Promise<RestatementFlag<Change>[]> {
  return db.query<RestatementFlag<Change>>(
    `select run_id as "runId", found_at as "foundAt", changes from restatement_flags
      where connection_id = $1 order by found_at, run_id`,
    [connectionId],
  );
}

/** Replaces the flags of the runs that were compared; one that is flagged again keeps its first day. */
export async function replaceFlags(
  tx: Queryable,
  connectionId: string,
  compared: { ending: { from: string; to: string } },
  flags: readonly { runId: string; changes: readonly unknown[] }[],
  now: string,
): Promise<void> {
  await tx.execute(
    `delete from restatement_flags f using calculation_runs r
      where f.connection_id = $1 and r.connection_id = $1 and r.run_id = f.run_id
        and r.period_to between $2 and $3 and not (f.run_id = any($4::uuid[]))`,
    [connectionId, compared.ending.from, compared.ending.to, flags.map(({ runId }) => runId)],
  );
  await tx.execute(
    `insert into restatement_flags (connection_id, run_id, found_at, changes)
     select $1, f."runId", $3, f."changes" from jsonb_to_recordset($2::jsonb) as f("runId" uuid, "changes" jsonb)
     on conflict on constraint restatement_flags_pkey do update set changes = excluded.changes`,
    [connectionId, JSON.stringify(flags), now],
  );
}

/** Whoever decides about a run's changes waits here for the one before, and sees what that one has decided. */
export async function lockFlag(tx: Queryable, connectionId: string, runId: string): Promise<void> {
  await tx.query('select from restatement_flags where connection_id = $1 and run_id = $2 for update', [
    connectionId,
    runId,
  ]);
}

export async function insertCarried(
  tx: Queryable,
  connectionId: string,
  rows: readonly CarriedDifference[],
): Promise<void> {
  await tx.execute(
    `insert into carried_differences (connection_id, carried_id, run_id, property_id, transaction_id, into_month,
       amount_cents, sentence, reason, decided_by, decided_at)
     select $1, c."carriedId", c."runId", c."propertyId", c."transactionId", c."intoMonth", c."amountCents",
       c."sentence", c."reason", c."decidedBy", c."decidedAt"
       from jsonb_to_recordset($2::jsonb) as c("carriedId" uuid, "runId" uuid, "propertyId" bigint,
         "transactionId" bigint, "intoMonth" date, "amountCents" bigint, "sentence" text, "reason" text,
         "decidedBy" text, "decidedAt" timestamptz)`,
    [connectionId, JSON.stringify(rows)],
  );
}

/** Oldest decision first. */
export async function listCarried(db: Queryable, connectionId: string): Promise<CarriedDifference[]> {
  return db.query<CarriedDifference>(
    `select carried_id as "carriedId", run_id as "runId", property_id as "propertyId",
       transaction_id as "transactionId", into_month as "intoMonth", amount_cents as "amountCents", sentence, reason,
       decided_by as "decidedBy", decided_at as "decidedAt"
       from carried_differences where connection_id = $1 order by decided_at, carried_id`,
    [connectionId],
  );
}
