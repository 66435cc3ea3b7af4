import { afterAll, afterEach, beforeAll } from '@jest/globals';
import type { Context } from '../../server/context.ts';
import type { Job } from '../../server/jobs/job.ts';
import { connectTwoSides, contextOn, startTwoSides, type TwoSides } from './twoSides.ts';

export type FreshBases = {
  sides: TwoSides;
  context: Context;
  /** A connection of this test's own, with nothing in its base yet. */
  connect(): Promise<Job>;
  /** The base's own count of everything that ever changed in it. */
  writesSoFar(): number;
};

/** Both simulators and a context, started once for a file; each test finds the base empty. */
export function freshBases(): FreshBases {
  const on = {
    connect: () => connectTwoSides(on.context, on.sides),
    writesSoFar: () => [...on.sides.airtable.world.bases.values()][0]?.transactionNumber ?? -1,
  } as FreshBases;
  beforeAll(async () => {
    on.sides = await startTwoSides();
    on.context = await contextOn(on.sides);
  }, 60_000);
  afterEach(() => {
    on.sides.airtable.world.reset();
    Object.assign(on.sides.airtable.world.limits.perSecond, { base: 1_000, token: 10_000 });
  });
  afterAll(async () => {
    await on.context.close();
    await on.sides.close();
  });
  return on;
}

/** A whole list of Buildium, page after page. */
export async function listIn<T>({ buildium }: Job, path: string): Promise<T[]> {
  const list = await buildium.list(path);
  if (!list.ok) throw new Error(list.error.message);
  return list.value.items as T[];
}
