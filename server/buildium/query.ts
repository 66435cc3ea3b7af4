import { err, ok, type Result } from '../../shared/result.ts';

/** Arrays repeat the name (`propertyids=1&propertyids=2`): Buildium does not read comma-joined values. */
export type BuildiumQuery = Record<
  string,
  string | number | boolean | readonly (string | number)[] | undefined
>;

/** From here on Buildium answers 500. */
const TOO_LONG = 4_096;

/**
 * The query string, with its `?`. Two mistakes would bring wrong data silently, so they are refused: an empty
 * list of ids asks for everything, and a string that is too long for a plain 500.
 */
export function encodeQuery(query: BuildiumQuery): Result<string, string> {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    const values = Array.isArray(value)
      ? (value as readonly (string | number)[])
      : [value as string | number | boolean];
    if (values.length === 0) return err(`the list for "${name}" is empty, which would ask for everything`);
    for (const one of values) params.append(name, String(one));
  }
  const text = params.toString();
  if (text.length >= TOO_LONG) {
    return err(
      `the query has ${text.length} characters and Buildium takes fewer than ${TOO_LONG}; ask in smaller parts`,
    );
  }
  return ok(text === '' ? '' : `?${text}`);
}
