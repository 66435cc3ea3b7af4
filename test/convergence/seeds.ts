import { expect } from '@jest/globals';
import type { SeedResult } from '../simulation/runSeed.ts';
import { playOn } from '../simulation/seedWorkers.ts';
import { freshDatabase } from '../support/database.ts';

/** Plays seeds, begun in the order that is given, by so many processes, each on a database of its own. */
export async function playSeeds(seeds: readonly number[], processes: number): Promise<SeedResult[]> {
  const left = [...seeds];
  const results: SeedResult[] = [];
  const onResult = (result: SeedResult): boolean => results.push(result) > 0;
  const play = async (): Promise<void> => {
    const fresh = await freshDatabase();
    try {
      await playOn(fresh.url, left, { pace: 'dense', onResult });
    } finally {
      await fresh.drop();
    }
  };
  await Promise.all(range(1, processes).map(play));
  return results;
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
