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
  const violations: string[] = [];
  for (const [index, step] of steps.entries()) {
    const { buildium, airtable } = current;
    const isAgreed = buildium && airtable && sameShown(buildium.value, airtable.value);
    // What a person has typed last may have met a look that was under way, and so may an old request that took effect.
    const last = steps[index - 1];
    const isSettled = last?.by === 'engine' && !last.isLate;
    const isDecided = isTypedDecision(account, `${name} ${entityId} ${field}`, step.value);
    if (isAgreed && isSettled && step.by === 'engine' && !step.isLate && !isDecided)
      violations.push(
        `${account.name}: ${name} ${entityId} ${field} was ${textOf(buildium.value)} on both sides, and the sync made it ${textOf(step.value)} in ${step.side}. Buildium: ${storyOf(shownBy('buildium'))}; Airtable: ${storyOf(shownBy('airtable'))}`,
      );
    current[step.side] = step;
  }
  return violations;
}
