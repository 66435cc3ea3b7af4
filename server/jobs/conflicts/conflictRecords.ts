import { policyFor } from '../../../shared/policies.ts';
import { isBlank, sameValue, type FieldValue } from '../../../shared/resources/values.ts';
import { openConflicts, type FoundConflict } from '../../db/conflictsFound.ts';
import { endConflicts, liveConflicts, reopenConflicts, type ConflictRow } from '../../db/conflicts.ts';
import type { Queryable } from '../../db/database.ts';
import { heldClaims } from '../../db/claims.ts';
import { nowOf, type Job } from '../job.ts';
import type { Member } from '../look.ts';
import type { PersonalVault } from '../personalVault.ts';
import { announceConflicts } from './conflictNews.ts';
import { valueDecided, valuesOf } from './conflictView.ts';
import { endOvertaken } from './overtaken.ts';
import { isLeftAlone, type Decision, type Settlement } from '../settlement.ts';
import { digestOf, syncedOf } from '../synced.ts';

/**
 * Puts what policies decide on record before anything is written: a value that is about to be overwritten is the
 * loser of a conflict, whatever becomes of the write.
 */
export async function recordByPolicy(
  job: Job,
  settlement: Settlement,
  decisions: readonly Decision[],
): Promise<void> {
  const found = decisions.flatMap((decision) =>
    decidedNow(decision).map(({ field, winner, why }): FoundConflict => {
      const { resource } = decision.member;
      const shape = resource.fields.find((candidate) => candidate.key === field);
      const policy = shape ? policyFor(job.settings.policies, resource, shape).policy : null;
      const conflict = conflictOver(job, settlement, decision, field);
      return {
        ...conflict,
        why: `${conflict.why} ${why}`,
        ...{ decision: winner, decidedBy: 'policy', policy },
      };
    }),
  );
  if (found.length === 0) return;
  await job.database.transaction(async (tx) => {
    const held = await heldClaims(tx, job.connectionId, settlement.resource.name, settlement.claims);
    const rootOf = new Map(decisions.map(({ member }) => [member.entityId, member.rootId]));
    const ours = found.filter(({ entityId }) => held.has(rootOf.get(entityId) ?? ''));
    await endOvertaken(tx, job, ours, (resource) => settlement.vaults.get(resource) ?? null);
    await openConflicts(tx, job.connectionId, ours, nowOf(job));
  });
}

/** Policies' decisions that the plan still carries out: what a person is asked about first is not decided. */
function decidedNow({ plan }: Decision): Decision['plan']['byPolicy'] {
  const toRow = plan.row.kind === 'update' ? plan.row.values : {};
  return plan.byPolicy.filter(({ field }) => field in plan.toBuildium || field in toRow);
}

/** Writes down what is in conflict after a look, and ends the conflicts that are not any more. */
export async function settleConflicts(
  tx: Queryable,
  job: Job,
  settlement: Settlement,
  decisions: readonly Decision[],
): Promise<void> {
  const looked = decisions.filter(
    (decision) => !isLeftAlone(decision) && (decision.conflicts.length > 0 || isContested(decision)),
  );
  if (looked.length === 0) return;
  const opened = looked.flatMap((decision) =>
    decision.plan.conflicts.map((key) => conflictOver(job, settlement, decision, key)),
  );
  await endOvertaken(tx, job, opened, (resource) => settlement.vaults.get(resource) ?? null);
  const fresh = await openConflicts(tx, job.connectionId, opened, nowOf(job));
  const live = await liveByEntity(tx, job, looked);
  const ends = looked.map((decision) => endsOf(settlement, decision, live.get(decision.member) ?? []));
  await reopenConflicts(
    tx,
    job.connectionId,
    ends.flatMap(({ refused }) => refused),
  );
  const ended = {
    resolved: ends.flatMap(({ resolved }) => resolved),
    closed: ends.flatMap(({ closed }) => closed),
  };
  await endConflicts(tx, job.connectionId, ended, nowOf(job));
  const news = opened.filter(({ conflictId }) => fresh.has(conflictId));
  await announceConflicts(tx, job, news);
}

function isContested({ plan }: Decision): boolean {
  return plan.conflicts.length + plan.byPolicy.length + plan.settled.length > 0;
}

