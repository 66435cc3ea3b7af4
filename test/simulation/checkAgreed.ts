import { resourceNamed } from '../../shared/resources/index.ts';
import { linksByEntity } from '../../server/db/links.ts';
import { openVault } from '../../server/jobs/personalVault.ts';
import { hasPersonalFields, syncedOf } from '../../server/jobs/synced.ts';
import { entityIds, historyKey, isTypedDecision, sameShown, type Side } from './account.ts';
import type { Simulation } from './simulation.ts';
import { plainDatabase } from './template.ts';
import { writableFields } from './values.ts';

/**
 * Invariant 4, as far as it shows: whatever is remembered as shown by a side was shown by it at some time. A value
 * that was written down before its write was confirmed is caught here when the write does not follow.
 */
export async function checkAgreed(simulation: Simulation): Promise<string[]> {
  const violations: string[] = [];
  const database = plainDatabase(simulation.shared);
  for (const [connectionId, account] of simulation.accounts) {
    const job = simulation.observer.jobs.get(connectionId);
    if (!job) continue;
    for (const resource of account.synced.map(resourceNamed)) {
      const ids = entityIds(account, resource);
      const links = await linksByEntity(database, connectionId, resource.name, ids);
      const vault = hasPersonalFields(resource) ? await openVault(job, database, resource.name, ids) : null;
      for (const [entityId, link] of links) {
        if (link.standing !== 'linked') continue;
        const synced = syncedOf(link, vault);
        for (const { key } of writableFields(resource)) {
          const agreed = synced[key];
          if (agreed === undefined) continue;
          for (const side of ['buildium', 'airtable'] as const satisfies readonly Side[]) {
            const shown = account.history.get(historyKey(side, resource.name, entityId, key)) ?? [];
            if (shown.some(({ value }) => sameShown(value, agreed[side]))) continue;
            // A cleared amount that Buildium turned into 0 is remembered as sent, so that people see the 0.
            if (side === 'buildium' && agreed.buildium === null) continue;
            // What somebody has decided on came from neither side: once it has arrived on one, the two count as agreed.
            if (isTypedDecision(account, `${resource.name} ${entityId} ${key}`, agreed[side])) continue;
            violations.push(
              `${account.name}: ${resource.name} ${entityId} ${key} is remembered as ${JSON.stringify(agreed[side])} in ${side}, which never showed it.`,
            );
          }
        }
      }
    }
  }
  return violations;
}
