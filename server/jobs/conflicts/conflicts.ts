import { resourceNamed } from '../../../shared/resources/index.ts';
import { sameValue, type FieldValue } from '../../../shared/resources/values.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import { appendAudit, type AuditRow } from '../../db/audit.ts';
import { isLookedAt } from '../../db/claims.ts';
import { insertDecisions } from '../../db/conflictsFound.ts';
import { openOfVersion } from '../../db/conflictLists.ts';
import { conflictById, decideConflict, type ConflictRow, type ConflictSide } from '../../db/conflicts.ts';
import type { Transaction } from '../../db/database.ts';
import { linksByEntity } from '../../db/links.ts';
import { markDirty } from '../../db/marks.ts';
import { typedValue } from '../../sync/typedValue.ts';
import { endedWords } from './conflictEnds.ts';
import { columnOf, whyNotNow } from './conflictPlace.ts';
import { FORGOTTEN, loserOf, valuesOf } from './conflictView.ts';
import { decidedValue } from '../carryOver.ts';
import { nowOf, type Job } from '../job.ts';
import { openVault, type PersonalVault } from '../personalVault.ts';
import { rootOf } from '../rootOf.ts';
import { digestOf, syncedOf } from '../synced.ts';

export type ConflictChoice = {
  conflictId: string;
  /** Either a side, or a value that somebody typed. */
  side?: ConflictSide | undefined;
  value?: unknown;
  version: { buildium: string; airtable: string };
};

export type ChoiceRefusal = { kind: 'moved' | 'settled' | 'invalid' | 'closed' | 'unknown'; message: string };

const MOVED = 'One of the two sides has changed since you looked. Read the conflict again and choose anew.';

const UNDER_WAY =
  'It has been settled already, and that is being carried out at this moment. Read the conflict again in a minute: what was decided can be undone then.';

const HELD =
  'Another conflict over this field has been opened since, so nothing is brought back over it. Settle that one: the earlier value can be typed there.';

/**
 * Takes a person's choice and has the entity looked at again: the value lands through the same plan as every other.
 * Refused when a side shows something else than the person saw.
 */
export async function resolveConflict(
  job: Job,
  choice: ConflictChoice,
  by: string,
): Promise<Result<null, ChoiceRefusal>> {
  const row = await conflictById(job.database, job.connectionId, choice.conflictId);
  if (!row) return err({ kind: 'unknown', message: `There is no conflict ${choice.conflictId}.` });
  if (row.state === 'closed') return err({ kind: 'closed', message: closedWords(row) });
  if (row.state === 'resolved') return err({ kind: 'settled', message: settledWords(row) });
  const decision = await decisionOf(job, row, choice);
  if (!decision.ok) return decision;
  const whyNot = await whyNotNow(job, row);
  if (whyNot !== null) return err({ kind: 'invalid', message: whyNot });
  return job.database.transaction(async (tx) => {
    if (row.state === 'resolving' && (await isUnderWay(tx, job, row)))
      return err({ kind: 'settled', message: UNDER_WAY });
    const seen = { sawBuildium: choice.version.buildium, sawAirtable: choice.version.airtable };
    const conflictId = row.conflictId;
    const taken = await decideConflict(
      tx,
      job.connectionId,
      { conflictId, by, ...seen, ...decision.value },
      nowOf(job),
    );
    if (!taken) {
      const now = await conflictById(tx, job.connectionId, conflictId);
      if (now?.state === 'closed') return err({ kind: 'closed', message: closedWords(now) });
      if (now?.state === 'resolved') return err({ kind: 'settled', message: settledWords(now) });
      return err({ kind: 'moved', message: MOVED });
    }
    const { side } = decision.value;
    const how = side === 'value' ? 'settled with a typed value' : `settled for ${nameOf(side)}'s value`;
    await lookAgain(tx, job, row, by, `${how}; what loses is kept in conflict ${row.conflictId}`);
    return ok(null);
  });
}

function closedWords(row: ConflictRow): string {
  return `There is nothing left to settle. ${endedWords(row)} Both values are kept with the conflict.`;
}

/** Who or what has settled it, how and when, and what can be done about it now. */
function settledWords(row: ConflictRow): string {
  const { conflictId, decision, decidedBy, policy, decidedAt, undoneBy } = row;
  const by = policy === null ? (decidedBy ?? 'somebody') : `the policy "${policy}"`;
  const how =
    decision === 'buildium' || decision === 'airtable'
      ? `for ${nameOf(decision)}'s value`
      : 'with a typed value';
  const loser =
    undoneBy === null
      ? `To bring back what lost, undo it: POST /api/v1/sync/conflicts/${conflictId}/undo.`
      : `What lost was brought back by conflict ${undoneBy}.`;
  return `The conflict has been settled already, by ${by}, ${how}, at ${decidedAt ?? 'an unknown time'}. ${loser}`;
}

