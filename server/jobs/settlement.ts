import type { AnyResource } from '../../shared/resources/define.ts';
import type { CallFailure } from '../callFailure.ts';
import type { ConflictRow } from '../db/conflicts.ts';
import type { Loss } from '../db/losses.ts';
import type { Claim } from '../db/claims.ts';
import type { Testimony } from './conflicts/conflictEvidence.ts';
import type { Entity } from '../sync/entity.ts';
import type { Plan } from '../sync/plan.ts';
import type { Member } from './look.ts';
import type { RowLook } from './lookAtAirtable.ts';
import type { BaseMapping } from './baseMapping.ts';
import type { PersonalVault } from './personalVault.ts';
import type { RefusedRead } from './refusedReads.ts';
import type { BuildiumOutcome } from './writeBuildium.ts';
import type { WriteOutcome } from './writeRows.ts';

/** A member with what was decided about it and what came of it. */
export type Decision = {
  member: Member;
  plan: Plan;
  row: RowLook;
  /** What conflicts keep of cells that are gone, and that are blank now. */
  kept: Entity;
  write: WriteOutcome | null;
  /** Whose row the write was refused for: it links to one that is gone from the base for the time being. */
  gone: { resource: string; id: string } | null;
  /** What the row's status cells say of a refusal that takes them alone; null where there was none, or it says so already. */
  told: string | null;
  /** The values as they went out to Airtable, by field key. */
  written: Entity;
  /** What came of the values that Buildium was to take over; null when there were none. */
  carried: BuildiumOutcome | null;
  /** Agreed fields that show what was sent before, with the side that it was sent to: nobody knew of its arrival. */
  arrived: Readonly<Record<string, 'buildium' | 'airtable'>>;
  /** Buildium's whole record from right before it was written to, for the audit. */
  replacedSealed: string | null;
  /** Conflicts of the entity that held fields before this look. */
  conflicts: readonly ConflictRow[];
  /** Who changed what and when, where that was asked. */
  testimony: Testimony | null;
  /** Fields whose blank a person has answered is not to be taken over, with many others. */
  notTaken: string[];
  /** What a person is asked before this may go on; null when nobody is. */
  approvalId: string | null;
};

/** Stands in the place of a resource where a mark waits for a person's decision. */
export const APPROVAL = 'approval';

export type BatchResult = {
  /** Ids whose rows were made or changed. */
  rowsWritten: number;
  /** Why a side stopped, if one did. */
  stopped: { side: 'airtable' | 'buildium'; failure: CallFailure } | null;
  /** Resources whose waiting marks became due. */
  released: string[];
  /** Where the batch took every table and field to be. */
  mapping: BaseMapping;
};

/** What a batch came to, before it is written down. */
export type Settlement = {
  resource: AnyResource;
  mapping: BaseMapping;
  claims: readonly Claim[];
  /** When the look began. */
  startedAtMs: number;
  decisions: Decision[];
  /** Claimed ids that may be the result of an open push, each with why it waits. */
  awaited: Map<string, string>;
  /** Claimed ids of which Buildium alone has told, and shows nothing but what is remembered. */
  unchanged: ReadonlySet<string>;
  /** Claimed ids that Buildium refused to show. */
  refused: ReadonlyMap<string, RefusedRead>;
  stopped: { side: 'airtable' | 'buildium'; failure: CallFailure } | null;
  vaults: Map<string, PersonalVault | null>;
  /** Losses that are over once their row is written: the value goes back into it. */
  mended: (Loss & { resource: string })[];
};

/** Fields whose value should go to Airtable and cannot, since Airtable does not offer the choice. */
export function leftOut({ row }: Plan, written: Entity): string[] {
  if (row.kind !== 'create' && row.kind !== 'update') return [];
  return Object.keys(row.values).filter((key) => !(key in written));
}

/** Nothing was decided about the entity: a person has paused it, or is asked first. */
export function isLeftAlone({ plan, approvalId }: Decision): boolean {
  return plan.status === 'Paused' || approvalId !== null;
}

/**
 * A person decided for Buildium's blank, and then somebody has answered that such blanks are not to be taken over: both
 * sides stay as they are, and the conflict is open again.
 */
export function isOverruled({ notTaken, plan }: Decision, conflict: ConflictRow): boolean {
  const { fieldKey, state, kind, policy } = conflict;
  if (state !== 'resolving' || kind === 'undo' || policy !== null) return false;
  const isPutBack = plan.row.kind === 'update' && fieldKey in plan.row.values;
  return notTaken.includes(fieldKey) && !isPutBack;
}

/** A decision may be remembered when nothing had to be written, or what was written is confirmed. */
export function isConfirmed({ plan, write, carried }: Decision): boolean {
  if (carried && ['moved', 'failed', 'stopped'].includes(carried.kind)) return false;
  const wrote = plan.row.kind === 'create' || plan.row.kind === 'update';
  return wrote ? write?.kind === 'written' : plan.row.kind !== 'waitForUndo';
}
