import { resourceNamed } from '../../shared/resources/index.ts';
import type { ConnectionSettings } from '../../shared/settings.ts';
import type { Queryable } from '../db/database.ts';
import { requestFullRead, resourcesOutsideWindow } from '../db/sweeps.ts';
import { noteUnheard } from '../db/unheardTables.ts';
import type { Queues } from './queues.ts';
import { enabledResources } from './schemaColumns.ts';

/**
 * What a change of settings lets in again is looked at: in a resource that is switched on nobody has listened to either
 * side, and what was too old for Airtable is compared by none of the sweeps.
 */
export async function takeUpSettings(
  tx: Queryable,
  queues: Queues,
  { connectionId, now }: { connectionId: string; now: string },
  before: ConnectionSettings,
  after: ConnectionSettings,
): Promise<void> {
  const wasOn = enabledResources({ settings: before });
  const switchedOn = enabledResources({ settings: after })
    .filter((resource) => !wasOn.includes(resource))
    .map(({ name }) => name);
  const keepsMore = after.keepMonthsInAirtable > before.keepMonthsInAirtable;
  const older = keepsMore ? await resourcesOutsideWindow(tx, connectionId) : [];
  const roots = new Set([...switchedOn, ...older].map((name) => resourceNamed(name).partOf ?? name));
  for (const root of roots) await requestFullRead(tx, connectionId, root);
  if (switchedOn.length === 0) return;
  await noteUnheard(tx, connectionId, switchedOn, now);
  await queues.chore(tx, { connectionId, chore: 'hearAirtable' });
}
