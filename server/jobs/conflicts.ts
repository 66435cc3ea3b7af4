import { resourceNamed } from '../../shared/resources/index.ts';
import { appendAudit } from '../db/audit.ts';
import {
  conflictById,
  decideConflict,
  listConflicts,
  type ConflictFilter,
  type ConflictRow,
  type ConflictSide,
} from '../db/conflicts.ts';
import { linksByEntity } from '../db/links.ts';
import { markDirty } from '../db/marks.ts';
import { nowOf, type Job } from './job.ts';
import { openVault } from './personalVault.ts';

/** A conflict as people see it: both values, what was last agreed, and what is at stake. */
export type ShownConflict = {
  conflictId: string;
  resource: string;
  entityId: string;
  airtableRecordId: string | null;
  field: { key: string; column: string; kind: string };
  state: ConflictRow['state'];
  openedAt: string;
  why: string;
  buildium: unknown;
  airtable: unknown;
  agreed: unknown;
  stakesCents: number | null;
  version: { buildium: string; airtable: string };
  decision: ConflictSide | null;
  decidedBy: string | null;
  decidedAt: string | null;
  endedAt: string | null;
};

export async function showConflicts(job: Job, filter: ConflictFilter): Promise<ShownConflict[]> {
  const rows = await listConflicts(job.database, job.connectionId, filter);
  return Promise.all(rows.map((row) => show(job, row)));
}

export async function showConflict(job: Job, conflictId: string): Promise<ShownConflict | null> {
  const row = await conflictById(job.database, job.connectionId, conflictId);
  return row ? show(job, row) : null;
}

/**
 * Takes a person's choice and has the entity looked at again: the value lands through the same plan as every other.
 * @returns `moved` when a side shows something else than the person saw.
 */
export async function resolveConflict(
  job: Job,
  choice: {
    conflictId: string;
    side: ConflictSide;
    version: { buildium: string; airtable: string };
    by: string;
  },
): Promise<'taken' | 'moved'> {
  const { conflictId, side, version, by } = choice;
  return job.database.transaction(async (tx) => {
    const decision = { conflictId, side, by, sawBuildium: version.buildium, sawAirtable: version.airtable };
    const taken = await decideConflict(tx, job.connectionId, decision, nowOf(job));
    const row = taken ? await conflictById(tx, job.connectionId, conflictId) : null;
    if (!row) return 'moved';
    const mark = {
      resource: row.resource,
      entityId: row.entityId,
      reason: 'a conflict was settled',
      onBehalfOf: by,
      priority: 'person' as const,
      happenedAt: nowOf(job),
    };
    await markDirty(tx, job.connectionId, [mark], nowOf(job));
    await appendAudit(tx, job.connectionId, [decisionAudit(job, row, side, by)], nowOf(job));
    await job.queues.wake(tx, job.connectionId, row.resource);
    return 'taken';
  });
}

function decisionAudit(
  job: Job,
  row: ConflictRow,
  side: ConflictSide,
  by: string,
): Parameters<typeof appendAudit>[2][number] {
  const winner = side === 'buildium' ? 'Buildium' : 'Airtable';
  return {
    auditId: job.newId(),
    actor: by,
    action: 'conflictDecided',
    resource: row.resource,
    entityId: row.entityId,
    airtableRecordId: null,
    changes: {},
    changesSealed: null,
    why: `${columnOf(row)}: settled for ${winner}'s value; the other one is kept in conflict ${row.conflictId}`,
    runId: null,
  };
}

async function show(job: Job, row: ConflictRow): Promise<ShownConflict> {
  const links = await linksByEntity(job.database, job.connectionId, row.resource, [row.entityId]);
  const shown = await valuesOf(job, row);
  const { buildium, airtable } = shown;
  const field = resourceNamed(row.resource).fields.find((candidate) => candidate.key === row.fieldKey);
  const isMoney = field?.kind === 'money' && typeof buildium === 'number' && typeof airtable === 'number';
  return {
    conflictId: row.conflictId,
    resource: row.resource,
    entityId: row.entityId,
    airtableRecordId: links.get(row.entityId)?.airtableRecordId ?? null,
    field: { key: row.fieldKey, column: columnOf(row), kind: field?.kind ?? 'text' },
    state: row.state,
    openedAt: row.openedAt,
    why: row.why,
    buildium,
    airtable,
    agreed: shown.synced?.buildium ?? null,
    stakesCents: isMoney ? Math.abs(buildium - airtable) : null,
    version: { buildium: row.buildiumDigest, airtable: row.airtableDigest },
    decision: row.decision,
    decidedBy: row.decidedBy,
    decidedAt: row.decidedAt,
    endedAt: row.endedAt,
  };
}

type Values = { buildium?: unknown; airtable?: unknown; synced?: { buildium: unknown } | null };

/** Contact data is opened here, and is gone when the person was forgotten. */
async function valuesOf(job: Job, row: ConflictRow): Promise<Values> {
  if (row.shownSealed === null) return row.shown;
  const vault = await openVault(job, job.database, row.resource, [row.entityId]);
  return vault.open(row.entityId, row.shownSealed) ?? {};
}

function columnOf(row: ConflictRow): string {
  return (
    resourceNamed(row.resource).fields.find((field) => field.key === row.fieldKey)?.column ?? row.fieldKey
  );
}
