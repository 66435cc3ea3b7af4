import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { expectNothingBroken, playSeeds, range } from './seeds.ts';

/** A loaded machine is slow, and says nothing of the rules. */
const LONG_ENOUGH_MS = 900_000;

test(
  'seeds 1 to 8: whatever people do and whatever fails, both sides end equal, in conflict or held, and nothing is lost',
  async () => {
    expectNothingBroken(await playSeeds(range(1, 8)));
  },
  LONG_ENOUGH_MS,
);

test(
  'a seed replays: run by command twice, it goes the same way, step by step',
  async () => {
    const [first, second] = await Promise.all([traceOf(901), traceOf(901)]);
    expect(first).toMatch(/^Seed 901: trace \S{16}$/);
    expect(second).toBe(first);
  },
  LONG_ENOUGH_MS,
);

/** What the command says of one seed, played in a process and on a database of its own. */
async function traceOf(seed: number): Promise<string | undefined> {
  const { stderr } = await promisify(execFile)(process.execPath, [
    ...['--disable-warning=ExperimentalWarning', 'test/simulation/main.ts'],
    ...['--dense', '--seed', String(seed)],
  ]);
  return stderr.split('\n').find((line) => line.includes('trace'));
}
