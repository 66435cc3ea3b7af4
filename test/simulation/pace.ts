import type { Random } from '../../server/sandbox/random.ts';
import { SYNCED } from './account.ts';

/**
 * People come in bursts; of the steps within one, so many are theirs, and the rest are the engine's between them.
 * `dense` has the same actions in fewer bursts: less for the engine to do, so that many seeds fit into a test.
 */
export type Pace = 'varied' | 'dense';
export const BURSTS = {
  varied: { from: 8, to: 40, shares: [0.15, 0.3, 0.6, 0.9] },
  dense: { from: 60, to: 120, shares: [0.3, 0.6, 0.9] },
};

/** Two that flow both ways and one more: a seed goes deep rather than wide. */
export function someResources(random: Random): string[] {
  const first = random.pick(['properties', 'units', 'tenants', 'vendors', 'leases']);
  const others = SYNCED.filter((name) => name !== first);
  const second = random.pick(others.filter((name) => name !== 'owners'));
  const third = random.pick(others.filter((name) => name !== second));
  return SYNCED.filter((name) => [first, second, third].includes(name));
}
