import { expect } from '@jest/globals';
import { runSeed, type SeedResult } from '../simulation/runSeed.ts';
import { openSharedClient } from '../simulation/simulatedDatabase.ts';
import { makeTemplate } from '../simulation/template.ts';
import { freshDatabase } from '../support/database.ts';

/** Plays seeds on a database of their own, one after the other, in the order that is given. */
export async function playSeeds(seeds: readonly number[]): Promise<SeedResult[]> {
  const fresh = await freshDatabase();
  const shared = await openSharedClient(fresh.url);
  try {
    const template = await makeTemplate(shared);
    const results: SeedResult[] = [];
    for (const seed of seeds) results.push(await runSeed(shared, template, seed, 'dense'));
    return results;
  } finally {
    await shared.close();
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
