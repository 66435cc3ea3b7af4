import type { AnyResource } from '../../shared/resources/define.ts';
import type { CallFailure } from '../callFailure.ts';
import type { ConflictRow } from '../db/conflicts.ts';
import type { Claim } from '../db/marks.ts';
import type { Entity } from '../sync/entity.ts';
import type { Plan } from '../sync/plan.ts';
import type { Member } from './look.ts';
import type { RowLook } from './lookAtAirtable.ts';
import type { PersonalVault } from './personalVault.ts';
import type { BuildiumOutcome } from './writeBuildium.ts';
import type { WriteOutcome } from './writeRows.ts';

/** A member with what was decided about it and what came of it. */
export type Decision = {
  member: Member;
  plan: Plan;
  row: RowLook;
  write: WriteOutcome | null;
  /** The values as they went out to Airtable, by field key. */
  written: Entity;
  /** What came of the values that Buildium was to take over; null when there were none. */
  carried: BuildiumOutcome | null;
  /** Conflicts of the entity that held fields before this look. */
  conflicts: readonly ConflictRow[];
};

export type BatchResult = {
  /** Ids whose rows were made or changed. */
  rowsWritten: number;
  /** Why a side stopped, if one did. */
  stopped: { side: 'airtable' | 'buildium'; failure: CallFailure } | null;
  /** Resources whose waiting marks became due. */
  released: string[];
};

/** What a batch came to, before it is written down. */
export type Settlement = {
  resource: AnyResource;
  claims: readonly Claim[];
  lookedGeneration: number;
  decisions: Decision[];
  /** Claimed ids that Buildium refused to show. */
  refused: Map<string, CallFailure>;
  stopped: { side: 'airtable' | 'buildium'; failure: CallFailure } | null;
  vaults: Map<string, PersonalVault | null>;
};

/** Fields whose value should go to Airtable and cannot, since Airtable does not offer the choice. */
export function leftOut({ row }: Plan, written: Entity): string[] {
  if (row.kind !== 'create' && row.kind !== 'update') return [];
  return Object.keys(row.values).filter((key) => !(key in written));
}

/** A decision may be remembered when nothing had to be written, or what was written is confirmed. */
export function isConfirmed({ plan, write, carried }: Decision): boolean {
  if (carried?.kind === 'moved' || carried?.kind === 'stopped') return false;
  const wrote = plan.row.kind === 'create' || plan.row.kind === 'update';
  return wrote ? write?.kind === 'written' : plan.row.kind !== 'waitForUndo';
}
