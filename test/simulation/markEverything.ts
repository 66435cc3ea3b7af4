import { resourceNamed } from '../../shared/resources/index.ts';
import { markDirty } from '../../server/db/marks.ts';
import { entityIds } from './account.ts';
import { heldOf } from './held.ts';
import type { Simulation } from './simulation.ts';
import { plainDatabase } from './template.ts';

/** Everything is to be looked at once more, but what waits with a reason. */
export async function markEverything(simulation: Simulation): Promise<void> {
  const { accounts, scheduler, shared } = simulation;
  const database = plainDatabase(shared);
  const now = new Date(scheduler.nowMs()).toISOString();
  for (const [connectionId, account] of accounts) {
    const held = await heldOf(simulation, connectionId);
    const marks = account.synced.flatMap((resource) =>
      entityIds(account, resourceNamed(resource))
        .filter((entityId) => !held.marks.has(`${resource} ${entityId}`))
        .map((entityId) => ({
          ...{ resource, entityId, reason: 'a further look', onBehalfOf: 'sweep' },
          ...{ priority: 'normal' as const, happenedAt: now },
        })),
    );
    await markDirty(database, connectionId, marks, now);
  }
}
