import { unreachable } from '../../shared/result.ts';
import type { CallFailure } from '../callFailure.ts';
import { decideRetry } from '../sync/retry.ts';
import { nowOf, type Job } from './job.ts';
import { columnOf } from './losses/lossWords.ts';
import type { Decision } from './settlement.ts';
import { sideInWords } from './sides.ts';
import { statusCells } from './statusCells.ts';
import type { WriteStep } from './writeDecisions.ts';
import { writeRows } from './writeRows.ts';

/**
 * A row whose values Airtable refuses for good would go on saying "Synced" over what it does not show: its status
 * cells are written alone, as far as Airtable takes those, and say what was refused and what to do. Nothing of it is
 * taken for agreed.
 */
export async function tellRefused(job: Job, step: WriteStep, decisions: readonly Decision[]): Promise<void> {
  const attemptsOf = new Map(step.settlement.claims.map((claim) => [claim.entityId, claim.attempts]));
  const notes = new Map<Decision, string>();
  for (const decision of decisions) {
    if (decision.write?.kind !== 'refused' || decision.gone !== null) continue;
    const failure = inWords(decision, decision.write.failure);
    decision.write = { kind: 'refused', failure };
    const attempts = (attemptsOf.get(decision.member.rootId) ?? 0) + 1;
    const isGivenUp = decideRetry(failure, attempts).kind === 'park';
    if (isGivenUp && Object.keys(decision.written).length > 0) notes.set(decision, noteOf(decision, failure));
  }
  const telling = [...notes].filter(([decision, note]) => !saysSo(decision, note));
  const writes = telling.flatMap(([{ member, row }, note]) =>
    row.view.kind === 'present' && member.link
      ? [
          {
            entityId: member.entityId,
            recordId: row.recordId,
            cells: statusCells(step.table, { status: 'Problem', note }, nowOf(job)),
          },
        ]
      : [],
  );
  if (writes.length === 0) return;
  const outcomes = await writeRows(job, step.table, writes);
  for (const [decision, note] of telling) {
    const outcome = outcomes.get(decision.member.entityId);
    if (outcome?.kind === 'written') decision.told = note;
    // Parked now, it would be told by nobody.
    if (outcome?.kind === 'stopped') decision.write = outcome;
  }
}

function noteOf({ plan }: Decision, { message }: CallFailure): string {
  return plan.note === null ? message : `${message}\n${plan.note}`;
}

function saysSo({ member: { link }, row: { view } }: Decision, note: string): boolean {
  const isShown = view.kind === 'present' && view.saysOther !== true;
  return isShown && link?.status === 'Problem' && link.note === note;
}

const AGAIN = 'Set that right, in Airtable or in Buildium, then retry it in the extension.';
const BY_ITSELF = 'It is tried again by itself; if it is refused again and again, it waits for a retry.';

/** What Airtable refuses, in its own words and without the call, which only a program would look up. */
function inWords(decision: Decision, failure: CallFailure): CallFailure {
  // Some are in words already.
  if (failure.message === failure.reason) return failure;
  const message = sentenceOf(decision, failure);
  return message === null ? failure : { ...failure, message };
}

function sentenceOf(decision: Decision, { kind, type, values }: CallFailure): string | null {
  const said = values?.said ?? (type === null ? 'nothing more.' : `${type}.`);
  switch (kind) {
    case 'invalid':
      return type === 'ROW_DOES_NOT_EXIST'
        ? `It cannot be written while a row is missing in Airtable, its own or one that it links to: ${said} ${BY_ITSELF}`
        : `Airtable refuses ${whatOf(decision, values?.places ?? [])}. It says: ${said} ${AGAIN}`;
    case 'notFound':
      return `Airtable does not find the row any more, or a column of it. ${BY_ITSELF}`;
    case 'conflict':
      return `Airtable was busy with a change of its own and refused ${whatOf(decision, [])}. ${BY_ITSELF}`;
    case 'baseFull':
      return sideInWords('airtable', kind);
    case 'unauthorized':
    case 'forbidden':
    case 'rateLimited':
    case 'quotaExhausted':
    case 'unavailable':
    case 'breaksContract':
      return null;
    default:
      return unreachable(kind);
  }
}

/** More columns than these tell nobody which one it is. */
const NAMED_AT_MOST = 5;

function whatOf(
  { member: { resource }, plan: { row }, written }: Decision,
  places: readonly string[],
): string {
  if (places.length > 0) return `the value for ${places.join(', ')}`;
  if (row.kind === 'create') return `the new row of this ${resource.label.one}`;
  const columns = Object.keys(written).map((key) => columnOf(resource, key));
  if (columns.length === 0) return "the row's Sync Status and Sync Note";
  if (columns.length > NAMED_AT_MOST) return 'what is to be written into this row';
  return columns.length === 1
    ? `the value for ${columns[0] ?? ''}`
    : `what is to be written into this row (${columns.join(', ')})`;
}
