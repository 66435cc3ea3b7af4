import { unreachable } from '../../../shared/result.ts';
import { appendAudit, type AuditRow } from '../../db/audit.ts';
import {
  endConflicts,
  type ConflictEnding,
  type ConflictEnds,
  type ConflictRow,
} from '../../db/conflicts.ts';
import type { Queryable } from '../../db/database.ts';
import { nowOf, type Job } from '../job.ts';
import { columnOf } from './conflictPlace.ts';

/** Conflicts that are over, as they are gathered: those settled, and those that ended without, each with its reason. */
export type Ends = { [Kind in keyof ConflictEnds]: ConflictEnds[Kind][number][] };

/** The one way in which conflicts end: what was not settled keeps both of its values, and the audit says why. */
export async function endAndTell(tx: Queryable, job: Job, ends: ConflictEnds, by = 'sync'): Promise<void> {
  const closed = await endConflicts(tx, job.connectionId, ends, nowOf(job));
  const audit = closed.map((row) => closedAudit(job, row, by));
  await appendAudit(tx, job.connectionId, audit, nowOf(job));
}

function closedAudit(job: Job, row: ConflictRow, by: string): AuditRow {
  const { resource, entityId, conflictId, kind } = row;
  const what = kind === 'undo' ? 'the earlier value was not brought back' : 'its conflict ended unsettled';
  const why = `${columnOf(resource, row.fieldKey)}: ${what}. ${endedWords(row)} Both values are kept in conflict ${conflictId}.`;
  return {
    ...{ auditId: job.newId(), actor: by, action: 'conflictClosed', why, runId: null },
    ...{ resource, entityId, airtableRecordId: null, changes: {}, changesSealed: null },
  };
}

/** Why a conflict holds its field no longer, although nobody has settled it. */
export function endedWords({
  endedWhy,
  resource,
  fieldKey,
}: Pick<ConflictRow, 'endedWhy' | 'resource' | 'fieldKey'>): string {
  return endedWhy === null ? 'It ended by itself.' : sentenceOf(endedWhy, columnOf(resource, fieldKey));
}

function sentenceOf(endedWhy: ConflictEnding, column: string): string {
  switch (endedWhy) {
    case 'equal':
      return 'Both sides have become equal.';
    case 'oneSided':
      return 'One side shows again what was last agreed, so the other one’s value stands.';
    case 'held':
      return `${column} was changed in Airtable by somebody who may only look here. The row says what to do; then both sides are compared anew.`;
    case 'unreadable':
      return `Airtable shows something by now that is no value of ${column}. The row says why; once it is mended, both sides are compared anew.`;
    case 'oneWay':
      return `${column} comes from Buildium alone by now, so its value stands.`;
    case 'overtaken':
      return 'A side was changed before the decision had reached it, and what both show now is a conflict of its own.';
    case 'gone':
      return 'The record is gone from Buildium.';
    case 'outside':
      return 'The record is not synced to a row any more.';
    case 'detached':
      return 'The row was taken out of the sync. Attached again, both sides are compared anew.';
    case 'paused':
      return 'The row was paused before anything was written. Unticked, both sides are compared anew.';
    case 'notTaken':
      return 'The blank is one of many of that day, and a person has answered that these are not to be taken over.';
    case 'rowGone':
      return 'The row was deleted in Airtable; where it is made anew, it shows what Buildium has.';
    case 'leftOut':
      return `${column} is no longer synced.`;
    default:
      return unreachable(endedWhy);
  }
}
