import { hash } from 'node:crypto';
import {
  auditRowsById,
  countUnsealed,
  insertSeal,
  lastSeal,
  lockChain,
  sealsAfter,
  strayAuditIds,
  takeUnsealed,
  type AuditSeal,
  type StoredAuditRow,
} from '../../db/auditSeals.ts';
import { nowOf, type Job } from '../job.ts';

/** Rows that one seal covers: few enough to be read back at once. */
const ROWS_A_SEAL = 1_000;

const SEALS_A_PAGE = 20;

/** What the first seal follows. */
const BEGINNING = '0'.repeat(64);

type ChainJob = Pick<Job, 'connectionId' | 'database' | 'clock'>;

/** A seal's number and hash: kept elsewhere, it proves later that nothing before it was changed. */
export type Anchor = { sealNumber: number; hash: string };

/** Seals every row that no seal covers yet. @returns how many rows were sealed. */
export async function sealAudit(job: ChainJob): Promise<number> {
  let sealed = 0;
  for (;;) {
    const rows = await sealNext(job);
    sealed += rows;
    if (rows === 0) return sealed;
  }
}

async function sealNext(job: ChainJob): Promise<number> {
  return job.database.transaction(async (tx) => {
    await lockChain(tx, job.connectionId);
    const auditIds = await takeUnsealed(tx, job.connectionId, ROWS_A_SEAL);
    if (auditIds.length === 0) return 0;
    const rows = await auditRowsById(tx, job.connectionId, auditIds);
    const previous = await lastSeal(tx, job.connectionId);
    const unhashed = {
      sealNumber: (previous?.sealNumber ?? 0) + 1,
      sealedAt: nowOf(job),
      auditIds,
      rowDigests: auditIds.map((auditId) => digestOfRow(rows.get(auditId))).join(''),
      previousHash: previous?.hash ?? BEGINNING,
    };
    await insertSeal(tx, job.connectionId, { ...unhashed, hash: hashOf(job.connectionId, unhashed) });
    return auditIds.length;
  });
}

export type AuditProof = {
  seals: number;
  rows: number;
  unsealed: number;
  head: Anchor;
  /** Where the chain breaks first; null when it holds. */
  broken: { sealNumber: number | null; auditId: string | null; message: string } | null;
};

/** Walks the whole chain: every seal follows the one before it, and every row is as it was when it was sealed. */
export async function verifyAudit(job: ChainJob, anchor: Anchor | null = null): Promise<AuditProof> {
  const proof: AuditProof = {
    seals: 0,
    rows: 0,
    unsealed: await countUnsealed(job.database, job.connectionId),
    head: { sealNumber: 0, hash: BEGINNING },
    broken: null,
  };
  for (;;) {
    const seals = await sealsAfter(job.database, job.connectionId, proof.head.sealNumber, SEALS_A_PAGE);
    for (const seal of seals) {
      proof.broken = (await faultOf(job, seal, proof.head)) ?? anchorFault(seal, anchor);
      if (proof.broken) return proof;
      proof.seals += 1;
      proof.rows += seal.auditIds.length;
      proof.head = { sealNumber: seal.sealNumber, hash: seal.hash };
    }
    if (seals.length < SEALS_A_PAGE) break;
  }
  proof.broken = endFault(proof.head, anchor) ?? (await strayFault(job));
  return proof;
}

type Fault = NonNullable<AuditProof['broken']>;

async function faultOf(job: ChainJob, seal: AuditSeal, before: Anchor): Promise<Fault | null> {
  const { sealNumber, auditIds } = seal;
  const about = { sealNumber, auditId: null };
  if (sealNumber !== before.sealNumber + 1)
    return { ...about, message: `Seal ${before.sealNumber + 1} is missing: seals were removed.` };
  if (seal.previousHash !== before.hash)
    return { ...about, message: `Seal ${sealNumber} does not follow seal ${before.sealNumber}.` };
  if (hashOf(job.connectionId, seal) !== seal.hash)
    return { ...about, message: `Seal ${sealNumber} was changed after it was made.` };
  const rows = await auditRowsById(job.database, job.connectionId, auditIds);
  for (const [index, auditId] of auditIds.entries()) {
    const row = rows.get(auditId);
    if (!row) return { sealNumber, auditId, message: `Row ${auditId} of seal ${sealNumber} was removed.` };
    if (digestOfRow(row) !== seal.rowDigests.slice(index * 64, (index + 1) * 64))
      return { sealNumber, auditId, message: `Row ${auditId} of seal ${sealNumber} was changed.` };
  }
  return null;
}

function anchorFault({ sealNumber, hash: found }: AuditSeal, anchor: Anchor | null): Fault | null {
  if (anchor === null || anchor.sealNumber !== sealNumber || anchor.hash === found) return null;
  const message = `Seal ${sealNumber} is not the one that was kept elsewhere: the chain was made anew.`;
  return { sealNumber, auditId: null, message };
}

function endFault(head: Anchor, anchor: Anchor | null): Fault | null {
  if (anchor === null || anchor.sealNumber <= head.sealNumber) return null;
  const message = `The chain ends at seal ${head.sealNumber}, and seal ${anchor.sealNumber} was kept elsewhere: the newest seals were removed.`;
  return { sealNumber: anchor.sealNumber, auditId: null, message };
}

async function strayFault(job: ChainJob): Promise<Fault | null> {
  const [auditId] = await strayAuditIds(job.database, job.connectionId, 1);
  if (auditId === undefined) return null;
  const message = `Row ${auditId} belongs to no seal and is not about to be sealed: it was put in past the sync.`;
  return { sealNumber: null, auditId, message };
}

/** The newest seal, and how many rows wait for the next. */
export async function readSeal(
  job: Pick<Job, 'connectionId' | 'database'>,
): Promise<Anchor & { sealedAt: string | null; unsealed: number }> {
  const seal = await lastSeal(job.database, job.connectionId);
  return {
    sealNumber: seal?.sealNumber ?? 0,
    hash: seal?.hash ?? BEGINNING,
    sealedAt: seal?.sealedAt ?? null,
    unsealed: await countUnsealed(job.database, job.connectionId),
  };
}

function hashOf(connectionId: string, seal: Omit<AuditSeal, 'hash'>): string {
  const { sealNumber, sealedAt, previousHash, auditIds, rowDigests } = seal;
  const lines = [connectionId, previousHash, String(sealNumber), sealedAt, ...auditIds, rowDigests];
  return hash('sha256', lines.join('\n'), 'hex');
}

/** A row that is gone has a digest too, so that a seal can be made; no row there is can have the same. */
function digestOfRow(row: StoredAuditRow | undefined): string {
  return hash('sha256', row ? JSON.stringify(canonical(lineOf(row))) : 'absent', 'hex');
}

function lineOf(row: StoredAuditRow): unknown[] {
  const { auditId, at, actor, action, resource, entityId, airtableRecordId } = row;
  const about = [auditId, at, actor, action, resource, entityId, airtableRecordId];
  // Rows from before there was such a thing keep their digests.
  const replaced = row.replacedSealed === null ? [] : [row.replacedSealed];
  return [...about, row.changes, row.changesSealed, row.why, row.runId, ...replaced];
}

/** The database keeps objects in an order of its own: here every object's keys are sorted. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]): [string, unknown] => [key, canonical(inner)]);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
