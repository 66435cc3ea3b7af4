import { expect, test } from '@jest/globals';
import { availableParallelism } from 'node:os';
import { expectNothingBroken, playSeeds, range } from './seeds.ts';

/** A loaded machine is slow, and says nothing of the rules. */
const LONG_ENOUGH_MS = 900_000;

/** Two cores have eight minutes for all the tests, of which a seed takes more than a second of one core. */
const CORES = availableParallelism();
const SEEDS = CORES >= 4 ? 300 : 40;
/** The other half of the cores plays the other tests. */
const PROCESSES = Math.max(1, Math.floor(CORES / 2));
const PLAYED_TWICE = 10;

test(
  `seeds 1 to ${SEEDS}: whatever people do and whatever fails, both sides end equal, in conflict or held, nothing is lost, a push is booked once, and ${PLAYED_TWICE} of them go the same way again`,
  async () => {
    const twice = range(1, PLAYED_TWICE);
    const results = await playSeeds([...range(1, SEEDS), ...twice.toReversed()], PROCESSES);
    expectNothingBroken(results);
    const traces = Map.groupBy(results, ({ seed }) => seed);
    const hashes = twice.map((seed) => traces.get(seed)?.map(({ traceHash }) => traceHash) ?? []);
    expect(hashes.map(({ length }) => length)).toEqual(twice.map(() => 2));
    expect(hashes.filter(([first, again]) => first !== again)).toEqual([]);
  },
  LONG_ENOUGH_MS,
);
