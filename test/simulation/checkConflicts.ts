import { showConflicts, type ShownConflict } from '../../server/jobs/conflicts/conflictView.ts';
import type { FieldValue } from '../../shared/resources/values.ts';
import { historyKey, isTypedDecision, sameShown, type Account, type Shown, type Side } from './account.ts';
import { count } from './counts.ts';
import type { Simulation } from './simulation.ts';
import { storyOf, textOf } from './stories.ts';
import { plainDatabase } from './template.ts';
import { BLANKS } from './values.ts';

/**
 * A conflict is between two people: what the engine alone put on a side is no edit of it, and nobody may be asked to
 * choose between a value and its echo.
 */
export async function checkConflicts(simulation: Simulation): Promise<string[]> {
  const violations: string[] = [];
  for (const [connectionId, account] of simulation.accounts) {
    const job = simulation.observer.jobs.get(connectionId);
    if (!job) continue;
    const plain = { ...job, database: plainDatabase(simulation.shared) };
    const filter = { state: null, resource: null, afterId: null, limit: 10_000 };
    for (const conflict of (await showConflicts(plain, filter)).conflicts) {
      if (conflict.kind !== 'bothMoved') continue;
      if (isOwnWay(account, conflict)) {
        count(simulation.counts, 'conflicts', 'over what a side made of a value whose write was unclear');
        continue;
      }
      for (const side of ['buildium', 'airtable'] as const)
        if (!isTyped(account, conflict, side)) violations.push(sentence(account, conflict, side));
    }
  }
  return violations;
}

/**
 * Whose value it is that a side shows in its own way, only the answer to its write would have told: what somebody typed
 * on the other side, and may have typed over since.
 */
function isOwnWay(account: Account, conflict: ShownConflict): boolean {
  const value = (conflict.buildium ?? null) as FieldValue;
  return shownIn(account, conflict, 'airtable').some(
    (shown) => shown.by === 'person' && shown.value !== value && sameShown(shown.value, value),
  );
}

function shownIn(
  account: Account,
  { resource, entityId, field }: ShownConflict,
  side: Side,
): readonly Shown[] {
  return account.history.get(historyKey(side, resource, entityId, field.key)) ?? [];
}

function isTyped(account: Account, conflict: ShownConflict, side: Side): boolean {
  const value = (conflict[side] ?? null) as FieldValue;
  if (value === null || BLANKS.includes(value)) return true;
  if (isTypedDecision(account, `${conflict.resource} ${conflict.entityId} ${conflict.field.key}`, value))
    return true;
  const same = shownIn(account, conflict, side).filter((shown) => sameShown(shown.value, value));
  // The same in other capitals is no news to the history, and the sync writes what a side has shown.
  const isInOtherCapitals = same.length > 0 && same.every((shown) => shown.value !== value);
  return isInOtherCapitals || same.some(({ by, isLate }) => by === 'person' || isLate);
}

function sentence(account: Account, conflict: ShownConflict, side: Side): string {
  const { resource, entityId, field, decidedBy } = conflict;
  const value = textOf((conflict[side] ?? null) as FieldValue);
  const stories = (['buildium', 'airtable'] as const).map(
    (one) => `${one}: ${storyOf(shownIn(account, conflict, one))}`,
  );
  return `${account.name}: ${resource} ${entityId} ${field.key} has a conflict (${decidedBy ?? 'open'}) over ${value}, which nobody typed in ${side}. ${stories.join('; ')}`;
}
