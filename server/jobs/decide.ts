import type { AnyResource } from '../../shared/resources/define.ts';
import { isBlank, sameValue, type FieldValue } from '../../shared/resources/values.ts';
import type { ConflictRow } from '../db/conflicts.ts';
import type { MadeRow } from '../db/madeRows.ts';
import { SENT_KEPT_MS, type SentRow } from '../db/sent.ts';
import type { Entity } from '../sync/entity.ts';
import { plan, type Agreement, type ParentState } from '../sync/plan.ts';
import type { BaseMapping, TableMapping } from './baseMapping.ts';
import { keepFrom } from './calendar.ts';
import { chosenFor, isWritable } from './carryOver.ts';
import { valuesOf } from './conflicts/conflictView.ts';
import { testify, type Testimony } from './conflicts/conflictEvidence.ts';
import { ancestorsOf, keptOf } from './conflicts/keptCells.ts';
import { laterBy, type Job } from './job.ts';
import { dateOfMember, outOfScopeReason, type Member } from './look.ts';
import type { RowLook } from './lookAtAirtable.ts';
import { wasMadeWith } from './madeUnheard.ts';
import type { PersonalVault } from './personalVault.ts';
import type { Decision } from './settlement.ts';
import { digestOf, syncedOf } from './synced.ts';

export type DecideInput = {
  member: Member;
  table: TableMapping;
  row: RowLook | undefined;
  /** What was sent of this member. */
  sent: readonly SentRow[];
  /** Its row as Airtable has told that we made it, where nobody remembered that. */
  made: MadeRow | null;
  vault: PersonalVault | null;
  parents: ReadonlyMap<string, ParentState>;
  mapping: BaseMapping;
  conflicts: readonly ConflictRow[];
  /** What a paused record is called that the member is part of. */
  pausedWith: string | null;
  /** Why the record that the member is part of stays out of Airtable, and the member with it. */
  outsideWith: string | null;
};

/**
 * A value that was sent counts as ours for a quarter of an hour, and until the first look after it is remembered. Later
 * somebody has typed it.
 */
export function unsettledFor(job: Job, members: readonly Member[]): (sent: SentRow) => boolean {
  const recent = laterBy(job, -SENT_KEPT_MS);
  const rememberedAt = new Map(members.map(({ entityId, link }) => [entityId, link?.comparedAt]));
  return ({ entityId, sentAt }) => {
    const at = rememberedAt.get(entityId);
    return sentAt >= recent || at === undefined || at < sentAt;
  };
}

/** Plans every pair; those where it matters once more, with what is known of who changed what and when. */
export async function decideAll(
  job: Job,
  resource: AnyResource,
  inputs: readonly DecideInput[],
): Promise<Decision[]> {
  const decisions = inputs.map((input) => decide(job, input, null));
  const contested = decisions.flatMap(
    ({ member, plan: { conflicts, toBuildium }, row, kept, arrived, conflicts: live }, at) => {
      const keys = [...new Set([...conflicts, ...Object.keys(toBuildium), ...Object.keys(arrived)])];
      const view = { ...(row.view.kind === 'present' ? row.view.entity : {}), ...kept };
      const shown = Object.fromEntries(keys.map((key) => [key, view[key] ?? null]));
      const isConflict = conflicts.length > 0;
      return keys.length === 0
        ? []
        : [{ member, shown, sent: inputs[at]?.sent ?? [], conflicts: live, isConflict }];
    },
  );
  const testimonies = await testify(job, resource, contested);
  return decisions.map((decision, at) => {
    const testimony = testimonies.get(decision.member.entityId);
    const input = inputs[at];
    return testimony && input ? decide(job, input, testimony) : decision;
  });
}

