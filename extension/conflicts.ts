import type { Answer } from './contract.ts';

export type Side = 'buildium' | 'airtable';

export const sideName = (side: Side): string => (side === 'buildium' ? 'Buildium' : 'Airtable');

export type Conflict = Answer<'listConflicts'>['conflicts'][number];

/** All that is open about one entity: its fields are looked at together. */
export type ConflictGroup = {
  key: string;
  resource: string;
  entityId: string;
  airtableRecordId: string | null;
  openedAt: string;
  stakesCents: number | null;
  conflicts: readonly Conflict[];
};

/** In the order in which the first conflict of each entity came. */
export function byEntity(conflicts: readonly Conflict[]): ConflictGroup[] {
  const groups = new Map<string, Conflict[]>();
  for (const conflict of conflicts) {
    const key = `${conflict.resource}:${conflict.entityId}`;
    groups.set(key, [...(groups.get(key) ?? []), conflict]);
  }
  return [...groups].flatMap(([key, mine]) => {
    const [first] = mine;
    if (!first) return [];
    const { resource, entityId, airtableRecordId } = first;
    const openedAt = mine.map((conflict) => conflict.openedAt).sort()[0] ?? first.openedAt;
    const stakes = mine.flatMap(({ stakesCents }) => stakesCents ?? []);
    const stakesCents = stakes.length === 0 ? null : stakes.reduce((sum, cents) => sum + cents, 0);
    return [{ key, resource, entityId, airtableRecordId, openedAt, stakesCents, conflicts: mine }];
  });
}

/** What a person wants for one field: a side's value, or one of their own. */
export type Choice = { side: Side } | { value: unknown };

/** Whether a side can be chosen: not where the values of both were forgotten. */
export const hasSides = ({ choices }: Conflict): boolean => choices.length > 0;

export function chosenValue(conflict: Conflict, choice: Choice): unknown {
  return 'side' in choice ? conflict[choice.side] : choice.value;
}

/** `Use Airtable’s value`, where all fields have the same answer; what is settled otherwise. */
export function settleWords(choices: readonly Choice[]): string {
  const sides = new Set(choices.map((choice) => ('side' in choice ? choice.side : 'value')));
  const [only] = sides;
  const values = choices.length === 1 ? 'value' : 'values';
  if (sides.size !== 1 || only === undefined) return `Settle ${choices.length} fields`;
  return only === 'value' ? `Use this ${values}` : `Use ${sideName(only)}’s ${values}`;
}
