import { setImmediate } from 'node:timers/promises';

/** Few enough that a slice takes some milliseconds. */
const SLICE = 50;

/** Maps one item after the other; a webhook that arrives meanwhile is answered between two slices, not after the last. */
export async function inSlices<T, R>(items: readonly T[], map: (item: T) => R): Promise<R[]> {
  const mapped: R[] = [];
  for (const item of items) {
    if (mapped.length > 0 && mapped.length % SLICE === 0) await setImmediate();
    mapped.push(map(item));
  }
  return mapped;
}
