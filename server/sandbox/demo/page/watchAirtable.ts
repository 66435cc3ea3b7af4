import { SYNC_COLUMNS } from '../../../../shared/resources/index.ts';
import { placesIn } from '../../bothSidesAirtable.ts';
import type { Stage } from '../stage.ts';
import type { ActivityLog, Written } from './activity.ts';

/** Hears of every committed change of the base, as Airtable's own screen does. */
export function watchAirtable(
  { network }: Stage,
  activity: ActivityLog,
): { takeChanged(): Set<string>; stop(): void } {
  const { world, baseId } = network.airtable;
  let changed = new Set<string>();
  const stop = world.subscribe((change) => {
    const base = world.bases.get(baseId);
    if (change.baseId !== baseId || !base) return;
    const written: Written[] = [];
    for (const [tableId, { created, changed: cells }] of change.tables) {
      changed.add(tableId);
      const table = base.tableById(tableId);
      const place = [...placesIn(base)].find(([, { tableId: id }]) => id === tableId);
      if (!table || !place || change.actor.source !== 'publicApi') continue;
      const [resource, { fieldIds }] = place;
      const buildiumId = fieldIds.get(SYNC_COLUMNS.buildiumId.key) ?? '';
      const ours = new Set(fieldIds.values());
      // A row that only gained the other end of a link was not written by the sync.
      const touched = [...cells].filter(([, byField]) => [...byField.keys()].some((id) => ours.has(id)));
      for (const recordId of [...created.keys(), ...touched.map(([id]) => id)]) {
        const row = table.rows.get(recordId);
        const entityId = row?.cells.get(buildiumId);
        if (typeof entityId !== 'string') continue;
        const name = row?.cells.get(table.primaryField().id);
        written.push({ resource, entityId, name: typeof name === 'string' ? name : '', tableId, recordId });
      }
    }
    if (written.length > 0) activity.written(written, change.atMs);
  });
  return {
    takeChanged: () => {
      const taken = changed;
      changed = new Set();
      return taken;
    },
    stop,
  };
}
