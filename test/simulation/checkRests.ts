import { resourceNamed } from '../../shared/resources/index.ts';
import { placesIn } from '../../server/sandbox/bothSidesAirtable.ts';
import { historyKey, REMOVED, type Account, type Shown, type Side } from './account.ts';
import { count } from './counts.ts';
import { openRests, saysPaused, type Rest } from './rests.ts';
import type { Simulation } from './simulation.ts';
import { storyOf } from './stories.ts';

const SIDES: readonly Side[] = ['buildium', 'airtable'];

/** What rests is written on neither side, and says on its row that it does. */
export function checkRests({ accounts, counts }: Simulation): string[] {
  const violations: string[] = [];
  for (const account of accounts.values()) {
    for (const rest of account.rests) {
      if (rest.from === null || rest.isOneOfTwo) continue;
      count(counts, 'rests', `${rest.why}: begun`);
      count(counts, 'rests', `${rest.why}: ${rest.to === null ? 'left so at the end' : 'ended'}`);
      for (const side of SIDES)
        for (const { key } of resourceNamed(rest.resource).fields)
          violations.push(...writtenIn(account, rest, side, key));
      for (const side of SIDES)
        if (isChangedMeanwhile(account, rest, side))
          count(counts, 'rests', `${rest.why}: changed by a person in ${side} meanwhile`);
    }
    for (const rest of [...openRests(account, 'paused'), ...openRests(account, 'detached')])
      violations.push(...untold(account, rest));
  }
  return violations;
}

/** The row itself tells whoever looks at it. */
function untold(account: Account, { why, resource, entityId, rowId, isOneOfTwo }: Rest): string[] {
  const table = account.base.tableById(placesIn(account.base).get(resource)?.tableId);
  const isThere = table?.rows.has(rowId) === true && !isOneOfTwo;
  return isThere && !saysPaused(account, resource, table, rowId)
    ? [`${account.name}: ${resource} ${entityId} is ${why}, and its row does not say so.`]
    : [];
}

function writtenIn(account: Account, rest: Rest, side: Side, field: string): string[] {
  const shown = account.history.get(historyKey(side, rest.resource, rest.entityId, field)) ?? [];
  const isWritten = shown.some((one, index) => isWithin(rest, one) && isOfEngine(one, shown[index - 1]));
  return isWritten
    ? [
        `${account.name}: ${rest.resource} ${rest.entityId} was ${rest.why} from ${rest.from} to ${rest.to ?? 'the end'}, and the sync wrote ${field} in ${side}: ${storyOf(shown)}`,
      ]
    : [];
}

function isWithin({ from, to }: Rest, { at }: Shown): boolean {
  return from !== null && at > from && at < (to ?? Infinity);
}

/** The blank of a column that was made anew is nobody's. */
function isOfEngine({ by, isLate, value }: Shown, before: Shown | undefined): boolean {
  const isBlank = value === null || value === false;
  return by === 'engine' && isLate !== true && !(isBlank && before?.value === REMOVED);
}

function isChangedMeanwhile(account: Account, rest: Rest, side: Side): boolean {
  return resourceNamed(rest.resource).fields.some(({ key }) =>
    (account.history.get(historyKey(side, rest.resource, rest.entityId, key)) ?? []).some(
      (one) => one.by === 'person' && one.value !== REMOVED && isWithin(rest, one),
    ),
  );
}
