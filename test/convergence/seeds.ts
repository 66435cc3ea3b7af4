import { expect } from '@jest/globals';
import type { SeedResult } from '../simulation/runSeed.ts';
import { playOn } from '../simulation/seedWorkers.ts';
import { freshDatabase } from '../support/database.ts';

/** Plays seeds in a process and on a database of their own, one after the other, in the order that is given. */
export async function playSeeds(seeds: readonly number[]): Promise<SeedResult[]> {
  const fresh = await freshDatabase();
  try {
    const results: SeedResult[] = [];
    const onResult = (result: SeedResult): boolean => results.push(result) > 0;
    await playOn(fresh.url, [...seeds], { pace: 'dense', onResult });
    return results;
  } finally {
    await fresh.drop();
  }
}

/** What broke, with the command that plays it again. */
export function expectNothingBroken(results: readonly SeedResult[]): void {
  const broken = results
    .filter(({ violations }) => violations.length > 0)
    .map(({ seed, violations }) => `npm run simulate -- --dense --seed ${seed}: ${violations.join('\n')}`);
  expect(broken).toEqual([]);
}

export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
