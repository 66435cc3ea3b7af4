import type { Policy, PolicyPatch } from '../shared/policies.ts';
import type { Answer } from './contract.ts';

export type EffectivePolicy = Answer<'readPolicies'>['fields'][number];

export const POLICY_WORDS: Readonly<Record<Policy, string>> = {
  newest: 'The later edit wins',
  manual: 'A person decides',
  buildium: 'Buildium wins',
  airtable: 'Airtable wins',
};

export const POLICY_NAMES = Object.keys(POLICY_WORDS) as Policy[];

/** What is set at one place: a policy of its own, or that of the next wider place. */
export type Place = { kind: 'connection' } | { kind: 'resources' | 'fields'; name: string };

type Kept = {
  connection?: Policy | undefined;
  resources: Readonly<Record<string, Policy>>;
  fields: Readonly<Record<string, Policy>>;
};

/** What stands at a place once the draft is saved; empty where it follows the next wider one. */
export function chosenAt(kept: Kept, draft: PolicyPatch, place: Place): Policy | '' {
  if (place.kind === 'connection')
    return (draft.connection === undefined ? kept.connection : draft.connection) ?? '';
  const drafted = draft[place.kind]?.[place.name];
  return (drafted === undefined ? kept[place.kind][place.name] : drafted) ?? '';
}

export function withChoice(draft: PolicyPatch, place: Place, chosen: Policy | ''): PolicyPatch {
  const policy = chosen === '' ? null : chosen;
  if (place.kind === 'connection') return { ...draft, connection: policy };
  return { ...draft, [place.kind]: { ...draft[place.kind], [place.name]: policy } };
}

export function isEmptyPatch({ connection, resources = {}, fields = {} }: PolicyPatch): boolean {
  return connection === undefined && Object.keys(resources).length + Object.keys(fields).length === 0;
}

/** Fields that flow both ways, by resource: only these can conflict. */
export function byResource(fields: readonly EffectivePolicy[]): [string, EffectivePolicy[]][] {
  const groups = new Map<string, EffectivePolicy[]>();
  for (const one of fields) groups.set(one.resource, [...(groups.get(one.resource) ?? []), one]);
  return [...groups];
}
