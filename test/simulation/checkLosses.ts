import { resourceNamed } from '../../shared/resources/index.ts';
import { showConflicts } from '../../server/jobs/conflicts/conflictView.ts';
import { placesIn } from '../../server/sandbox/bothSidesAirtable.ts';
import {
  historyKey,
  REMOVED,
  sameShown,
  shownInRow,
  type Account,
  type Shown,
  type Side,
} from './account.ts';
import { count } from './counts.ts';
import type { Simulation } from './simulation.ts';
import { storyOf, textOf } from './stories.ts';
import { plainDatabase } from './template.ts';
import { BLANKS, writableFields } from './values.ts';
import type { FieldValue } from '../../shared/resources/values.ts';

/**
 * Invariant 2: what a person wrote and the engine wrote over is on the other side too, or the loser of a recorded
 * conflict. What a person wrote over is that person's own business.
 */
export async function checkLosses(simulation: Simulation): Promise<string[]> {
  const violations: string[] = [];
  for (const [connectionId, account] of simulation.accounts) {
    const losers = await recordedLosers(simulation, connectionId);
    for (const name of account.synced) {
      const keys = new Set(writableFields(resourceNamed(name)).map(({ key }) => key));
      for (const [key, shown] of account.history) {
        const [side = '', resource = '', entityId = '', field = ''] = key.split(' ');
        if (resource !== name || !keys.has(field)) continue;
        const place = { side: side as Side, resource, entityId, field };
        for (const lost of overwritten(shown)) {
          if (lost.inGap) count(simulation.counts, 'losses', 'in the gap between GET and PUT');
          else if (standsInARow(account, place, lost))
            count(
              simulation.counts,
              'losses',
              'stands in a row whose id somebody had changed before its making was known',
            );
          else if (!isKept(account, place, lost, losers))
            violations.push(sentence(account, place, lost, shown));
        }
      }
    }
  }
  return violations;
}

/** Values of people that were followed by one of the engine's. */
function overwritten(shown: readonly Shown[]): Shown[] {
  return shown.filter((_one, index) => isEdit(shown, index) && shown[index + 1]?.by === 'engine');
}

/**
 * The blank cells of a column that was deleted and made anew are nobody's edit, nor is one that shows that again after
 * a person typed there: until the engine has filled it in, nobody can tell the two apart.
 */
function isEdit(shown: readonly Shown[], index: number): boolean {
  const one = shown[index];
  if (one?.by !== 'person' || one.value === REMOVED) return false;
  if (one.value !== null) return true;
  const before = shown.slice(0, index);
  const at = before.findLastIndex(({ by, value }) => by !== 'person' || value === REMOVED);
  const madeAnew = before[at]?.value === null ? before[at - 1] : before[at];
  return madeAnew?.value !== REMOVED;
}

type Place = { side: Side; resource: string; entityId: string; field: string };

function isKept(
  account: Account,
  { side, resource, entityId, field }: Place,
  lost: Shown,
  losers: ReadonlyMap<string, readonly FieldValue[]>,
): boolean {
  const kept = losers.get(`${resource} ${entityId} ${field}`) ?? [];
  if (kept.some((value) => sameShown(value, lost.value))) return true;
  const otherSide = side === 'buildium' ? 'airtable' : 'buildium';
  const others = account.history.get(historyKey(otherSide, resource, entityId, field)) ?? [];
  // Written over in the gap of an Airtable write, and put back when its payload told of it.
  const own = account.history.get(historyKey(side, resource, entityId, field)) ?? [];
  if (own.some(({ at, by, value }) => at > lost.at && by === 'engine' && sameShown(value, lost.value)))
    return true;
  // A value that comes back is no edit: it was on both sides before.
  if (others.some(({ value }) => sameShown(value, lost.value))) return true;
  if (lost.value !== null) return false;
  if (side === 'airtable' && account.unwantedBlanks.has(`${resource} ${entityId} ${field}`)) return true;
  // So it is with one that Buildium shows in its own way, where the engine has carried an earlier one there.
  const since = own.find(({ value }) => value === null)?.at ?? lost.at;
  if (others.some(({ at, by, value }) => by === 'engine' && at > since && BLANKS.includes(value)))
    return true;
  // Buildium showed that already: the blank changed nothing of it.
  const overwrittenAt = own.find(({ at }) => at > lost.at)?.at ?? Infinity;
  // With the column went what was agreed in it: a blank takes the other side's value.
  if (side === 'buildium' && others.some(({ at, value }) => value === REMOVED && at < overwrittenAt))
    return true;
  const opposite = others.findLast(({ at }) => at < overwrittenAt);
  return opposite !== undefined && BLANKS.includes(opposite.value);
}

/** Two rows were made: of the first nobody knew when its id was changed, and it still shows what was typed there. */
function standsInARow(account: Account, { side, resource, entityId, field }: Place, lost: Shown): boolean {
  const table = account.base.tableById(placesIn(account.base).get(resource)?.tableId);
  if (side !== 'airtable' || !table) return false;
  return [...table.rows.keys()].some(
    (rowId) =>
      account.rowOwner.get(rowId) === `${resource} ${entityId}` &&
      sameShown(shownInRow(account, resource, table, rowId).get(field) ?? null, lost.value),
  );
}

async function recordedLosers(
  simulation: Simulation,
  connectionId: string,
): Promise<Map<string, FieldValue[]>> {
  const job = simulation.observer.jobs.get(connectionId);
  const losers = new Map<string, FieldValue[]>();
  if (!job) return losers;
  const plain = { ...job, database: plainDatabase(simulation.shared) };
  const filter = { state: null, resource: null, afterId: null, limit: 10_000 };
  for (const conflict of (await showConflicts(plain, filter)).conflicts) {
    const key = `${conflict.resource} ${conflict.entityId} ${conflict.field.key}`;
    // What was decided is on record too, be it what somebody else has typed at that moment.
    const values = [conflict.buildium, conflict.airtable, conflict.decidedValue] as FieldValue[];
    losers.set(key, [...(losers.get(key) ?? []), ...values.map((value) => value ?? null)]);
  }
  return losers;
}

function sentence(account: Account, place: Place, lost: Shown, shown: readonly Shown[]): string {
  const { side, resource, entityId, field } = place;
  const others = account.history.get(
    historyKey(side === 'buildium' ? 'airtable' : 'buildium', resource, entityId, field),
  );
  return `${account.name}: ${textOf(lost.value)} in ${side}, ${resource} ${entityId} ${field}, is lost. Here: ${storyOf(shown)}; there: ${storyOf(others ?? [])}`;
}
