import { PERMISSION_OF_KIND, type IntentKind, type PlannedKind } from '../../../shared/planned/kinds.ts';
import { ok, type Result } from '../../../shared/result.ts';
import type { CallFailure } from '../../callFailure.ts';
import { partyOf, type PlannedFacts } from '../../sync/plannedFacts.ts';
import type { PlannedItem } from '../../sync/plannedItem.ts';
import { linkedId, problem, textOf, type PlannedProblem } from '../../sync/plannedRow.ts';
import type { Job } from '../job.ts';
import { findInBuildium } from './pushLookUp.ts';

/**
 * Kinds that the key may not even read, so that it may surely not book them: one read a kind. Whether it may write
 * as well is known only once something is sent.
 */
export async function forbiddenKinds(
  job: Job,
  items: readonly PlannedItem[],
  facts: PlannedFacts,
): Promise<Result<ReadonlySet<PlannedKind>, CallFailure>> {
  const forbidden = new Set<PlannedKind>();
  const asked = new Set<string>();
  for (const item of items) {
    const [row] = item.rows;
    const [kind, party] = [item.kind, partyOf(item, facts)];
    const [day, account] = row ? [textOf(row, 'date'), linkedId(row, 'glAccount')] : [null, null];
    if (!kind || !party || day === null || account === null) continue;
    const permission = PERMISSION_OF_KIND[kind];
    if (asked.has(permission)) continue;
    asked.add(permission);
    const read = await findInBuildium(job, { kind, partyId: party.id, day, glAccountIds: [account] });
    if (read.ok || read.error.kind === 'notFound' || read.error.kind === 'invalid') continue;
    if (read.error.kind !== 'forbidden') return read;
    for (const [other, needed] of Object.entries(PERMISSION_OF_KIND))
      if (needed === permission) forbidden.add(other as PlannedKind);
  }
  return ok(forbidden);
}

export function permissionProblem(kind: PlannedKind): PlannedProblem {
  return problem('', 'permission', permissionMissing(kind));
}

/** What to tick, and where. */
export function permissionMissing(kind: IntentKind, next = 'preview and push again'): string {
  return `${MAY_NOT} In Buildium, under Settings > Developer Tools, give it View and Edit for: ${PERMISSION_OF_KIND[kind]}. Then ${next}.`;
}

/** Whether an intent was refused for want of a permission. */
export function isPermissionMissing(message: string): boolean {
  return message.startsWith(MAY_NOT);
}

const MAY_NOT = 'The key may not book this.';
