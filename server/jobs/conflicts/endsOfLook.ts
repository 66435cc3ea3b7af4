import { sameValue, type FieldValue } from '../../../shared/resources/values.ts';
import { liveConflicts, reopenConflicts, type ConflictEnding, type ConflictRow } from '../../db/conflicts.ts';
import type { Queryable } from '../../db/database.ts';
import { sentTo } from '../../db/sent.ts';
import type { Decoded } from '../../sync/entity.ts';
import { decidedDigest } from '../carryOver.ts';
import type { Job } from '../job.ts';
import type { PersonalVault } from '../personalVault.ts';
import { isOverruled, type Decision, type Settlement } from '../settlement.ts';
import { digestOf } from '../synced.ts';
import { endAndTell, type Ends } from './conflictEnds.ts';
import { valueDecided, valuesOf } from './conflictView.ts';
import { hasLeft } from './overtaken.ts';

export type EndsOfLook = Ends & { refused: { conflictId: string; why: string }[] };

/** What becomes of the conflicts that an entity had before, now that the plan is carried out or was refused. */
export function endsOf(
  { mapping, vaults }: Pick<Settlement, 'mapping' | 'vaults'>,
  decision: Decision,
  live: readonly ConflictRow[],
): EndsOfLook {
  const { member, plan, carried } = decision;
  const ends: EndsOfLook = { resolved: [], closed: [], refused: [] };
  const decided = new Set([...plan.settled, ...plan.byPolicy.map(({ field }) => field)]);
  const table = mapping.get(member.resource.name);
  const vault = vaults.get(member.resource.name) ?? null;
  for (const conflict of live) {
    const { conflictId, fieldKey, state, kind } = conflict;
    const close = (endedWhy: ConflictEnding): number => ends.closed.push({ conflictId, endedWhy });
    if (plan.conflicts.includes(fieldKey)) continue;
    if (plan.settled.includes(fieldKey) && isDecidedAnew(decision, conflict)) continue;
    const unmade = whyNoPair(decision);
    if (decision.notTaken.includes(fieldKey)) {
      if (isOverruled(decision, conflict)) ends.refused.push({ conflictId, why: NOT_TAKEN });
      else close('notTaken');
    }
    // What is refused is the decision only where this look was to carry it out.
    else if (carried?.kind === 'refused' && fieldKey in plan.toBuildium && decided.has(fieldKey)) {
      ends.refused.push({
        conflictId,
        why: `Buildium did not take what was decided: ${carried.messages.join(' ')}`,
      });
    } else if (decided.has(fieldKey)) ends.resolved.push(conflictId);
    // Nothing that was decided has been carried out.
    else if (unmade !== null) close(unmade);
    // Nobody has looked at a field that is left out for now: it goes on when the field is back.
    else if (fieldKey in (table?.quarantined ?? {})) continue;
    else if (table?.fieldIds[fieldKey] === undefined) close('leftOut');
    // What Buildium shows of it is not as documented: nobody knows where the two stand until it is.
    else if (isUnreadable(member.decoded, fieldKey)) continue;
    // Both have come to agree by themselves: on what was decided, or people have typed something else since.
    else if (state === 'resolving' && kind !== 'undo' && stands(conflict, vault, decision))
      ends.resolved.push(conflictId);
    else close(howApart(decision, fieldKey));
  }
  return ends;
}

const NOT_TAKEN =
  'Somebody has answered since that the blanks of that day are not to be taken over, so what was decided was not carried out. Choose anew, or clear the cell in Airtable.';

/** What this look has carried out was decided before that, and is not what the conflict says now. */
function isDecidedAnew({ conflicts }: Decision, { conflictId, decidedAt }: ConflictRow): boolean {
  const read = conflicts.find((row) => row.conflictId === conflictId);
  return read !== undefined && read.decidedAt !== decidedAt;
}

/** Why there are no longer two sides that a value could be chosen from; null where there are. */
function whyNoPair({ member, plan, row }: Decision): ConflictEnding | null {
  if (plan.standing === 'detached') return 'detached';
  if (member.wire === null) return 'gone';
  if (plan.standing === 'outOfScope' || plan.standing === 'outsideWindow') return 'outside';
  return plan.row.kind === 'create' || row.view.kind !== 'present' ? 'rowGone' : null;
}

/** How both sides stand to each other where neither is in conflict, nor was anything decided. */
function howApart(decision: Decision, key: string): ConflictEnding {
  const { plan } = decision;
  if (plan.putBack.includes(key)) return 'oneWay';
  const toRow = plan.row.kind === 'update' ? plan.row.values : {};
  return notTakenOver(decision, key) ?? (key in plan.toBuildium || key in toRow ? 'oneSided' : 'equal');
}

