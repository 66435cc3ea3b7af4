import { isDeepStrictEqual } from 'node:util';

/** Something that people entered, and that was not so before. */
export type Change = {
  resource: string;
  id: string;
  recordId: string | null;
  actor: string;
  before: object | null;
  after: object | null;
};

/** What is stored and what was entered, where they differ. */
export function changed<Row extends object>(
  before: readonly Row[],
  after: readonly Row[],
  idOf: (row: Row) => string,
): { id: string; before: Row | null; after: Row | null }[] {
  const was = new Map(before.map((row) => [idOf(row), row]));
  const is = new Map(after.map((row) => [idOf(row), row]));
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((id) => {
    const pair = { before: was.get(id) ?? null, after: is.get(id) ?? null };
    return isDeepStrictEqual(pair.before, pair.after) ? [] : [{ id, ...pair }];
  });
}
