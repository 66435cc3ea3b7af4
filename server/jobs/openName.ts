import type { AnyResource } from '../../shared/resources/define.ts';

/** What a row with these values by field key is called, for sentences that are kept; null where its name is contact data or unknown. */
export function openNameOf(
  { fields: [first] }: AnyResource,
  values: Readonly<Record<string, unknown>>,
): string | null {
  if (first === undefined || first.personal === true) return null;
  const name = values[first.key];
  return typeof name === 'string' && name.trim() !== '' ? name : null;
}
