import { RESOURCES, resourceNamed } from '../../shared/resources/index.ts';
import type { ConnectionSettings } from '../../shared/settings.ts';
import type { Queryable } from '../db/database.ts';
import { requestFullRead, resourcesOutsideWindow } from '../db/sweeps.ts';
import { noteUnheard } from '../db/unheardTables.ts';
import type { Queues } from './queues.ts';

type Settings = Pick<ConnectionSettings, 'resources' | 'keepMonthsInAirtable'>;

/**
 * What a change of settings lets in again is looked at: in a resource that is switched on nobody has listened to either
 * side, and what was too old for Airtable is compared by none of the sweeps.
 */
export async function takeUpSettings(
  tx: Queryable,
  queues: Queues,
  { connectionId, now }: { connectionId: string; now: string },
  before: Settings,
  after: Settings,
): Promise<void> {
  const isOn = ({ resources }: Settings, name: string): boolean => resources[name]?.enabled ?? true;
  const switchedOn = RESOURCES.map(({ name }) => name).filter(
    (name) => !isOn(before, name) && isOn(after, name),
  );
  const withParts = switchedOn.flatMap((name) => [
    name,
    ...(resourceNamed(name).parts ?? []).map(({ resource }) => resource),
  ]);
  const keepsMore = after.keepMonthsInAirtable > before.keepMonthsInAirtable;
  const older = keepsMore ? await resourcesOutsideWindow(tx, connectionId) : [];
  const roots = new Set([...switchedOn, ...older].map((name) => resourceNamed(name).partOf ?? name));
  for (const root of roots) await requestFullRead(tx, connectionId, root);
  if (withParts.length === 0) return;
  await noteUnheard(tx, connectionId, withParts, now);
  await queues.chore(tx, { connectionId, chore: 'hearAirtable' });
}
