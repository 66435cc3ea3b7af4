import type { AnyResource } from '../../shared/resources/define.ts';
import { fromCell, sameValue, type FieldValue } from '../../shared/resources/values.ts';
import type { LinkRow, Refusal } from '../db/links.ts';
import type { Agreement, LinkView } from '../sync/plan.ts';
import type { BaseMapping } from './baseMapping.ts';
import { dateOfMember, decodeWire, fingerprintOf, type Member } from './look.ts';
import { isLeftAlone, leftOut, type Decision, type Settlement } from './settlement.ts';
import { packSynced, syncedOf, withAgreed } from './synced.ts';

export function linkAfter(
  settlement: Settlement,
  mapping: BaseMapping,
  decision: Decision,
  generation: number,
): LinkRow {
  const { member, plan, row, write, written } = decision;
  const vault = settlement.vaults.get(member.resource.name) ?? null;
  const before = member.link;
  const agreed: Record<string, Agreement[string]> = { ...plan.agreed };
  if (write?.kind === 'written') {
    for (const key of Object.keys(written)) {
      const value = written[key] as FieldValue;
      agreed[key] = { buildium: value, airtable: shownAfter(mapping, decision, key, value) };
    }
  }
  if (decision.carried?.kind === 'written') {
    for (const [key, airtable] of Object.entries(plan.toBuildium)) {
      const shown = decision.carried.shown[key] ?? airtable;
      agreed[key] = { buildium: mayNormalise(member.resource, key) ? shown : airtable, airtable };
    }
  }
  // Without a row nothing is agreed; what Buildium shows is kept all the same, so that history is complete here.
  const isOutside = plan.standing === 'outsideWindow' || plan.standing === 'outOfScope';
  // A row that it has shows what it showed: it must not count as edited once the entity is back.
  if (isOutside && row.view.kind === 'none') {
    for (const [key, value] of Object.entries(member.decoded.entity))
      agreed[key] = { buildium: value, airtable: value };
  }
  const synced = withAgreed(before ? syncedOf(before, vault) : {}, agreed);
  return {
    resource: member.resource.name,
    entityId: member.entityId,
    airtableRecordId:
      write?.kind === 'written' ? write.record.id : (row.recordId ?? before?.airtableRecordId ?? null),
    standing: plan.standing,
    parentId: member.parentId ?? before?.parentId ?? null,
    ...packSynced(member.resource, member.entityId, synced, vault),
    buildiumHash: isSettled(decision) ? hashAfter(decision, synced) : null,
    status: plan.row.kind === 'none' && before ? before.status : plan.status,
    note: plan.row.kind === 'none' && before && plan.standing === 'linked' ? before.note : plan.note,
    entityDate: dateOfMember(member) ?? before?.entityDate ?? null,
    lookedGeneration: generation,
    refused: refusalOf(decision),
  };
}

function refusalOf({ carried }: Decision): Refusal | null {
  if (carried?.kind === 'refused') return carried.refusal;
  return carried?.kind === 'written' ? (carried.besides?.refusal ?? null) : null;
}

/** A fingerprint stands for "nothing to do": an entity that still waits for something must not have one. */
function isSettled(decision: Decision): boolean {
  const { plan, carried, written } = decision;
  if (isLeftAlone(decision)) return false;
  const isCarried = carried === null || (carried.kind === 'written' && carried.besides === undefined);
  if (!isCarried || plan.conflicts.length + plan.agreedThen.length > 0) return false;
  if (leftOut(plan, written).length > 0) return false;
  return plan.waitFor === null && plan.row.kind !== 'waitForUndo';
}

/**
 * After our own write Buildium shows something else than this look saw: its answer, if that is what is remembered in
 * every field. The event of the write is known by it and ends there.
 */
function hashAfter({ member, carried }: Decision, synced: LinkView['synced']): string | null {
  if (carried?.kind !== 'written') return hashOf(member);
  const { entity, problems } = decodeWire(member.resource, carried.answer);
  const isRemembered = Object.entries(entity).every(([key, value]) =>
    sameValue(value, synced[key]?.buildium ?? null),
  );
  const isWhole = problems.length === 0 && member.resource.parts === undefined;
  return isRemembered && isWhole ? hashOf({ ...member, wire: carried.answer }) : null;
}

/** Rows inside another one are covered by its line. */
function hashOf({ resource, wire, parentId }: Member): string | null {
  return wire === null || parentId !== null ? null : fingerprintOf(resource, wire);
}

/**
 * What Airtable shows after a write. Text may come back normalised; an amount, a date or a link that comes back
 * different is remembered as sent, so that the next look sees the difference and says so.
 */
function shownAfter(
  mapping: BaseMapping,
  { member, write }: Decision,
  key: string,
  value: FieldValue,
): FieldValue {
  const field = member.resource.fields.find((candidate) => candidate.key === key);
  const fieldId = mapping.get(member.resource.name)?.fieldIds[key];
  if (!field || fieldId === undefined || write?.kind !== 'written' || field.kind === 'link') return value;
  const shown = fromCell(field.kind, write.record.fields[fieldId], () => null);
  return shown.ok && mayNormalise(member.resource, key) ? shown.value : value;
}

/** A formatted phone is the same phone. A cleared amount that comes back as 0, or a choice as "Not set", is shown to people. */
function mayNormalise({ fields }: AnyResource, key: string): boolean {
  const kind = fields.find((field) => field.key === key)?.kind ?? '';
  return ['text', 'longText', 'email', 'phone', 'url'].includes(kind);
}
