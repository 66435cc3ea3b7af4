import type { PushWarning } from '../../../shared/api/push.ts';
import { PLANNED_KINDS, type PlannedKind } from '../../../shared/planned/kinds.ts';
import { formatCents } from '../../../shared/money.ts';
import { connectionById } from '../../db/connections.ts';
import { similarIntents } from '../../db/intentLists.ts';
import { lookalikes, type FoundLink } from '../../db/linkSearch.ts';
import { partyOf, type PlannedFacts } from '../../sync/plannedFacts.ts';
import { totalOf, type PlannedItem } from '../../sync/plannedItem.ts';
import { textOf } from '../../sync/plannedRow.ts';
import { loadBaseMapping } from '../baseMapping.ts';
import type { Job } from '../job.ts';
import type { Judged, JudgedItem } from './pushItems.ts';

/** How the synced transactions name a kind. */
const TYPE_SHOWN: Partial<Record<PlannedKind, string>> = {
  leaseCharge: 'Charge',
  leasePayment: 'Payment',
  leaseCredit: 'Credit',
  leaseRefund: 'Refund',
  journalEntry: 'General journal entry',
};

/** What stands in Buildium or is on its way there and looks the same as an item: lease or vendor, day and amount. */
export type Alike = { booked: readonly FoundLink[]; onTheirWay: number };

export const NOTHING_ALIKE: Alike = { booked: [], onTheirWay: 0 };

export async function alikeOf(job: Job, item: PlannedItem, facts: PlannedFacts): Promise<Alike> {
  const { kind } = item;
  const party = kind ? partyOf(item, facts) : null;
  const day = item.rows[0] ? textOf(item.rows[0], 'date') : null;
  if (kind === null || party === null || day === null) return NOTHING_ALIKE;
  const amountCents = totalOf(item);
  const booked = await lookalikes(job.database, job.connectionId, {
    ...{ resource: kind === 'bill' ? 'bills' : 'transactions', day },
    shows: shownBy(kind, party.id, amountCents),
  });
  const sent = await similarIntents(job.database, job.connectionId, {
    ...{ kind, partyId: party.id, day, amountCents },
  });
  const known = new Set(booked.map(({ entityId }) => entityId));
  const onTheirWay = sent.filter(({ entityId }) => entityId === null || !known.has(entityId));
  return { booked, onTheirWay: onTheirWay.length };
}

/** What is booked, on its way or planned beside it and looks the same. */
export async function duplicatesOf(
  job: Job,
  judged: Judged,
  { item, alike: { booked, onTheirWay } }: JudgedItem,
): Promise<PushWarning | null> {
  const [row] = item.rows;
  if (item.kind === null || !row) return null;
  const beside = judged.items.filter((other) => isAlike(other.item, item, judged.facts));
  if (booked.length + onTheirWay + beside.length === 0) return null;
  const parts = [
    ...(booked.length > 0 ? [`${booked.length} in Buildium`] : []),
    ...(onTheirWay > 0 ? [`${onTheirWay} sent from here`] : []),
    ...(beside.length > 0 ? [`${beside.length} in this selection`] : []),
  ];
  const words = `${PLANNED_KINDS[item.kind].toLowerCase()} of ${formatCents(totalOf(item))} on ${textOf(row, 'date') ?? ''}`;
  return {
    rule: 'possibleDuplicate',
    message: `Possible duplicate: there is the same ${words} already (${parts.join(', ')}). Send it only if it is another one.`,
    duplicates: await withAddresses(job, booked),
  };
}

function shownBy(kind: PlannedKind, partyId: string, amountCents: number): Record<string, unknown> {
  if (kind === 'bill') return { vendor: [partyId], total: amountCents };
  const type = { type: TYPE_SHOWN[kind], amount: amountCents };
  return kind === 'journalEntry' ? { ...type, properties: [partyId] } : { ...type, lease: [partyId] };
}

function isAlike(other: PlannedItem, item: PlannedItem, facts: PlannedFacts | null): boolean {
  const [row, otherRow] = [item.rows[0], other.rows[0]];
  if (!facts || !row || !otherRow || other.rows[0]?.recordId === row.recordId) return false;
  return (
    other.kind === item.kind &&
    totalOf(other) === totalOf(item) &&
    textOf(otherRow, 'date') === textOf(row, 'date') &&
    partyOf(other, facts)?.id === partyOf(item, facts)?.id
  );
}

async function withAddresses(job: Job, found: readonly FoundLink[]): Promise<PushWarning['duplicates']> {
  if (found.length === 0) return [];
  const urlOf = await rowAddresses(job);
  return found.map((link) => ({ ...link, url: urlOf(link.resource, link.airtableRecordId) }));
}

/** Where a row opens in Airtable. */
export async function rowAddresses(
  job: Job,
): Promise<(resource: string, recordId: string | null) => string | null> {
  const connection = await connectionById(job.database, job.connectionId);
  const mapping = await loadBaseMapping(job.database, job.connectionId);
  return (resource, recordId) => {
    const tableId = mapping.get(resource)?.tableId;
    return connection && tableId !== undefined && recordId !== null
      ? `https://airtable.com/${connection.airtableBaseId}/${tableId}/${recordId}`
      : null;
  };
}