function decide(job: Job, input: DecideInput, testimony: Testimony | null): Decision {
  const { member, table, sent, made, vault, parents, mapping, conflicts } = input;
  const row = input.row ?? { view: { kind: 'none' }, recordId: null };
  const { link } = member;
  const kept = keptOf(input, row);
  const decided = plan({
    resource: member.resource,
    entityId: member.entityId,
    link: link && {
      synced: ancestorsOf({ link, kept, conflicts, vault }),
      standing: link.standing,
      status: link.status,
      note: link.note,
    },
    buildium: member.wire
      ? {
          kind: 'present',
          entity: mapped(member.decoded.entity, table),
          problems: member.decoded.problems,
          outOfScope: outOfScopeReason(member) ?? input.outsideWith,
          date: dateOfMember(member),
        }
      : { kind: 'gone' },
    airtable: row.view,
    ...(input.pausedWith === null ? {} : { pausedWith: input.pausedWith }),
    ...(Object.keys(kept).length > 0 ? { kept } : {}),
    showsSent: (side, field, value) =>
      sent.some((one) => one.side === side && one.digests[field] === digestOf(job, field, value)),
    wasFilled: (field) =>
      ((!link?.airtableRecordId || made !== null) && wasFilled(sent, field)) ||
      isBlankAsked(conflicts, vault, field),
    ...(made
      ? { wasMadeWith: (field, value) => wasMadeWith(job, { made, sent, conflicts }, field, value) }
      : {}),
    parentState: (target, id) =>
      mapping.has(target) ? (parents.get(`${target} ${id}`) ?? 'awaited') : 'absent',
    keepFrom: keepFrom(job),
    writable: (key) => isWritable(job, member.resource, key),
    ...(conflicts.some(({ state }) => state === 'resolving')
      ? { chosen: (key, buildium, airtable) => chosenFor(job, conflicts, vault, key, buildium, airtable) }
      : {}),
    ...(testimony ? { judge: testimony.judge, heldEdit: testimony.heldEdit } : {}),
    quarantined: table.quarantined,
  });
  return {
    member,
    plan: decided,
    row,
    kept,
    write: null,
    gone: null,
    told: null,
    written: {},
    carried: null,
    arrived: arrivedOf(job, input, decided.agreed),
    replacedSealed: null,
    conflicts,
    testimony,
    notTaken: [],
    approvalId: null,
  };
}

/** A process that ends after a write, or never gets its answer, remembers nothing of it: the next look finds it there. */
function arrivedOf(job: Job, { member, sent, vault }: DecideInput, agreed: Agreement): Decision['arrived'] {
  const keys = Object.keys(agreed);
  if (keys.length === 0 || sent.length === 0 || !member.link) return {};
  const synced = syncedOf(member.link, vault);
  const isNewIn = (side: 'buildium' | 'airtable', key: string, value: FieldValue | undefined): boolean =>
    value !== undefined &&
    synced[key] !== undefined &&
    !sameValue(synced[key][side], value) &&
    sent.some((one) => one.side === side && one.digests[key] === digestOf(job, key, value));
  return Object.fromEntries(
    keys.flatMap((key) => {
      const side = (['buildium', 'airtable'] as const).find((one) => isNewIn(one, key, agreed[key]?.[one]));
      return side === undefined ? [] : [[key, side] as const];
    }),
  );
}

/** A blank that somebody may have left stays asked once its row is known. */
function isBlankAsked(
  conflicts: readonly ConflictRow[],
  vault: PersonalVault | null,
  field: string,
): boolean {
  return conflicts.some(
    (row) =>
      row.fieldKey === field &&
      row.kind === 'neverAgreed' &&
      !row.airtableGone &&
      isBlank(valuesOf(row, vault)?.airtable ?? null),
  );
}

function wasFilled(sent: readonly SentRow[], field: string): boolean {
  return sent.some(
    ({ side, isCreate, digests }) => side === 'airtable' && isCreate && digests[field] !== undefined,
  );
}

function mapped(entity: Entity, table: TableMapping): Entity {
  if (Object.keys(entity).every((key) => table.fieldIds[key] !== undefined)) return entity;
  return Object.fromEntries(Object.entries(entity).filter(([key]) => table.fieldIds[key] !== undefined));
}
