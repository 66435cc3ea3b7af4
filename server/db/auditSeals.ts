import type { AuditRow } from './audit.ts';
import type { Queryable } from './database.ts';

/** One link of the chain: the rows it covers, a digest of each, and the seal before it. */
export type AuditSeal = {
  sealNumber: number;
  sealedAt: string;
  auditIds: string[];
  /** 32 bytes for each row, in the order of the ids, in hexadecimal. */
  rowDigests: string;
  previousHash: string;
  hash: string;
};

export type StoredAuditRow = AuditRow & { at: string; replacedSealed: string | null };

const COLUMNS = `seal_number as "sealNumber", sealed_at as "sealedAt", audit_ids as "auditIds",
  encode(row_digests, 'hex') as "rowDigests", previous_hash as "previousHash", hash`;

/** Only one process seals a connection's audit at a time. Rows that refer to the connection are not held up. */
export async function lockChain(tx: Queryable, connectionId: string): Promise<void> {
  await tx.query(`select 1 from connections where connection_id = $1 for no key update`, [connectionId]);
}

export async function lastSeal(db: Queryable, connectionId: string): Promise<AuditSeal | null> {
  const [row] = await db.query<AuditSeal>(
    `select ${COLUMNS} from audit_seals where connection_id = $1 order by seal_number desc limit 1`,
    [connectionId],
  );
  return row ?? null;
}

export async function sealsAfter(
  db: Queryable,
  connectionId: string,
  sealNumber: number,
  limit: number,
): Promise<AuditSeal[]> {
  return db.query<AuditSeal>(
    `select ${COLUMNS} from audit_seals where connection_id = $1 and seal_number > $2 order by seal_number limit $3`,
    [connectionId, sealNumber, limit],
  );
}

export async function insertSeal(db: Queryable, connectionId: string, seal: AuditSeal): Promise<void> {
  await db.execute(
    `insert into audit_seals (connection_id, seal_number, sealed_at, audit_ids, row_digests, previous_hash, hash)
     values ($1, $2, $3, $4::uuid[], decode($5, 'hex'), $6, $7)`,
    [
      connectionId,
      seal.sealNumber,
      seal.sealedAt,
      seal.auditIds,
      seal.rowDigests,
      seal.previousHash,
      seal.hash,
    ],
  );
}

/** Takes batches of rows that no seal covers yet, until there are about so many rows. */
export async function takeUnsealed(tx: Queryable, connectionId: string, rows: number): Promise<string[]> {
  const taken = await tx.query<{ auditIds: string[] }>(
    `with waiting as (
       select batch_id, sum(cardinality(audit_ids)) over (order by batch_id) - cardinality(audit_ids) as before
         from audit_unsealed where connection_id = $1)
     delete from audit_unsealed u using waiting w
      where u.connection_id = $1 and u.batch_id = w.batch_id and w.before < $2
     returning u.audit_ids as "auditIds"`,
    [connectionId, rows],
  );
  return taken.flatMap(({ auditIds }) => auditIds).sort();
}

export async function countUnsealed(db: Queryable, connectionId: string): Promise<number> {
  const [row] = await db.query<{ rows: number }>(
    `select coalesce(sum(cardinality(audit_ids)), 0)::bigint as rows from audit_unsealed where connection_id = $1`,
    [connectionId],
  );
  return row?.rows ?? 0;
}

/** The rows as they are stored, contact data as ciphertext. */
export async function auditRowsById(
  db: Queryable,
  connectionId: string,
  auditIds: readonly string[],
): Promise<Map<string, StoredAuditRow>> {
  const rows = await db.query<StoredAuditRow>(
    `select audit_id as "auditId", at, actor, action, resource, entity_id as "entityId",
       airtable_record_id as "airtableRecordId", changes, changes_sealed as "changesSealed",
       replaced_sealed as "replacedSealed", why, run_id as "runId"
       from audit where connection_id = $1 and audit_id = any($2::uuid[])`,
    [connectionId, auditIds],
  );
  return new Map(rows.map((row) => [row.auditId, row]));
}

/** Rows that neither a seal nor the list of those to be sealed knows: nobody of ours has written them. */
export async function strayAuditIds(db: Queryable, connectionId: string, limit: number): Promise<string[]> {
  const rows = await db.query<{ auditId: string }>(
    `select a.audit_id as "auditId" from audit a
       left join (select unnest(audit_ids) as known from audit_seals where connection_id = $1
         union all select unnest(audit_ids) from audit_unsealed where connection_id = $1) as k on k.known = a.audit_id
      where a.connection_id = $1 and k.known is null order by a.audit_id limit $2`,
    [connectionId, limit],
  );
  return rows.map(({ auditId }) => auditId);
}
