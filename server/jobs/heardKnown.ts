import { resourceNamed } from '../../shared/resources/index.ts';
import type { AirtablePayload } from '../airtable/webhook.ts';
import { linksByEntity, ownersOfRecords, type LinkRow, type RecordOwner } from '../db/links.ts';
import { sentTo, type SentRow } from '../db/sent.ts';
import type { TableMapping } from './baseMapping.ts';
import { linkedIds } from './heardCells.ts';
import type { Job } from './job.ts';
import { rememberedOf, type Remembered } from './ownEcho.ts';

/** What is known of the rows that a page of payloads names. */
export type Known = {
  owners: ReadonlyMap<string, RecordOwner>;
  /** What we sent to entities of a resource, where the page tells of our own writes to them. */
  sent: ReadonlyMap<string, readonly SentRow[]>;
  /** What is remembered of those entities, by `resource id`. */
  remembered: ReadonlyMap<string, Remembered>;
  /** The links of the entities that new rows name by their Buildium id, by `resource id`. */
  named: ReadonlyMap<string, Pick<LinkRow, 'entityId' | 'parentId' | 'airtableRecordId'>>;
};

/** Asked once for the whole page: a paste of a thousand rows comes as many small payloads. */
export async function knownOf(
  job: Job,
  byTableId: ReadonlyMap<string, TableMapping>,
  payloads: readonly AirtablePayload[],
  ownUserId: string,
): Promise<Known> {
  const recordIds = new Set<string>();
  const ownRows = new Map<string, Set<string>>();
  const namedIds = new Map<string, Set<string>>();
  for (const payload of payloads) {
    for (const { tableId, created, changed, destroyed } of payload.tables) {
      const table = byTableId.get(tableId);
      if (!table) continue;
      const { resource } = table;
      const mapped = mappedOf(table);
      const mappedCells = (cells: Readonly<Record<string, unknown>>): unknown[] =>
        Object.entries(cells).flatMap(([fieldId, cell]) => (mapped.has(fieldId) ? [cell] : []));
      for (const id of destroyed) recordIds.add(id);
      for (const { recordId, current } of created) {
        const entityId = current[table.buildiumId];
        if (typeof entityId !== 'string') continue;
        recordIds.add(recordId);
        namedIds.set(resource, (namedIds.get(resource) ?? new Set()).add(entityId));
      }
      for (const { recordId, current, previous } of changed) {
        // A row that others link to lists them all, each time that one is added.
        if (mappedCells(current).length === 0) continue;
        recordIds.add(recordId);
        if (!isOurs(payload, ownUserId)) continue;
        ownRows.set(resource, (ownRows.get(resource) ?? new Set()).add(recordId));
        for (const id of linkedIds([...mappedCells(current), ...mappedCells(previous ?? {})]))
          recordIds.add(id);
      }
    }
  }
  if (recordIds.size === 0) return NOTHING_KNOWN;
  const owners = await ownersOfRecords(job.database, job.connectionId, [...recordIds]);
  const sent = new Map<string, readonly SentRow[]>();
  const remembered = new Map<string, Remembered>();
  for (const [resource, rows] of ownRows) {
    const ids = [...new Set([...rows].flatMap((recordId) => owners.get(recordId)?.entityId ?? []))];
    sent.set(resource, await sentTo(job.database, job.connectionId, resource, ids));
    for (const [id, one] of await rememberedOf(job, resourceNamed(resource), ids))
      remembered.set(`${resource} ${id}`, one);
  }
  const named = new Map<string, LinkRow>();
  for (const [resource, ids] of namedIds) {
    const links = await linksByEntity(job.database, job.connectionId, resource, [...ids]);
    for (const [id, link] of links) named.set(`${resource} ${id}`, link);
  }
  return { owners, sent, remembered, named };
}

const NOTHING_KNOWN: Known = {
  ...{ owners: new Map(), sent: new Map() },
  ...{ remembered: new Map(), named: new Map() },
};

export function isOurs({ source, user }: AirtablePayload, ownUserId: string): boolean {
  return source === 'publicApi' && user !== null && user.id === ownUserId;
}

/** The fields that the sync looks at; the rest of a row is a person's, or lists who links to it. */
export function mappedOf(table: TableMapping): ReadonlySet<string> {
  return new Set([table.buildiumId, ...Object.values(table.fieldIds)]);
}
