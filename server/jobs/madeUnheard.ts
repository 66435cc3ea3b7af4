import type { AnyResource } from '../../shared/resources/define.ts';
import { isBlank, sameValue, type FieldValue } from '../../shared/resources/values.ts';
import type { ConflictRow } from '../db/conflicts.ts';
import { madeRowsAmong, type MadeRow } from '../db/madeRows.ts';
import type { Mark } from '../db/marks.ts';
import type { SentRow } from '../db/sent.ts';
import { isWritable } from './carryOver.ts';
import { hearChanges } from './hearAirtable.ts';
import { laterBy, nowOf, type Job } from './job.ts';
import type { Member } from './look.ts';
import type { RowLook } from './lookAtAirtable.ts';
import type { PersonalVault } from './personalVault.ts';
import type { Decision, Settlement } from './settlement.ts';
import { digestOf, syncedOf } from './synced.ts';

type Seen = {
  members: readonly Member[];
  rows: ReadonlyMap<string, RowLook>;
  sentOf: ReadonlyMap<string, readonly SentRow[]>;
  conflictsOf: ReadonlyMap<string, readonly ConflictRow[]>;
  vault: PersonalVault | null;
};

/**
 * Rows that were made by a process which remembered nothing of it, and that hold something else by now, by entity. A row
 * with the right Buildium ID may be a copy, or made by hand: that it is ours is Airtable's to tell.
 */
export async function madeUnheard(
  job: Job,
  resource: AnyResource,
  seen: Seen,
): Promise<Map<string, MadeRow>> {
  const doubtful = seen.members.filter((member) => isDoubtful(job, seen, member));
  const recordOf = new Map(
    doubtful.map(({ entityId }) => [entityId, seen.rows.get(entityId)?.recordId ?? '']),
  );
  const among = async (): Promise<Map<string, MadeRow>> => {
    const made = await madeRowsAmong(job.database, job.connectionId, [...recordOf.values()]);
    const own = made.filter(
      (row) => row.resource === resource.name && recordOf.get(row.entityId) === row.airtableRecordId,
    );
    return new Map(own.map((row) => [row.entityId, row]));
  };
  if (recordOf.size === 0) return new Map();
  const known = await among();
  if (known.size === recordOf.size) return known;
  await hearChanges(job);
  return among();
}

/** Whether it makes a difference that the row is ours: a field was never agreed on, and Buildium still shows what was sent. */
function isDoubtful(job: Job, { rows, sentOf, conflictsOf, vault }: Seen, member: Member): boolean {
  const { entityId, link, decoded, resource } = member;
  const sent = sentOf.get(entityId) ?? [];
  const view = rows.get(entityId)?.view;
  if (view?.kind !== 'present' || !sent.some(({ isCreate }) => isCreate)) return false;
  const synced = link ? syncedOf(link, vault) : {};
  return Object.entries(decoded.entity).some(([key, ours]) => {
    const theirs = view.entity[key];
    if (theirs === undefined || synced[key] !== undefined || sameValue(ours, theirs)) return false;
    return (
      isWritable(job, resource, key) && isAllThatWasSent(job, sent, conflictsOf.get(entityId), key, ours)
    );
  });
}

/** Whether we made the row with this value and never sent another one. What a person is asked about stays asked. */
function isAllThatWasSent(
  job: Job,
  sent: readonly SentRow[],
  conflicts: readonly ConflictRow[] | undefined,
  key: string,
  value: FieldValue,
): boolean {
  const toRow = sent.filter(({ side, digests }) => side === 'airtable' && digests[key] !== undefined);
  if (!toRow.some(({ isCreate }) => isCreate)) return false;
  if (conflicts?.some(({ fieldKey }) => fieldKey === key)) return false;
  const digest = digestOf(job, key, value);
  return toRow.every(({ digests }) => digests[key] === digest);
}

/** The same where Airtable tells that the row is ours and showed this at first; no payload holds an empty cell. */
export function wasMadeWith(
  job: Job,
  { made, sent, conflicts }: { made: MadeRow; sent: readonly SentRow[]; conflicts: readonly ConflictRow[] },
  key: string,
  value: FieldValue,
): boolean {
  const first = made.digests[key];
  const arrived =
    first === undefined ? isBlank(value) || value === false : first === digestOf(job, key, value);
  return arrived && isAllThatWasSent(job, sent, conflicts, key, value);
}

/** Edits of before it was known whose row it is: they are looked at as such, now that it is remembered what was agreed. */
export function editedSinceMade(
  job: Job,
  { resource }: Pick<Settlement, 'resource'>,
  decisions: readonly Decision[],
): Mark[] {
  const rootIds = decisions.flatMap(({ member, plan }) =>
    plan.agreedThen.length > 0 ? [member.rootId] : [],
  );
  const now = nowOf(job);
  return rootIds.map((entityId) => ({
    ...{ resource: resource.name, entityId, onBehalfOf: 'sync', priority: 'normal', happenedAt: now },
    reason: 'edited in Airtable before it was known whose row it is',
    // Somebody may be typing at this moment.
    ...{ stillSince: now, notBefore: laterBy(job, job.settings.stillSeconds * 1_000) },
  }));
}
