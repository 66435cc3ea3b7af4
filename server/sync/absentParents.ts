import type { AnyResource } from '../../shared/resources/define.ts';
import type { FieldValue } from '../../shared/resources/values.ts';
import type { Entity } from './entity.ts';
import type { ParentState, PlanInput } from './plan.ts';

export type Shown = {
  entity: Entity;
  notes: readonly string[];
  awaited: { resource: string; id: string; own: boolean } | null;
};

/** A link to a detached row stays while the row stands there; Airtable itself takes it away with the row. */
function isLinked({ airtable }: PlanInput, key: string, id: string): boolean {
  const shown = airtable.kind === 'present' ? airtable.entity[key] : null;
  return Array.isArray(shown) && (shown as readonly string[]).includes(id);
}

/** Links to what will never have a row are left out with a note; the first one that is still awaited is named. */
export function withoutAbsentParents(input: PlanInput, entity: Entity): Shown {
  for (const field of linksOf(input.resource)) {
    const ids = entity[field.key] as readonly string[] | null | undefined;
    if (ids && !haveRows(input, field.target ?? '', ids)) return linksWithRows(input, entity);
  }
  return { entity, notes: [], awaited: null };
}

/** Apart from the quick way, which would make room for what the closures here hold. */
function linksWithRows(input: PlanInput, entity: Entity): Shown {
  const kept: Record<string, FieldValue> = {};
  const notes: string[] = [];
  let awaited: Shown['awaited'] = null;
  for (const field of linksOf(input.resource)) {
    const ids = entity[field.key] as readonly string[] | null | undefined;
    if (!ids) continue;
    const target = field.target ?? '';
    const states = ids.map((id) => ({ id, state: input.parentState(target, id) }));
    const missing = states.find(({ state }) => state === 'awaited');
    if (missing && (awaited === null || awaited.own)) {
      awaited = { resource: target, id: missing.id, own: target === input.resource.name };
    }
    const isKept = ({ id, state }: { id: string; state: ParentState }): boolean =>
      state === 'row' || (state === 'detached' && isLinked(input, field.key, id));
    const absent = states.filter((one) => one.state !== 'awaited' && !isKept(one));
    if (absent.length > 0) {
      notes.push(
        `${field.column}: ${absent.map(({ id }) => id).join(', ')} has no row in Airtable (deleted, out of scope or detached)`,
      );
    }
    kept[field.key] = states.filter(isKept).map(({ id }) => id);
  }
  return { entity: { ...entity, ...kept }, notes, awaited };
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