type Decided = { side: ConflictSide | 'value'; value?: FieldValue; valueSealed?: string | null };

async function decisionOf(
  job: Job,
  row: ConflictRow,
  { side, value }: ConflictChoice,
): Promise<Result<Decided, ChoiceRefusal>> {
  if (side !== undefined)
    return (await isForgotten(job, row)) ? err({ kind: 'invalid', message: FORGOTTEN }) : ok({ side });
  const field = resourceNamed(row.resource).fields.find((candidate) => candidate.key === row.fieldKey);
  if (!field) return err({ kind: 'invalid', message: `The field ${row.fieldKey} is no longer synced.` });
  const typed = typedValue(field, value);
  if (!typed.ok) return err({ kind: 'invalid', message: typed.error });
  if (field.personal !== true) return ok({ side: 'value', value: typed.value });
  const vault = await openVault(job, job.database, row.resource, [row.entityId]);
  return ok({ side: 'value', valueSealed: vault.seal(row.entityId, { value: typed.value }) });
}

async function isForgotten(job: Job, row: ConflictRow): Promise<boolean> {
  if (row.shownSealed === null) return false;
  return valuesOf(row, await openVault(job, job.database, row.resource, [row.entityId])) === null;
}

/** Settles each by itself, so that one that has moved keeps none of the others. */
export async function resolveConflicts(
  job: Job,
  choices: readonly ConflictChoice[],
  by: string,
): Promise<BulkOutcome> {
  const outcome: BulkOutcome = { taken: [], closed: [], moved: [], refused: [] };
  for (const choice of choices) {
    const { conflictId } = choice;
    const taken = await resolveConflict(job, choice, by);
    const { kind, message } = taken.ok ? { kind: 'taken', message: '' } : taken.error;
    if (kind === 'taken') outcome.taken.push(conflictId);
    else if (kind === 'closed' || kind === 'settled') outcome.closed.push({ conflictId, message });
    else if (kind === 'moved') outcome.moved.push(conflictId);
    else outcome.refused.push({ conflictId, message });
  }
  return outcome;
}

export type BulkOutcome = {
  taken: string[];
  closed: { conflictId: string; message: string }[];
  moved: string[];
  refused: { conflictId: string; message: string }[];
};

export type BulkFilter = {
  resource?: string | undefined;
  entityId?: string | undefined;
  field?: string | undefined;
};

/**
 * The same side for all open conflicts that a filter finds.
 * @param version as it was listed with what the person saw.
 * @returns null when one of them has moved, come or gone since, or when there is none.
 */
export async function resolveFound(
  job: Job,
  { resource, entityId, field }: BulkFilter,
  { side, version }: { side: ConflictSide; version: string },
  by: string,
): Promise<BulkOutcome | null> {
  const filter = { resource: resource ?? null, entityId: entityId ?? null, fieldKey: field ?? null };
  const found = await openOfVersion(job.database, job.connectionId, filter, version);
  if (!found) return null;
  const choices = found.map(({ conflictId, buildiumDigest, airtableDigest }) => ({
    ...{ conflictId, side, version: { buildium: buildiumDigest, airtable: airtableDigest } },
  }));
  return resolveConflicts(job, choices, by);
}

/**
 * Brings the losing value of a settled conflict back to both sides, through the same plan; of the two that a typed
 * value has brought down, that of `side`. Refused when a side was
 * last seen with something else than what was decided; a side that has moved since ends it without a write.
 */
