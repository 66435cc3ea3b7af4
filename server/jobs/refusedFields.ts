import type { AnyResource } from '../../shared/resources/define.ts';
import type { Entity } from '../sync/entity.ts';

/**
 * The changed fields that Buildium's answer is about. It names them by their place in the body, with or without an
 * index (`Address.PostalCode`, `PhoneNumbers[0].Number`).
 * @returns none where a name is of no changed field: then nobody knows which of them it means.
 */
export function refusedFields(resource: AnyResource, changes: Entity, names: readonly string[]): string[] {
  const changed = resource.fields.filter(({ key }) => key in changes);
  const refused = new Set<string>();
  for (const name of names) {
    const exact = changed.filter(({ source }) => same(source, name));
    const found =
      exact.length > 0 ? exact : changed.filter(({ source }) => same(rootOf(source), rootOf(name)));
    if (found.length === 0) return [];
    for (const { key } of found) refused.add(key);
  }
  return [...refused];
}

function rootOf(place: string): string {
  return place.split(/[.[]/, 1)[0] ?? '';
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
