import { placesIn } from '../../server/sandbox/bothSidesAirtable.ts';
import { resourceNamed } from '../../shared/resources/index.ts';
import {
  historyKey,
  isTypedDecision,
  rowsOf,
  sameShown,
  type Account,
  type Shown,
  type Side,
} from './account.ts';
import type { Simulation } from './simulation.ts';
import { storyOf, textOf } from './stories.ts';
import { writableFields } from './values.ts';

/**
 * Once the engine has made both sides show the same, it changes neither until a person does. Otherwise an old value
 * would come back: one of a read that was overtaken, or of a worker that stood still while another one went on.
 */
export function checkOldValues(simulation: Simulation): string[] {
  const violations: string[] = [];
  for (const account of simulation.accounts.values())
    for (const name of account.synced)
      for (const field of writableFields(resourceNamed(name)))
        for (const entityId of entitiesOf(account, name, field.key))
          if (!hasTwoRows(account, name, entityId))
            violations.push(...broughtBack(account, name, entityId, field.key));
  return violations;
}

/** The history does not tell one from the other. */
function hasTwoRows(account: Account, name: string, entityId: string): boolean {
  const table = account.base.tableById(placesIn(account.base).get(name)?.tableId);
  return rowsOf(account, name, entityId, table).length > 1;
}

function entitiesOf(account: Account, name: string, field: string): string[] {
  return [...account.history.keys()].flatMap((key) => {
    const [side, resource, entityId = '', ofField] = key.split(' ');
    return side === 'airtable' && resource === name && ofField === field ? [entityId] : [];
  });
}

type Step = Shown & { side: Side };

function broughtBack(account: Account, name: string, entityId: string, field: string): string[] {
  const shownBy = (side: Side): readonly Shown[] =>
    account.history.get(historyKey(side, name, entityId, field)) ?? [];
  const steps = (['buildium', 'airtable'] as const)
    .flatMap((side) => shownBy(side).map((shown): Step => ({ ...shown, side })))
    .sort((a, b) => a.at - b.at);
  const current: Partial<Record<Side, Step>> = {};
  const place = `${name} ${entityId} ${field}`;
  const isDecidedHere = account.decided.some((one) => one.place === place);
  const violations: string[] = [];
  let last: Step | undefined;
  /** What both showed before the last step, and before this one. */
  let agreedBefore: Agreed = null;
  for (const step of steps) {
    const agreed = agreedIn(current);
    const isBack = agreed !== null && isOldValue(last, step) && !isTypedDecision(account, place, step.value);
    const isPersons = isDecidedHere || wasTyped(shownBy('airtable'), step);
    const isLateTaken = agreedBefore !== null && isLateWriteTaken(last, step) && !isPersons;
    const before = isBack ? agreed : agreedBefore;
    if (before !== null && (isBack || isLateTaken))
      violations.push(
        `${account.name}: ${place} was ${textOf(before.value)} on both sides, and the sync made it ${textOf(step.value)} in ${step.side}. Buildium: ${storyOf(shownBy('buildium'))}; Airtable: ${storyOf(shownBy('airtable'))}`,
      );
    current[step.side] = step;
    agreedBefore = agreed;
    last = step;
  }
  return violations;
}

type Agreed = Pick<Shown, 'value'> | null;

function agreedIn({ buildium, airtable }: Partial<Record<Side, Step>>): Agreed {
  return buildium && airtable && sameShown(buildium.value, airtable.value) ? buildium : null;
}

/** What a person has typed last may have met a look that was under way, and so may an old request that took effect. */
function isOldValue(last: Step | undefined, step: Step): boolean {
  return last?.by === 'engine' && !last.isLate && step.by === 'engine' && !step.isLate;
}

/** What a person has typed in the row since it was sent is that person's, whenever the request may land. */
function wasTyped(inRow: readonly Shown[], { at, value }: Step): boolean {
  return inRow.some((shown) => shown.at < at && shown.by === 'person' && sameShown(shown.value, value));
}

/** A request of the sync that takes effect late is nobody's edit: what it leaves in a row does not go to Buildium. */
function isLateWriteTaken(last: Step | undefined, step: Step): boolean {
  const isLateInRow = last?.side === 'airtable' && last.by === 'engine' && last.isLate === true;
  const isTaken = step.side === 'buildium' && step.by === 'engine' && !step.isLate;
  return isLateInRow && isTaken && sameShown(last.value, step.value);
}
