import type { AnyResource } from '../../shared/resources/define.ts';
import { sameValue } from '../../shared/resources/values.ts';
import { sentTo, type SentRow } from '../db/sent.ts';
import { hearAirtable } from './hearAirtable.ts';
import type { Job } from './job.ts';
import type { Member } from './look.ts';
import type { RowLook } from './lookAtAirtable.ts';
import type { PersonalVault } from './personalVault.ts';
import { digestOf, syncedOf } from './synced.ts';

type Seen = {
  members: readonly Member[];
  rows: ReadonlyMap<string, RowLook>;
  everSent: readonly SentRow[];
  /** What counts as ours already. */
  sent: readonly SentRow[];
  vault: PersonalVault | null;
};

/**
 * Entities whose row shows a value that we sent long ago and not last: a request that took effect after its connection
 * had died looks just like somebody who typed the old value again.
 */
export function arrivedLate(job: Job, { members, rows, everSent, sent, vault }: Seen): Set<string> {
  const counted = new Set(sent);
  const old = Map.groupBy(
    everSent.filter((row) => row.side === 'airtable' && !counted.has(row)),
    ({ entityId }) => entityId,
  );
  const late = members.filter(({ entityId, link }) => {
    const earlier = old.get(entityId);
    const view = rows.get(entityId)?.view;
    if (!earlier || !link || view?.kind !== 'present') return false;
    const synced = syncedOf(link, vault);
    return Object.entries(view.entity).some(([key, value]) => {
      const agreed = synced[key];
      if (!agreed || sameValue(agreed.airtable, value)) return false;
      const digest = digestOf(job, key, value);
      return earlier.some(({ digests }) => digests[key] === digest);
    });
  });
  return new Set(late.map(({ entityId }) => entityId));
}

/** Airtable tells which it was: what a person has typed since is no longer among what we sent. */
export async function stillOurs(
  job: Job,
  resource: AnyResource,
  late: ReadonlySet<string>,
  sent: readonly SentRow[],
): Promise<SentRow[]> {
  await hearAirtable(job);
  const known = new Set(sent.map(({ entityId, side, fence }) => `${entityId} ${side} ${fence}`));
  const rows = await sentTo(job.database, job.connectionId, resource.name, [...late]);
  return rows.filter(
    ({ entityId, side, fence }) => side === 'airtable' && !known.has(`${entityId} ${side} ${fence}`),
  );
}