/** Why what Airtable shows by now stands there alone and is compared with nothing; null where it is compared. */
function notTakenOver({ plan, row: { view } }: Decision, key: string): 'held' | 'unreadable' | null {
  if (plan.held.includes(key)) return 'held';
  return view.kind === 'present' && isUnreadable(view, key) ? 'unreadable' : null;
}

function isUnreadable({ problems }: Decoded, key: string): boolean {
  // Without a field the problem is of the record as a whole.
  return problems.some(({ field }) => field === key || field === '');
}

/** Whether Buildium shows what was decided, be it in its own way; its own value it shows whatever has become of it. */
function stands(conflict: ConflictRow, vault: PersonalVault | null, decision: Decision): boolean {
  const { fieldKey } = conflict;
  if (conflict.decision === 'buildium' && notTakenOver(decision, fieldKey) !== null) return false;
  const decided = valueDecided(conflict, valuesOf(conflict, vault), vault);
  const shown = decision.member.decoded.entity[fieldKey] ?? null;
  return sameValue(decided ?? null, shown) || lettersOf(decided) === lettersOf(shown);
}

/** Blanks around it, capitals and the signs within a phone number are what a side makes of a text. */
function lettersOf(value: FieldValue | undefined): unknown {
  return typeof value === 'string' ? value.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '') : value;
}

const ASKED_ANEW =
  'The row was paused before what was decided had been carried out, so nothing was. Untick its pause box, then choose anew.';

/**
 * What was decided about a row that a person has paused or detached meanwhile is not carried out. A detached one has
 * nothing to settle any more; over a paused one a person is asked anew. What has reached a side already goes on once
 * the box is unticked: asked anew, it would look like an edit of that side.
 */
export async function endLeftAlone(
  tx: Queryable,
  job: Job,
  settlement: Settlement,
  decisions: readonly Decision[],
): Promise<void> {
  const left = decisions.filter(
    ({ plan, approvalId, conflicts }) =>
      plan.status === 'Paused' && approvalId === null && conflicts.length > 0,
  );
  if (left.length === 0) return;
  const live = await liveByEntity(tx, job, left);
  const ends: Ends = { resolved: [], closed: [] };
  const anew: string[] = [];
  for (const decision of left) {
    const isDetached = decision.plan.standing === 'detached';
    for (const conflict of live.get(decision.member) ?? []) {
      const { conflictId, state, kind, policy } = conflict;
      if (isDetached) ends.closed.push({ conflictId, endedWhy: 'detached' });
      else if (state === 'open' || (await hasBegun(tx, job, settlement, decision, conflict))) continue;
      else if (kind === 'undo' || policy !== null) ends.closed.push({ conflictId, endedWhy: 'paused' });
      else anew.push(conflictId);
    }
  }
  await endAndTell(tx, job, ends);
  await reopenConflicts(
    tx,
    job.connectionId,
    anew.map((conflictId) => ({ conflictId, why: ASKED_ANEW })),
  );
}

/** Whether a decision has left for a side, or is seen there. */
async function hasBegun(
  tx: Queryable,
  job: Job,
  { vaults }: Settlement,
  { member, row }: Decision,
  conflict: ConflictRow,
): Promise<boolean> {
  const { resource, entityId, fieldKey, buildiumDigest, airtableDigest } = conflict;
  const vault = vaults.get(resource) ?? null;
  const sent = await sentTo(tx, job.connectionId, resource, [entityId]);
  if (hasLeft(job, conflict, sent, vault)) return true;
  const digest = decidedDigest(job, conflict, vault)?.digest;
  const cells = row.view.kind === 'present' ? row.view.entity : {};
  const shows = (shown: FieldValue | undefined, before: string): boolean =>
    before !== digest && digestOf(job, fieldKey, shown ?? null) === digest;
  return shows(member.decoded.entity[fieldKey], buildiumDigest) || shows(cells[fieldKey], airtableDigest);
}

export async function liveByEntity(
  tx: Queryable,
  job: Job,
  decisions: readonly Decision[],
): Promise<Map<Decision['member'], ConflictRow[]>> {
  const byResource = Map.groupBy(decisions, ({ member }) => member.resource.name);
  const found = new Map<Decision['member'], ConflictRow[]>();
  for (const [resource, ours] of byResource) {
    const ids = ours.map(({ member }) => member.entityId);
    const rows = await liveConflicts(tx, job.connectionId, resource, ids);
    const byId = Map.groupBy(rows, (row) => row.entityId);
    for (const { member } of ours) found.set(member, byId.get(member.entityId) ?? []);
  }
  return found;
}

export function together(ends: readonly EndsOfLook[]): Ends {
  return {
    resolved: ends.flatMap(({ resolved }) => resolved),
    closed: ends.flatMap(({ closed }) => closed),
  };
}
