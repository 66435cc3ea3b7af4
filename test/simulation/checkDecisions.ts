import { showConflicts, type ShownConflict } from '../../server/jobs/conflicts/conflictView.ts';
import type { FieldValue } from '../../shared/resources/values.ts';
import {
  historyKey,
  REMOVED,
  sameShown,
  type Account,
  type Decided,
  type Shown,
  type Side,
} from './account.ts';
import { count } from './counts.ts';
import type { Simulation } from './simulation.ts';
import { storyOf, textOf } from './stories.ts';
import { plainDatabase } from './template.ts';
import { BLANKS } from './values.ts';

const SIDES: readonly Side[] = ['buildium', 'airtable'];

/** What a person has decided, and the sync calls settled, has stood on both sides since. */
export async function checkDecisions(simulation: Simulation): Promise<string[]> {
  const violations: string[] = [];
  for (const [connectionId, account] of simulation.accounts) {
    const job = simulation.observer.jobs.get(connectionId);
    if (!job || account.decided.length === 0) continue;
    const plain = { ...job, database: plainDatabase(simulation.shared) };
    const filter = { state: null, resource: null, afterId: null, limit: 10_000 };
    const { conflicts } = await showConflicts(plain, filter);
    for (const decided of account.decided) {
      const conflict = conflicts.find(({ conflictId }) => conflictId === decided.conflictId);
      if (conflict?.state !== 'resolved' || conflict.decidedBy !== 'person') continue;
      const outcome = isAskedAnew(conflict, conflicts)
        ? 'on its way when a side had moved: asked anew'
        : outcomeOf(account, conflict, decided);
      const group = conflict.kind === 'undo' ? 'undone fields' : 'decisions settled';
      count(simulation.counts, group, outcome ?? 'stood on both sides');
      if (outcome === 'did not stand on both sides') violations.push(sentence(account, conflict, decided));
    }
  }
  return violations;
}

/** The decision has left for a side, which shows it in a way of its own or something else: the two are a new conflict. */
function isAskedAnew(conflict: ShownConflict, all: readonly ShownConflict[]): boolean {
  const { resource, entityId, field, endedAt } = conflict;
  return all.some(
    (other) =>
      other.resource === resource &&
      other.entityId === entityId &&
      other.field.key === field.key &&
      other.openedAt === endedAt,
  );
}

/** Of an undo what its preview showed to the person. */
function valueOf(conflict: ShownConflict, { value }: Decided): FieldValue {
  if (conflict.kind === 'undo') return value ?? null;
  const { decision, decidedValue, buildium, airtable } = conflict;
  return ((decision === 'value' ? decidedValue : decision === 'buildium' ? buildium : airtable) ??
    null) as FieldValue;
}

/** null where it stood on both sides. */
function outcomeOf(account: Account, conflict: ShownConflict, decided: Decided): string | null {
  const { at } = decided;
  const value = valueOf(conflict, decided);
  const since = SIDES.map((side) => shownSince(account, conflict, side, at));
  if (since.every((shown) => shown.some((one) => isSame(one.value, value)))) return null;
  // What an undo could not bring back, since somebody had typed there, it says itself: it is never called settled.
  if (conflict.kind === 'undo') return 'did not stand on both sides';
  // Whoever typed there since has decided anew.
  const isTypedSince = since.some((shown) =>
    shown.some((one) => one.at > at && one.by === 'person' && one.value !== REMOVED),
  );
  return isTypedSince ? 'typed over before it stood' : 'did not stand on both sides';
}

/** Buildium makes a value of its own of a blank. */
function isSame(shown: Shown['value'], value: FieldValue): boolean {
  return sameShown(shown, value) || (value === null && BLANKS.includes(shown));
}

/** What a side showed at that moment, also under what a person had just typed and no look had seen, and everything after it. */
function shownSince(
  account: Account,
  { resource, entityId, field }: ShownConflict,
  side: Side,
  at: number,
): readonly Shown[] {
  const all = account.history.get(historyKey(side, resource, entityId, field.key)) ?? [];
  let seen = all.findLastIndex((shown) => shown.at <= at);
  while (all[seen]?.by === 'person') seen -= 1;
  return all.slice(Math.max(0, seen));
}

function sentence(account: Account, conflict: ShownConflict, decided: Decided): string {
  const { at } = decided;
  const { resource, entityId, field } = conflict;
  const stories = SIDES.map((side) => `${side}: ${storyOf(shownSince(account, conflict, side, at))}`);
  return `${account.name}: ${resource} ${entityId} ${field.key} was settled for ${textOf(valueOf(conflict, decided))} (${conflict.decision}), which did not stand on both sides since. ${stories.join('; ')}`;
}
