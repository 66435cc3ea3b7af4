import type { AnyResource } from '../../shared/resources/define.ts';
import type { FieldValue } from '../../shared/resources/values.ts';
import type { Entity } from './entity.ts';
import type { PlanInput } from './plan.ts';

export type Shown = {
  entity: Entity;
  notes: readonly string[];
  awaited: { resource: string; id: string; own: boolean } | null;
};

/** Links to what will never have a row are left out with a note; the first one that is still awaited is named. */
export function withoutAbsentParents(input: PlanInput, entity: Entity): Shown {
  const kept: Record<string, FieldValue> = {};
  const notes: string[] = [];
  let awaited: Shown['awaited'] = null;
  for (const field of linksOf(input.resource)) {
    const ids = entity[field.key] as readonly string[] | null | undefined;
    if (!ids || haveRows(input, field.target ?? '', ids)) continue;
    const target = field.target ?? '';
    const states = ids.map((id) => ({ id, state: input.parentState(target, id) }));
    const missing = states.find(({ state }) => state === 'awaited');
    if (missing && (awaited === null || awaited.own)) {
      awaited = { resource: target, id: missing.id, own: target === input.resource.name };
    }
    const absent = states.filter(({ state }) => state === 'absent');
    if (absent.length > 0) {
      notes.push(
        `${field.column}: ${absent.map(({ id }) => id).join(', ')} has no row in Airtable (deleted, out of scope or detached)`,
      );
    }
    kept[field.key] = states.filter(({ state }) => state === 'row').map(({ id }) => id);
  }
  return { entity: Object.keys(kept).length === 0 ? entity : { ...entity, ...kept }, notes, awaited };
}

const links = new WeakMap<AnyResource, AnyResource['fields']>();

/** Looked for once: a plan is made for every record of every look. */
function linksOf(resource: AnyResource): AnyResource['fields'] {
  const known = links.get(resource);
  if (known) return known;
  const found = resource.fields.filter(({ kind }) => kind === 'link');
  links.set(resource, found);
  return found;
}

/** As nearly always: nothing more needs to be known about the field. */
function haveRows({ parentState }: PlanInput, target: string, ids: readonly string[]): boolean {
  for (const id of ids) if (parentState(target, id) !== 'row') return false;
  return true;
}