export async function undoConflict(
  job: Job,
  conflictId: string,
  by: string,
  side: ConflictSide | null = null,
): Promise<Result<string, ChoiceRefusal>> {
  const row = await conflictById(job.database, job.connectionId, conflictId);
  if (!row) return err({ kind: 'unknown', message: `There is no conflict ${conflictId}.` });
  const isSealed = row.shownSealed !== null || row.decidedSealed !== null;
  const vault = await openVault(job, job.database, row.resource, [row.entityId]);
  const loser = loserOf(row, vault, side);
  if (loser === undefined || row.undoneBy !== null)
    return err({ kind: 'invalid', message: whyNoUndo(row, side) });
  const whyNot = await whyNotNow(job, row);
  if (whyNot !== null) return err({ kind: 'invalid', message: whyNot });
  const shown = await lastShown(job, row, vault);
  const winner = winnerOf(row, vault);
  if (!shown || !(sameValue(shown.buildium, winner) || sameValue(shown.airtable, winner)))
    return err({
      kind: 'moved',
      message:
        'The field shows something else by now than what was decided, so the earlier value is not brought back over it. Change the row itself.',
    });
  const undo = {
    ...{ conflictId: job.newId(), resource: row.resource, entityId: row.entityId, fieldKey: row.fieldKey },
    ...{ kind: 'undo' as const, why: `The value that lost in conflict ${conflictId} is brought back.` },
    shown: isSealed ? {} : { ...shown, synced: shown },
    shownSealed: isSealed ? vault.seal(row.entityId, { ...shown, synced: shown }) : null,
    buildiumDigest: digestOf(job, row.fieldKey, shown.buildium),
    airtableDigest: digestOf(job, row.fieldKey, shown.airtable),
    ...{ buildiumChangedAt: null, airtableChangedAt: null, airtableChangedBy: null },
    ...{
      stakesCents: row.stakesCents,
      decision: 'value' as const,
      decidedBy: by,
      policy: null,
      undoes: conflictId,
    },
    decidedValue: isSealed ? null : loser,
    decidedSealed: isSealed ? vault.seal(row.entityId, { value: loser }) : null,
  };
  return job.database.transaction(async (tx) => {
    if (!(await insertDecisions(tx, job.connectionId, [undo], nowOf(job))))
      return err({ kind: 'moved', message: HELD });
    await lookAgain(tx, job, row, by, `what lost in conflict ${conflictId} is brought back`);
    return ok(undo.conflictId);
  });
}

function whyNoUndo(row: ConflictRow, side: ConflictSide | null): string {
  if (row.undoneBy !== null) return `Its value was brought back already, by conflict ${row.undoneBy}.`;
  if (row.state !== 'resolved') return 'It has not been settled, so nothing has lost. Settle it first.';
  if (row.decision === 'value' && side === null)
    return 'It was settled with a typed value, so two values lost. Say whose is to come back: side=buildium or side=airtable.';
  if (side !== null && side === row.decision)
    return `It was settled for ${nameOf(side)}'s value, which stands. Leave side out to bring the other one back.`;
  return 'Nothing is kept of it: it closed by itself, or the person it is about was forgotten.';
}

/** What each side showed when they were last agreed: as far as is known, what they show now. */
async function lastShown(
  job: Job,
  row: ConflictRow,
  vault: PersonalVault,
): Promise<{ buildium: FieldValue; airtable: FieldValue } | null> {
  const links = await linksByEntity(job.database, job.connectionId, row.resource, [row.entityId]);
  const link = links.get(row.entityId);
  if (link?.standing !== 'linked') return null;
  return syncedOf(link, vault)[row.fieldKey] ?? null;
}

function winnerOf(row: ConflictRow, vault: PersonalVault): FieldValue {
  if (row.decision === 'value') return decidedValue(row, vault) ?? null;
  return row.decision === null ? null : (valuesOf(row, vault)?.[row.decision] ?? null);
}

async function lookAgain(
  tx: Transaction,
  job: Job,
  row: ConflictRow,
  by: string,
  what: string,
): Promise<void> {
  const root = await rootOfRow(tx, job, row);
  const mark = {
    ...{ ...root, reason: 'a conflict was settled', onBehalfOf: by },
    ...{ priority: 'person' as const, happenedAt: nowOf(job) },
  };
  await markDirty(tx, job.connectionId, [mark], nowOf(job));
  await appendAudit(tx, job.connectionId, [auditOf(job, row, by, what)], nowOf(job));
  await job.queues.wake(tx, job.connectionId, root.resource);
}

/** A look that has begun carries out what it has read, whatever is decided meanwhile. */
async function isUnderWay(tx: Transaction, job: Job, row: ConflictRow): Promise<boolean> {
  const { resource, entityId } = await rootOfRow(tx, job, row);
  return isLookedAt(tx, job.connectionId, resource, entityId, nowOf(job));
}

/** Rows inside another one are looked at with it. */
async function rootOfRow(
  tx: Transaction,
  job: Job,
  { resource, entityId }: ConflictRow,
): Promise<{ resource: string; entityId: string }> {
  if (resourceNamed(resource).partOf === undefined) return { resource, entityId };
  const links = await linksByEntity(tx, job.connectionId, resource, [entityId]);
  return rootOf({ resource, entityId, parentId: links.get(entityId)?.parentId ?? null });
}

function auditOf(job: Job, row: ConflictRow, by: string, what: string): AuditRow {
  const column = columnOf(row.resource, row.fieldKey);
  return {
    ...{ auditId: job.newId(), actor: by, action: 'conflictDecided', why: `${column}: ${what}`, runId: null },
    ...{ resource: row.resource, entityId: row.entityId, airtableRecordId: null },
    ...{ changes: {}, changesSealed: null },
  };
}

function nameOf(side: ConflictSide): string {
  return side === 'buildium' ? 'Buildium' : 'Airtable';
}
