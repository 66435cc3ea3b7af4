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
  'a seed replays: four seeds run twice go the same way, step by step',
  async () => {
    const seeds = range(901, 904);
    const first = await playSeeds(seeds);
    const second = await playSeeds(seeds.toReversed());
    expect(first.map(({ seed, traceHash }) => [seed, traceHash])).toEqual(
      second.toReversed().map(({ seed, traceHash }) => [seed, traceHash]),
    );
  },
  LONG_ENOUGH_MS,
);
