import { join } from 'node:path';
import { BREAKAGES } from './breakages.ts';
import type { Pace } from './pace.ts';
import { playInWorkers } from './seedWorkers.ts';

export type Found = { breakage: string; seed: number | null; seedsPlayed: number; rule: string | null };

/** Plays seeds with one breakage of the engine until a rule breaks, or all of them without one. */
export async function play(
  breakage: string,
  seeds: readonly number[],
  pace: Pace,
  workers: number,
): Promise<Found> {
  const found: Found = { breakage, seed: null, seedsPlayed: 0, rule: null };
  await playInWorkers({
    ...{ seeds, pace, workers },
    imports: [join(import.meta.dirname, 'breakEngine.ts')],
    env: { SIMULATION_BREAK: breakage },
    onResult: ({ seed, violations }) => {
      found.seedsPlayed += 1;
      const [rule] = violations;
      if (rule === undefined || found.seed !== null) return found.seed === null;
      Object.assign(found, { seed, rule });
      return false;
    },
  });
  return found;
}

/** @throws when there is no such breakage. */
export function breakagesNamed(name: string): string[] {
  const names = Object.keys(BREAKAGES);
  if (name === 'all') return names;
  if (!names.includes(name))
    throw new Error(`There is no breakage "${name}". There are: ${names.join('; ')}; or all.`);
  return [name];
}

/** One line a breakage: where it was found, and after how many seeds. */
export function table(found: readonly Found[]): string {
  const lines = found.map(({ breakage, seed, seedsPlayed, rule }) => {
    const where =
      seed === null ? `NOT FOUND in ${seedsPlayed} seeds` : `seed ${seed} (${seedsPlayed} played)`;
    return `${breakage.padEnd(48)} ${where.padEnd(24)} ${(rule ?? '').split('\n')[0]?.slice(0, 110) ?? ''}`;
  });
  return `${lines.join('\n')}\n`;
}
