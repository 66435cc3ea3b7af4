import { resourceNamed } from '../../shared/resources/index.ts';
import type { AirtablePayload, PayloadTable } from '../airtable/webhook.ts';
import type { AirtableEdit } from '../db/airtableEdits.ts';
import type { RecordOwner } from '../db/links.ts';
import type { MadeRow } from '../db/madeRows.ts';
import type { Mark } from '../db/marks.ts';
import type { NoticeRow } from '../db/notices.ts';
import { withFormerFields, type BaseMapping, type TableMapping } from './baseMapping.ts';
import { editsIn, overwrittenIn, type Overwritten } from './heardEdits.ts';
import { copiesAmong, madeUnheardAmong, type MadeUnheard } from './heardCopies.ts';
import { madeIn, ownersWithMade } from './heardMade.ts';
import { isOurs, knownOf, mappedOf, type Known } from './heardKnown.ts';
import type { Unowned } from './heardTooSoon.ts';
import type { Job } from './job.ts';
import { isEcho } from './ownEcho.ts';
import { rootOf } from './rootOf.ts';

/** What a page of payloads leaves to be written down. */
type Heard = {
  marks: Mark[];
  notices: NoticeRow[];
  /** Rows of ours that no link knows yet. */
  made: MadeRow[];
  madeUnheard: MadeUnheard[];
  edits: AirtableEdit[];
  overwritten: Overwritten[];
  unowned: Unowned[];
  schemaChanged: boolean;
};

/** What the payloads of a page tell: our own writes coming back mark nothing. */
export async function heardOf(
  job: Job,
  mapping: BaseMapping,
  payloads: readonly AirtablePayload[],
  ownUserId: string,
): Promise<Heard> {
  const byTableId = new Map([...mapping.values()].map((table) => [table.tableId, table]));
  const heard: Heard = {
    ...{ marks: [], notices: [], madeUnheard: [], edits: [], overwritten: [], unowned: [] },
    ...{ made: [], schemaChanged: false },
  };
  // Rows that people have made, heard of for the first time.
  const strangers: string[] = [];
  // What was typed is told of a field also when it is gone by now; only what is in use has anything to look at.
  const formerById = new Map([...withFormerFields(mapping).values()].map((table) => [table.tableId, table]));
  const page = await knownOf(job, formerById, payloads, ownUserId);
  heard.made = madeIn(job, formerById, payloads, page.owners, ownUserId);
  const ownersOfEdits = await ownersWithMade(job, payloads, heard.made, page.owners);
  for (const payload of payloads) {
    if (payload.destroyedTableIds.some((id) => byTableId.has(id))) heard.schemaChanged = true;
    for (const changed of payload.tables) {
      const table = byTableId.get(changed.tableId);
      const former = formerById.get(changed.tableId);
      if (!table || !former) continue;
      if (changed.fieldsChanged) heard.schemaChanged = true;
      const { owners } = page;
      const isOwn = isOurs(payload, ownUserId);
      const own = isOwn ? ownWritesAmong(job, former, changed, page) : NOT_OURS;
      // What makes the table anew or brings it back has every row looked at.
      if (table.problem === null)
        heard.marks.push(...marksOfTable(job, payload, table, changed, owners, own.echoes));
      heard.overwritten.push(...own.overwritten);
      heard.unowned.push(...unownedAmong(table, payload, changed, page, isOwn));
      if (isOwn) heard.madeUnheard.push(...madeUnheardAmong(table, changed, page, payload.timestamp));
      else {
        strangers.push(...changed.created.map(({ recordId }) => recordId));
        heard.edits.push(...editsIn(job, former, payload, changed, ownersOfEdits));
        heard.notices.push(...copiesAmong(job, table, changed, page));
      }
    }
  }
  const isKnown = new Set([...strangers, ...heard.madeUnheard.map((row) => row.airtableRecordId)]);
  heard.unowned = heard.unowned.filter(({ recordId, copyOf }) => copyOf !== null || !isKnown.has(recordId));
  return heard;
}

/** Rows that were edited or deleted and that nobody knows, and copies of entities that have no row yet. */
function unownedAmong(
  table: TableMapping,
  { timestamp }: AirtablePayload,
  { created, changed, destroyed }: PayloadTable,
  { owners, named }: Known,
  isOwn: boolean,
): Unowned[] {
  const { resource } = table;
  const mapped = mappedOf(table);
  const edited = changed.filter(({ current }) => Object.keys(current).some((fieldId) => mapped.has(fieldId)));
  const copies = (isOwn ? [] : created).flatMap(({ recordId, current }) => {
    const copyOf = current[table.buildiumId];
    if (typeof copyOf !== 'string' || owners.has(recordId)) return [];
    const link = named.get(`${resource} ${copyOf}`);
    return (link?.airtableRecordId ?? null) === null ? [{ recordId, copyOf }] : [];
  });
  const others = [...edited.map(({ recordId }) => recordId), ...(isOwn ? [] : destroyed)];
  const rows = others
    .filter((recordId) => !owners.has(recordId))
    .map((recordId) => ({ recordId, copyOf: null }));
  return [...copies, ...rows].map((row) => ({ resource, ...row, at: timestamp }));
}

function marksOfTable(
  job: Job,
  payload: AirtablePayload,
  table: TableMapping,
  changed: PayloadTable,
  owners: ReadonlyMap<string, RecordOwner>,
  echoes: ReadonlySet<string>,
): Mark[] {
  const who = payload.user?.email ?? payload.user?.id ?? payload.source;
  const mapped = mappedOf(table);
  const marks: Mark[] = [];
  const mark = (recordId: string, reason: string, waitMs: number): void => {
    const owner = owners.get(recordId);
    if (!owner) return;
    marks.push({
      ...rootOf(owner),
      reason,
      onBehalfOf: `airtable:${who}`,
      priority: 'normal',
      happenedAt: payload.timestamp,
      // What was edited in one go, such as a paste, can be undone in one go.
      runId: `edit-${payload.transactionNumber}`,
      notBefore: new Date(Date.parse(payload.timestamp) + waitMs).toISOString(),
      ...(waitMs > 0 ? { stillSince: payload.timestamp } : {}),
    });
  };
  for (const row of changed.changed) {
    if (echoes.has(row.recordId) || !Object.keys(row.current).some((fieldId) => mapped.has(fieldId)))
      continue;
    // People type a value in several steps.
    mark(row.recordId, `edited in Airtable`, job.settings.stillSeconds * 1_000);
  }
  for (const recordId of changed.destroyed) mark(recordId, 'row deleted in Airtable', 0);
  return marks;
}

type OwnWrites = { echoes: ReadonlySet<string>; overwritten: Overwritten[] };

const NOT_OURS: OwnWrites = { echoes: new Set(), overwritten: [] };

/** Rows of our own write whose every changed value is one that we sent, and edits that the write went over. */
function ownWritesAmong(
  job: Job,
  table: TableMapping,
  changed: PayloadTable,
  { owners, sent: sentOf, remembered }: Known,
): OwnWrites {
  const resource = resourceNamed(table.resource);
  const sent = sentOf.get(table.resource) ?? [];
  const echoes = new Set<string>();
  for (const row of changed.changed) {
    const entityId = owners.get(row.recordId)?.entityId;
    const mine = sent.filter((one) => one.entityId === entityId && one.side === 'airtable');
    const known = remembered.get(`${table.resource} ${entityId ?? ''}`);
    if (isEcho(job, table, resource.fields, row.current, mine, known, owners)) echoes.add(row.recordId);
  }
  return { echoes, overwritten: overwrittenIn(job, table, changed, owners, sent) };
}
