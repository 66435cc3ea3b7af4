import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { SeedResult } from './runSeed.ts';

/** One line a seed: a long run that was stopped goes on where it was. */
export function noteSeed(file: string, result: SeedResult): void {
  appendFileSync(file, `${JSON.stringify(result)}\n`);
}

export function doneSeeds(file: string): Map<number, SeedResult> {
  if (!existsSync(file)) return new Map();
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return new Map(
    lines.map((line) => {
      const result = JSON.parse(line) as SeedResult;
      return [result.seed, result];
    }),
  );
}
