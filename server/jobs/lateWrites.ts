import type { AnyResource } from '../../shared/resources/define.ts';
import { sameValue, type FieldValue } from '../../shared/resources/values.ts';
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
 * Entities whose row shows a value that we sent once and not last: a request that took effect after its connection had
 * died looks just like somebody who typed the old value again.
 */
export function arrivedLate(job: Job, { members, rows, everSent, sent, vault }: Seen): Set<string> {
  const counted = new Set(sent);
  const byEntity = (side: SentRow['side'], among: readonly SentRow[]): Map<string, SentRow[]> =>
    Map.groupBy(
      among.filter((row) => row.side === side),
      ({ entityId }) => entityId,
    );
  const everToRow = byEntity('airtable', everSent);
  const toBuildium = byEntity('buildium', sent);
  const late = members.filter(({ entityId, link, decoded }) => {
    const inRow = everToRow.get(entityId);
    const view = rows.get(entityId)?.view;
    if (!inRow || !link || view?.kind !== 'present') return false;
    const old = inRow.filter((row) => !counted.has(row));
    const arrived = toBuildium.get(entityId) ?? [];
    const synced = syncedOf(link, vault);
    return Object.entries(view.entity).some(([key, value]) => {
      const agreed = synced[key];
      if (!agreed) return false;
      const isAgreed = sameValue(agreed.airtable, value);
      const ours = decoded.entity[key] ?? null;
      // What the row shows was agreed, and something newer has come to Buildium from it since.
      const isOvertaken = isAgreed && !sameValue(agreed.buildium, ours) && wasSent(job, arrived, key, ours);
      if (isAgreed && !isOvertaken) return false;
      return wasSent(job, isOvertaken ? inRow : old, key, value);
    });
  });
  return new Set(late.map(({ entityId }) => entityId));
}

function wasSent(job: Job, sent: readonly SentRow[], key: string, value: FieldValue): boolean {
  if (sent.length === 0) return false;
  const digest = digestOf(job, key, value);
  return sent.some(({ digests }) => digests[key] === digest);
}

/** Airtable tells which it was: what a person has typed since is no longer among what we sent. */
export async function stillOurs(
  job: Job,
  resource: AnyResource,
  late: ReadonlySet<string>,
  sent: readonly SentRow[],
): Promise<SentRow[]> {
  await hearAirtable(job);
  const isLate = ({ entityId, side }: SentRow): boolean => side === 'airtable' && late.has(entityId);
  const rows = await sentTo(job.database, job.connectionId, resource.name, [...late]);
  return [...sent.filter((row) => !isLate(row)), ...rows.filter(isLate)];
}