async function liveByEntity(
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

type Ends = { resolved: string[]; closed: string[]; refused: { conflictId: string; why: string }[] };

/** What becomes of the conflicts that an entity had before, now that the plan is carried out or was refused. */
function endsOf(
  { mapping, vaults }: Settlement,
  { member, plan, carried }: Decision,
  live: readonly ConflictRow[],
): Ends {
  const ends: Ends = { resolved: [], closed: [], refused: [] };
  const decided = new Set([...plan.settled, ...plan.byPolicy.map(({ field }) => field)]);
  const table = mapping.get(member.resource.name);
  const vault = vaults.get(member.resource.name) ?? null;
  for (const conflict of live) {
    const { conflictId, fieldKey, state, kind } = conflict;
    if (plan.conflicts.includes(fieldKey)) continue;
    // What is refused is the decision only where this look was to carry it out.
    if (carried?.kind === 'refused' && fieldKey in plan.toBuildium && decided.has(fieldKey)) {
      ends.refused.push({
        conflictId,
        why: `Buildium did not take what was decided: ${carried.messages.join(' ')}`,
      });
    } else if (decided.has(fieldKey)) ends.resolved.push(conflictId);
    // Nobody has looked at a field that is left out for now: it goes on when the field is back.
    else if (fieldKey in (table?.quarantined ?? {})) continue;
    // Left out by choice, or its row is made anew: nothing that was decided has been carried out.
    else if (table?.fieldIds[fieldKey] === undefined || plan.row.kind === 'create')
      ends.closed.push(conflictId);
    // Both have come to agree by themselves: on what was decided, or people have typed something else since.
    else if (state === 'resolving' && kind !== 'undo' && stands(conflict, vault, member))
      ends.resolved.push(conflictId);
    else ends.closed.push(conflictId);
  }
  return ends;
}

/** Whether Buildium shows what was decided, be it in its own way. */
function stands(conflict: ConflictRow, vault: PersonalVault | null, { decoded }: Member): boolean {
  const decided = valueDecided(conflict, valuesOf(conflict, vault), vault);
  const shown = decoded.entity[conflict.fieldKey] ?? null;
  return sameValue(decided ?? null, shown) || lettersOf(decided) === lettersOf(shown);
}

/** Blanks around it, capitals and the signs within a phone number are what a side makes of a text. */
function lettersOf(value: FieldValue | undefined): unknown {
  return typeof value === 'string' ? value.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '') : value;
}

function whyOf(wereAgreed: boolean, isEmptied: boolean): string {
  if (wereAgreed) return 'Both sides were changed since they last agreed.';
  return isEmptied
    ? 'The two were never agreed: the row was made with a value here, and nobody knows who has taken it away since.'
    : 'The two were never agreed, and both hold a value.';
}

function conflictOver(job: Job, settlement: Settlement, decision: Decision, key: string): FoundConflict {
  const { member, row, kept, plan, testimony } = decision;
  const vault = settlement.vaults.get(member.resource.name) ?? null;
  const buildium: FieldValue = member.decoded.entity[key] ?? null;
  const cell: FieldValue = (row.view.kind === 'present' ? row.view.entity[key] : null) ?? null;
  const airtable = kept[key] ?? cell;
  const synced = (member.link ? syncedOf(member.link, vault)[key] : undefined) ?? null;
  const shown = { buildium, airtable, synced };
  const field = member.resource.fields.find((candidate) => candidate.key === key);
  const isPersonal = field?.personal === true && vault !== null;
  const why = whyOf(synced !== null, isBlank(airtable));
  const times = testimony?.timesOf(key);
  return {
    conflictId: job.newId(),
    resource: member.resource.name,
    entityId: member.entityId,
    fieldKey: key,
    kind: synced ? 'bothMoved' : 'neverAgreed',
    why: [why, plan.reasons[key]].filter((part) => part).join(' '),
    shown: isPersonal ? {} : shown,
    shownSealed: isPersonal ? vault.seal(member.entityId, shown) : null,
    buildiumDigest: digestOf(job, key, buildium),
    airtableDigest: digestOf(job, key, airtable),
    airtableGone: key in kept,
    buildiumChangedAt: times?.buildiumChangedAt ?? null,
    airtableChangedAt: times?.airtableChangedAt ?? null,
    airtableChangedBy: times?.airtableChangedBy ?? null,
    stakesCents: stakesOf(field?.kind, buildium, airtable),
    ...{ decision: null, decidedValue: null, decidedSealed: null, decidedBy: null, policy: null },
  };
}

function stakesOf(kind: string | undefined, buildium: FieldValue, airtable: FieldValue): number | null {
  if (kind !== 'money') return null;
  const [ours, theirs] = [buildium ?? 0, airtable ?? 0];
  return typeof ours === 'number' && typeof theirs === 'number' ? Math.abs(ours - theirs) : null;
}
