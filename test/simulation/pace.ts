import type { Random } from '../../server/sandbox/random.ts';
import { SYNCED } from './account.ts';

/** `dense` has the same actions with less for the engine to do between them, so that many seeds fit into a test. */
export type Pace = 'varied' | 'dense';

type Paced = {
  /** People come in bursts of so many actions. */
  burst: { from: number; to: number };
  /** Of the steps within one so many are theirs, and the rest are the engine's between them. */
  shares: readonly number[];
  /** How long a free worker may take until it sees what is due: what comes meanwhile is looked at together. */
  pickUpMs: readonly number[];
};

export const PACES: Readonly<Record<Pace, Paced>> = {
  varied: { burst: { from: 8, to: 40 }, shares: [0.15, 0.3, 0.6, 0.9], pickUpMs: [50, 1_000, 4_000] },
  dense: { burst: { from: 60, to: 120 }, shares: [0.3, 0.6, 0.9], pickUpMs: [1_000, 10_000, 40_000] },
};

/** Two that flow both ways and one more: a seed goes deep rather than wide. */
export function someResources(random: Random): string[] {
  const first = random.pick(['properties', 'units', 'tenants', 'vendors', 'leases']);
  const others = SYNCED.filter((name) => name !== first);
  const second = random.pick(others.filter((name) => name !== 'owners'));
  const third = random.pick(others.filter((name) => name !== second));
  return SYNCED.filter((name) => [first, second, third].includes(name));
}
