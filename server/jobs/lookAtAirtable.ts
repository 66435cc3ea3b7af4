import { ok, type Result } from '../../shared/result.ts';
import type { AirtableRecord } from '../airtable/client.ts';
import type { CallFailure } from '../callFailure.ts';
import { ownersOfRecords } from '../db/links.ts';
import type { SentRow } from '../db/sent.ts';
import { copiedAmong } from '../db/unlinkedRows.ts';
import { entityFromRecord } from '../sync/entity.ts';
import type { AirtableView } from '../sync/plan.ts';
import type { TableMapping } from './baseMapping.ts';
import type { Job } from './job.ts';
import type { Member } from './look.ts';
import { ownedByOthers } from './othersRows.ts';
import { saysOther } from './statusCells.ts';

/** A member's row as Airtable shows it. */
export type RowLook = { view: AirtableView; recordId: string | null };

/** A row deleted in Airtable comes back after this long: until then the person may undo. */
export const UNDO_WINDOW_MS = 30 * 60_000;

/**
 * Airtable's side of members of one table. Rows that we know are read by id; where a create was sent and never
 * confirmed, the row is looked up by its Buildium id first. Any other member has no row yet, and costs no call.
 */
export async function lookAtAirtable(
  job: Job,
  table: TableMapping,
  members: readonly Member[],
  sent: readonly SentRow[],
  sinceOf: (rootId: string) => string,
): Promise<Result<Map<string, RowLook>, CallFailure>> {
  const known = members.filter((member) => member.link?.airtableRecordId);
  const createSent = new Set(sent.filter((row) => row.isCreate).map((row) => row.entityId));
  const unsure = members.filter(
    (member) => !member.link?.airtableRecordId && createSent.has(member.entityId),
  );
  const fieldIds = [...new Set([table.buildiumId, ...Object.values(table.fieldIds)])];
  const options = { priority: 'normal' } as const;

  const read = await job.airtable.recordsById(
    table.tableId,
    known.map((member) => member.link?.airtableRecordId ?? ''),
    fieldIds,
    options,
  );
  if (!read.ok) return read;
  const found = await job.airtable.recordsByFieldValue(
    table.tableId,
    table.buildiumId,
    unsure.map((member) => member.entityId),
    fieldIds,
    options,
  );
  if (!found.ok) return found;

  const byRecordId = new Map(read.value.map((record) => [record.id, record]));
  // Of several rows that carry an id the first is the one that was made for it: the others are copies.
  const named = found.value.map((record) => ({
    ...{ resource: table.resource, entityId: String(record.fields[table.buildiumId]), recordId: record.id },
  }));
  const others = await ownedByOthers(job, named);
  const newestFirst = found.value
    .filter(({ id }) => !others.has(id))
    .toSorted((a, b) => (a.createdTime < b.createdTime ? 1 : -1));
  const byBuildiumId = new Map(
    newestFirst.map((record) => [String(record.fields[table.buildiumId]), record]),
  );
  const rowless = await toBeMade(job, table, members, { there: byRecordId, sinceOf });
  const paused = await pausedCopies(job, table, rowless, fieldIds);
  if (!paused.ok) return paused;
  const decode = await decoderFor(job, table, members, [
    ...read.value,
    ...found.value,
    ...paused.value.values(),
  ]);
  const looks = new Map<string, RowLook>();
  for (const member of members) {
    const recordId = member.link?.airtableRecordId ?? null;
    const own = recordId ? byRecordId.get(recordId) : byBuildiumId.get(member.entityId);
    const record = own ?? paused.value.get(member.entityId);
    if (record) looks.set(member.entityId, { view: decode(member, record), recordId: record.id });
    else if (recordId) {
      const longEnough = isLongEnough(job, sinceOf(member.rootId));
      looks.set(member.entityId, { view: { kind: 'absent', longEnough }, recordId });
    } else looks.set(member.entityId, { view: { kind: 'none' }, recordId: null });
  }
  return ok(looks);
}

function isLongEnough(job: Job, since: string): boolean {
  return Date.parse(since) + UNDO_WINDOW_MS <= job.clock.nowMs();
}

/** Members that are to have a row made, and that a copy may stand for. */
async function toBeMade(
  job: Job,
  table: TableMapping,
  members: readonly Member[],
  { there, sinceOf }: { there: ReadonlyMap<string, unknown>; sinceOf: (rootId: string) => string },
): Promise<Member[]> {
  const live = members.filter(
    ({ link }) =>
      link !== null &&
      ['linked', 'unpaired'].includes(link.standing) &&
      !there.has(link.airtableRecordId ?? ''),
  );
  const without = live.filter(({ link }) => link?.airtableRecordId === null);
  const ids = without.map(({ entityId }) => entityId);
  const copied = await copiedAmong(job.database, job.connectionId, table.resource, ids);
  return live.filter(({ link, entityId, rootId }) =>
    link?.airtableRecordId === null ? copied.has(entityId) : isLongEnough(job, sinceOf(rootId)),
  );
}

/**
 * The one copy that is left of a row that was deleted becomes the row again, and would be filled with what Buildium
 * shows; with its pause box ticked it is left alone, as the row itself would be.
 * @returns the copies whose box is ticked, by entity id.
 */
async function pausedCopies(
  job: Job,
  table: TableMapping,
  gone: readonly Member[],
  fieldIds: readonly string[],
): Promise<Result<Map<string, AirtableRecord>, CallFailure>> {
  const { tableId, buildiumId, pause } = table;
  if (pause === null || gone.length === 0) return ok(new Map());
  const ids = gone.map(({ entityId }) => entityId);
  const read = await job.airtable.recordsByFieldValue(tableId, buildiumId, ids, fieldIds, {
    priority: 'normal',
  });
  if (!read.ok) return read;
  const byId = Map.groupBy(read.value, ({ fields }) => String(fields[buildiumId]));
  const paused = new Map<string, AirtableRecord>();
  for (const [entityId, [copy, ...others]] of byId)
    if (copy?.fields[pause] === true && others.length === 0) paused.set(entityId, copy);
  return ok(paused);
}

/** Rows to entities; links need to know which entity each linked row stands for. */
async function decoderFor(
  job: Job,
  table: TableMapping,
  members: readonly Member[],
  records: readonly AirtableRecord[],
): Promise<(member: Member, record: AirtableRecord) => AirtableView> {
  const fields = members[0]?.resource.fields ?? [];
  const linkFieldIds = fields
    .filter((field) => field.kind === 'link')
    .map((field) => table.fieldIds[field.key] ?? '');
  const linked = records.flatMap((record) =>
    linkFieldIds.flatMap((id) => (Array.isArray(record.fields[id]) ? (record.fields[id] as string[]) : [])),
  );
  const owners =
    linked.length > 0 ? await ownersOfRecords(job.database, job.connectionId, linked) : new Map();
  return (member, record) => {
    const decoded = entityFromRecord(member.resource, record.fields, table.fieldIds, (target, recordId) => {
      const owner = owners.get(recordId) as { resource: string; entityId: string } | undefined;
      return owner?.resource === target ? owner.entityId : null;
    });
    const buildiumId = record.fields[table.buildiumId];
    return {
      kind: 'present',
      ...decoded,
      buildiumId: typeof buildiumId === 'string' ? buildiumId : null,
      isPaused: table.pause !== null && record.fields[table.pause] === true,
      saysOther: member.link !== null && saysOther(table, member.link, record),
    };
  };
}
