import { listHeld } from '../../../db/held.ts';
import { AWAITS_UNDO } from '../../../jobs/postponements.ts';
import type { Stage } from '../stage.ts';

/** Entities whose rows somebody deleted in Airtable, and all that rests with them until undo or half an hour later. */
export type AwaitingUndo = { deleted: number; resting: number };

/** More than a page shows; what is beyond them is on its way as far as the page knows. */
const MOST = 500;

export async function readAwaitingUndo({ network }: Stage): Promise<AwaitingUndo> {
  const { database } = network.server.context;
  const kinds = ['retrying', 'waiting'] as const;
  const filter = { kinds, resource: null, after: null, limit: MOST };
  const held = await listHeld(database, network.connectionId, filter);
  const deleted = held.filter(({ reason }) => reason === AWAITS_UNDO);
  const keys = new Set(deleted.map(({ resource, entityId }) => `${resource}:${entityId}`));
  const waiting = held.filter(({ waitingForResource, waitingForId }) =>
    keys.has(`${waitingForResource ?? ''}:${waitingForId ?? ''}`),
  );
  return { deleted: deleted.length, resting: deleted.length + waiting.length };
}
