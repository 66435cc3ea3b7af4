import type { PlainDate } from '../../shared/dates.ts';
import type { Queryable } from './database.ts';

/** A comparison of both sides. */
export type ReconciliationRow = {
  reconciliationId: string;
  kind: 'daily' | 'onDemand';
  state: 'running' | 'finished';
  requestedBy: string;
  day: PlainDate;
  startedAt: string;
  finishedAt: string | null;
  resources: number;
  resourcesDone: number;
  records: number;
  matching: number;
  discrepancies: number;
  repaired: number;
  threeLegs: unknown;
  threeLegsProblem: string | null;
  certificateHash: string | null;
  rootBuildium: string | null;
  rootAirtable: string | null;
  repair: 'none' | 'running' | 'done';
  problem: string | null;
};

const COLUMNS = `r.reconciliation_id as "reconciliationId", r.kind, r.state, r.requested_by as "requestedBy", r.day,
  r.started_at as "startedAt", r.finished_at as "finishedAt", r.resources, r.records, r.matching, r.discrepancies,
  (select count(*) from reconciliation_resources d where d.connection_id = r.connection_id
    and d.reconciliation_id = r.reconciliation_id) as "resourcesDone",
  (select count(*) from discrepancies d where d.connection_id = r.connection_id
    and d.reconciliation_id = r.reconciliation_id and d.repaired_at is not null) as repaired,
  r.three_legs as "threeLegs", r.three_legs_problem as "threeLegsProblem", r.certificate_hash as "certificateHash",
  r.root_buildium as "rootBuildium", r.root_airtable as "rootAirtable", r.repair, r.problem`;

export type NewReconciliation = Pick<
  ReconciliationRow,
  'reconciliationId' | 'kind' | 'requestedBy' | 'day' | 'startedAt' | 'resources'
>;

/** @returns false when the day has its daily one, or one of the kind is under way. */
export async function insertReconciliation(
  db: Queryable,
  connectionId: string,
  row: NewReconciliation,
): Promise<boolean> {
  const inserted = await db.execute(
    `insert into reconciliations (connection_id, reconciliation_id, kind, state, requested_by, day, started_at, resources,
       records, matching, discrepancies, repair)
     values ($1, $2, $3, 'running', $4, $5, $6, $7, 0, 0, 0, 'none') on conflict do nothing`,
    [connectionId, row.reconciliationId, row.kind, row.requestedBy, row.day, row.startedAt, row.resources],
  );
  return inserted === 1;
}

/**
 * Takes the oldest one that has work left, when no other process is at any of the connection's: two at once would
 * only read everything twice.
 */
export async function claimReconciliation(
  db: Queryable,
  connectionId: string,
  claim: { owner: string; now: string; until: string },
): Promise<string | null> {
  const [row] = await db.query<{ reconciliationId: string }>(
    `with next as (
       select reconciliation_id from reconciliations where connection_id = $1 and (state = 'running' or repair = 'running')
        order by state = 'running', started_at, reconciliation_id limit 1 for update)
     update reconciliations r set claim_owner = $2, claim_until = $4 from next
      where r.connection_id = $1 and r.reconciliation_id = next.reconciliation_id
        and (r.claim_until is null or r.claim_until <= $3)
     returning r.reconciliation_id as "reconciliationId"`,
    [connectionId, claim.owner, claim.now, claim.until],
  );
  return row?.reconciliationId ?? null;
}

/** @returns false when another process has taken it over. */
export async function extendReconciliation(
  db: Queryable,
  connectionId: string,
  claim: { reconciliationId: string; owner: string; until: string },
): Promise<boolean> {
  const extended = await db.execute(
    `update reconciliations set claim_until = $4
      where connection_id = $1 and reconciliation_id = $2 and claim_owner = $3`,
    [connectionId, claim.reconciliationId, claim.owner, claim.until],
  );
  return extended === 1;
}

/** Gives it back, to be taken up again at `notBefore`. */
export async function releaseReconciliation(
  db: Queryable,
  connectionId: string,
  claim: { reconciliationId: string; owner: string; notBefore: string | null; problem: string | null },
): Promise<void> {
  await db.execute(
    `update reconciliations set claim_owner = null, claim_until = $4, problem = $5
      where connection_id = $1 and reconciliation_id = $2 and claim_owner = $3`,
    [connectionId, claim.reconciliationId, claim.owner, claim.notBefore, claim.problem],
  );
}

export async function hasReconciliationWork(
  db: Queryable,
  connectionId: string,
  now: string,
): Promise<boolean> {
  const [row] = await db.query<{ work: boolean }>(
    `select exists (select 1 from reconciliations where connection_id = $1 and (state = 'running' or repair = 'running')
       and (claim_until is null or claim_until <= $2)) as work`,
    [connectionId, now],
  );
  return row?.work ?? false;
}

