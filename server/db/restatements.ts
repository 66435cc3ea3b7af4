import type { RunKey } from './calculationRuns.ts';
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

/** Whoever carries a difference or keeps a run waits here for the one before, and sees what that one has written. */
export async function lockCarried(tx: Queryable, connectionId: string): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('carried ' || $1, 0))`, [connectionId]);
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

/** With the month it was carried out of, on the basis of that month's run. */
export type ListedDifference = CarriedDifference & Pick<RunKey, 'basis' | 'periodFrom' | 'periodTo'>;

/** Oldest decision first. */
export async function listCarried(db: Queryable, connectionId: string): Promise<ListedDifference[]> {
  return db.query<ListedDifference>(
    `select c.carried_id as "carriedId", c.run_id as "runId", c.property_id as "propertyId",
       c.transaction_id as "transactionId", c.into_month as "intoMonth", c.amount_cents as "amountCents", c.sentence,
       c.reason, c.decided_by as "decidedBy", c.decided_at as "decidedAt",
       r.basis, r.period_from as "periodFrom", r.period_to as "periodTo"
       from carried_differences c
       join calculation_runs r on r.connection_id = c.connection_id and r.run_id = c.run_id
      where c.connection_id = $1 order by c.decided_at, c.carried_id`,
    [connectionId],
  );
}
