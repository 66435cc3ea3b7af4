import { policyFor } from '../../../shared/policies.ts';
import { isBlank, type FieldValue } from '../../../shared/resources/values.ts';
import { openConflicts, type FoundConflict } from '../../db/conflictsFound.ts';
import { reopenConflicts } from '../../db/conflicts.ts';
import type { Queryable } from '../../db/database.ts';
import { heldClaims } from '../../db/claims.ts';
import { nowOf, type Job } from '../job.ts';
import { endAndTell } from './conflictEnds.ts';
import { announceConflicts } from './conflictNews.ts';
import { endLeftAlone, endsOf, liveByEntity, together } from './endsOfLook.ts';
import { ancestorsOf } from './keptCells.ts';
import { endOvertaken } from './overtaken.ts';
import { isLeftAlone, type Decision, type Settlement } from '../settlement.ts';
import { digestOf } from '../synced.ts';

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
  const toRow = 'values' in plan.row ? plan.row.values : {};
  return plan.byPolicy.filter(({ field }) => field in plan.toBuildium || field in toRow);
}

/** Writes down what is in conflict after a look, and ends the conflicts that are not any more. */
export async function settleConflicts(
  tx: Queryable,
  job: Job,
  settlement: Settlement,
  decisions: readonly Decision[],
): Promise<void> {
  await endLeftAlone(tx, job, settlement, decisions);
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
  await endAndTell(tx, job, together(ends));
  const news = opened.filter(({ conflictId }) => fresh.has(conflictId));
  await announceConflicts(tx, job, news);
}

function isContested({ plan }: Decision): boolean {
  return plan.conflicts.length + plan.byPolicy.length + plan.settled.length > 0;
}

function whyOf(wereAgreed: boolean, isEmptied: boolean): string {
  if (wereAgreed) return 'Both sides were changed since they last agreed.';
  return isEmptied
    ? 'The two were never agreed: the row was made with a value here, and nobody knows who has taken it away since.'
    : 'The two were never agreed, and both hold a value.';
}

function conflictOver(job: Job, settlement: Settlement, decision: Decision, key: string): FoundConflict {
  const { member, row, kept, plan, testimony, conflicts } = decision;
  const vault = settlement.vaults.get(member.resource.name) ?? null;
  const buildium: FieldValue = member.decoded.entity[key] ?? null;
  const cell: FieldValue = (row.view.kind === 'present' ? row.view.entity[key] : null) ?? null;
  const airtable = kept[key] ?? cell;
  const { link } = member;
  const synced = (link ? ancestorsOf({ link, kept, conflicts, vault })[key] : undefined) ?? null;
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
    evidence: times?.evidence ?? null,
    stakesCents: stakesOf(field?.kind, buildium, airtable),
    ...{ decision: null, decidedValue: null, decidedSealed: null, decidedBy: null, policy: null },
  };
}

function stakesOf(kind: string | undefined, buildium: FieldValue, airtable: FieldValue): number | null {
  if (kind !== 'money') return null;
  const [ours, theirs] = [buildium ?? 0, airtable ?? 0];
  return typeof ours === 'number' && typeof theirs === 'number' ? Math.abs(ours - theirs) : null;
}