export type FinishedReconciliation = {
  reconciliationId: string;
  finishedAt: string;
  records: number;
  matching: number;
  discrepancies: number;
  threeLegs: unknown;
  threeLegsProblem: string | null;
  certificate: string;
  certificateHash: string;
  rootBuildium: string;
  rootAirtable: string;
};

/** Only who holds it finishes it. @returns false when it was taken over meanwhile. */
export async function finishReconciliation(
  tx: Queryable,
  connectionId: string,
  owner: string,
  row: FinishedReconciliation,
): Promise<boolean> {
  const finished = await tx.execute(
    `update reconciliations set state = 'finished', finished_at = $4, records = $5, matching = $6, discrepancies = $7,
       three_legs = $8, three_legs_problem = $9, certificate = $10, certificate_hash = $11, root_buildium = $12,
       root_airtable = $13, problem = null
      where connection_id = $1 and reconciliation_id = $2 and claim_owner = $3 and state = 'running'`,
    [
      connectionId,
      row.reconciliationId,
      owner,
      row.finishedAt,
      row.records,
      row.matching,
      row.discrepancies,
      row.threeLegs === null ? null : JSON.stringify(row.threeLegs),
      row.threeLegsProblem,
      row.certificate,
      row.certificateHash,
      row.rootBuildium,
      row.rootAirtable,
    ],
  );
  return finished === 1;
}

export async function setRepair(
  db: Queryable,
  connectionId: string,
  reconciliationId: string,
  repair: ReconciliationRow['repair'],
): Promise<void> {
  await db.execute(
    `update reconciliations set repair = $3 where connection_id = $1 and reconciliation_id = $2`,
    [connectionId, reconciliationId, repair],
  );
}

export async function reconciliationById(
  db: Queryable,
  connectionId: string,
  reconciliationId: string,
): Promise<ReconciliationRow | null> {
  const [row] = await db.query<ReconciliationRow>(
    `select ${COLUMNS} from reconciliations r where connection_id = $1 and reconciliation_id = $2`,
    [connectionId, reconciliationId],
  );
  return row ?? null;
}

/** Newest first; ids grow with time. */
export async function listReconciliations(
  db: Queryable,
  connectionId: string,
  page: { beforeId: string | null; limit: number },
): Promise<ReconciliationRow[]> {
  return db.query<ReconciliationRow>(
    `select ${COLUMNS} from reconciliations r where connection_id = $1 and ($2::uuid is null or reconciliation_id < $2)
      order by reconciliation_id desc limit $3`,
    [connectionId, page.beforeId, page.limit],
  );
}

/** However many of the other kind came after it. */
export async function newestOfKind(
  db: Queryable,
  connectionId: string,
  kind: ReconciliationRow['kind'],
): Promise<ReconciliationRow | null> {
  const [row] = await db.query<ReconciliationRow>(
    `select ${COLUMNS} from reconciliations r where connection_id = $1 and kind = $2
      order by reconciliation_id desc limit 1`,
    [connectionId, kind],
  );
  return row ?? null;
}

/** The last one that came to its end, and before another where one is named. */
export async function lastFinished(
  db: Queryable,
  connectionId: string,
  beforeId: string | null = null,
): Promise<ReconciliationRow | null> {
  const [row] = await db.query<ReconciliationRow>(
    `select ${COLUMNS} from reconciliations r where connection_id = $1 and state = 'finished'
       and ($2::uuid is null or reconciliation_id <> $2) order by finished_at desc, reconciliation_id desc limit 1`,
    [connectionId, beforeId],
  );
  return row ?? null;
}

export async function finishedSince(
  db: Queryable,
  connectionId: string,
  since: string,
): Promise<Pick<ReconciliationRow, 'reconciliationId' | 'finishedAt' | 'records' | 'matching'>[]> {
  return db.query(
    `select reconciliation_id as "reconciliationId", finished_at as "finishedAt", records, matching from reconciliations
      where connection_id = $1 and state = 'finished' and finished_at >= $2 order by finished_at`,
    [connectionId, since],
  );
}

export async function certificateOf(
  db: Queryable,
  connectionId: string,
  reconciliationId: string,
): Promise<{ certificate: string; certificateHash: string } | null> {
  const [row] = await db.query<{ certificate: string; certificateHash: string }>(
    `select certificate, certificate_hash as "certificateHash" from reconciliations
      where connection_id = $1 and reconciliation_id = $2 and certificate is not null`,
    [connectionId, reconciliationId],
  );
  return row ?? null;
}
