import type { AnyResource } from '../../../shared/resources/define.ts';
import { isBlank, sameValue } from '../../../shared/resources/values.ts';
import { ok, type Result } from '../../../shared/result.ts';
import type { AirtableField, AirtableRecord } from '../../airtable/client.ts';
import type { CallFailure } from '../../callFailure.ts';
import { clearRestored, forgetAlias, secondRows, swapRow, type SecondRow } from '../../db/aliases.ts';
import { appendAudit } from '../../db/audit.ts';
import { ownersOfRecords } from '../../db/links.ts';
import { openNotices } from '../../db/notices.ts';
import { sentTo } from '../../db/sent.ts';
import { saveUnlinkedRows } from '../../db/unlinkedRows.ts';
import { entityFromRecord } from '../../sync/entity.ts';
import { loadBaseMapping, type TableMapping } from '../baseMapping.ts';
import { nowOf, type Job } from '../job.ts';
import type { Member } from '../look.ts';
import type { PersonalVault } from '../personalVault.ts';
import { digestOf, syncedOf } from '../synced.ts';

const OPTIONS = { priority: 'normal' } as const;

/** Airtable fills these in by itself: what stands in them is nobody's work. */
const COMPUTED: ReadonlySet<string> = new Set(
  'formula rollup count lookup multipleLookupValues createdTime lastModifiedTime createdBy lastModifiedBy autoNumber button externalSyncSource aiText'.split(
    ' ',
  ),
);

/**
 * Rows that were deleted, made anew and then brought back by undo, and rows that were made unheard while another one
 * was deleted: of the two, the one that nobody has worked in goes. Where people have worked in both, the sync keeps
 * its own and lists the other as a copy.
 */
export async function settleRestored(
  job: Job,
  table: TableMapping,
  members: readonly Member[],
  vault: PersonalVault | null,
): Promise<Result<null, CallFailure>> {
  const ids = members.map(({ entityId }) => entityId);
  const aliases = await secondRows(job.database, job.connectionId, table.resource, ids);
  if (aliases.length === 0) return ok(null);
  const resource = members[0]?.resource;
  const fields = resource ? await ownFieldsOf(job, table, resource) : ok([]);
  if (!fields.ok) return fields;
  for (const alias of aliases) {
    const member = members.find(({ entityId }) => entityId === alias.entityId);
    if (!member?.link || member.link.standing === 'detached') continue;
    const settled = await settle(job, { table, member, alias, ownFields: fields.value, vault });
    if (!settled.ok) return settled;
  }
  return ok(null);
}

type Pair = {
  table: TableMapping;
  member: Member;
  alias: SecondRow;
  /** Fields of the table that are people's own. */
  ownFields: readonly string[];
  vault: PersonalVault | null;
};

async function settle(job: Job, pair: Pair): Promise<Result<null, CallFailure>> {
  const { table, member, alias, ownFields } = pair;
  const current = member.link?.airtableRecordId ?? null;
  const second = alias.airtableRecordId;
  if (current === second) {
    await forgetAlias(job.database, job.connectionId, second);
    return ok(null);
  }
  const fieldIds = [...new Set([...syncedFields(pair), ...ownFields])];
  const read = await job.airtable.recordsById(
    table.tableId,
    [second, ...(current === null ? [] : [current])],
    fieldIds,
    OPTIONS,
  );
  if (!read.ok) return read;
  const currentRow = read.value.find(({ id }) => id === current);
  const secondRow = read.value.find(({ id }) => id === second);
  if (!secondRow) return cleared(job, second);
  if (!currentRow) return swapAndRemove(job, pair, { id: current, row: null, typed: [] });
  const typed = await typedIn(job, pair, secondRow);
  if (!hasOwnCells(pair, secondRow) && typed.length === 0) return remove(job, pair, second);
  if (hasOwnCells(pair, currentRow) || (await editedIn(job, pair, currentRow)).length > 0)
    return listAsCopy(job, pair);
  return swapAndRemove(job, pair, { id: current, row: currentRow, typed });
}

async function cleared(job: Job, recordId: string): Promise<Result<null, CallFailure>> {
  await clearRestored(job.database, job.connectionId, recordId);
  return ok(null);
}

/** The cells that the sync fills in. */
function syncedFields({ table, member: { resource } }: Pair): string[] {
  const { buildiumId, status, note, lastSynced } = table;
  const ids = [
    ...resource.fields.map(({ key }) => table.fieldIds[key]),
    buildiumId,
    status,
    note,
    lastSynced,
  ];
  return ids.filter((id): id is string => typeof id === 'string');
}

/** Somebody has put something into a field that is not the sync's. */
function hasOwnCells({ ownFields }: Pair, { fields }: AirtableRecord): boolean {
  return ownFields.some((id) => {
    const cell = fields[id];
    return cell !== undefined && cell !== false && !isBlank(cell as never);
  });
}

/**
 * What a row that came back shows was agreed before it was deleted, but for what somebody had typed just then; of one
 * that we made it is what we sent.
 */
async function typedIn(job: Job, pair: Pair, secondRow: AirtableRecord): Promise<string[]> {
  const { madeBySync, typedFields } = pair.alias;
  if (!madeBySync && typedFields.length === 0) return [];
  const edited = await editedIn(job, pair, secondRow);
  return madeBySync ? edited : edited.filter((key) => typedFields.includes(key));
}

/** The fields in which the row shows something else than was last agreed, and than we have sent. */
async function editedIn(job: Job, { table, member, vault }: Pair, row: AirtableRecord): Promise<string[]> {
  if (!member.link) return [];
  const linked = Object.values(row.fields).flatMap((cell) => (Array.isArray(cell) ? cell.map(String) : []));
  const owners = await ownersOfRecords(job.database, job.connectionId, linked);
  const { entity } = entityFromRecord(member.resource, row.fields, table.fieldIds, (target, id) => {
    const owner = owners.get(id);
    return owner?.resource === target ? owner.entityId : null;
  });
  const synced = syncedOf(member.link, vault);
  const sent = await sentTo(job.database, job.connectionId, table.resource, [member.entityId]);
  return Object.keys(entity).filter((key) => {
    const value = entity[key] ?? null;
    const agreed = synced[key];
    if (agreed === undefined || sameValue(agreed.airtable, value)) return false;
    const digest = digestOf(job, key, value);
    return !sent.some(({ side, digests }) => side === 'airtable' && digests[key] === digest);
  });
}

/**
 * The second row gets what the other one shows, but for what was typed into it, and takes its place; the other one,
 * which is empty of work, goes.
 */
async function swapAndRemove(
  job: Job,
  pair: Pair,
  { id: current, row, typed }: { id: string | null; row: AirtableRecord | null; typed: readonly string[] },
): Promise<Result<null, CallFailure>> {
  const { table, member, alias } = pair;
  const to = alias.airtableRecordId;
  if (row) {
    const kept = new Set(typed.map((key) => table.fieldIds[key]));
    const taken = syncedFields(pair).filter((id) => !kept.has(id));
    const fields = Object.fromEntries(taken.map((id) => [id, row.fields[id] ?? null]));
    const written = await job.airtable.updateRecords(table.tableId, [{ id: to, fields }], OPTIONS);
    if (!written.ok) return written;
  }
  await job.database.transaction(async (tx) => {
    const { entityId } = member;
    const swap = { resource: table.resource, entityId, from: current, to, now: nowOf(job) };
    await swapRow(tx, job.connectionId, swap);
    const why = whyTaken(alias, row !== null);
    await appendAudit(tx, job.connectionId, [auditOf(job, pair, 'rowAdopted', to, why)], nowOf(job));
  });
  if (member.link) member.link = { ...member.link, airtableRecordId: to };
  if (current === null) return ok(null);
  return row ? remove(job, pair, current) : cleared(job, current);
}

function whyTaken({ madeBySync }: SecondRow, hasOther: boolean): string {
  if (!madeBySync) return 'its row was brought back by undo and is the one that is synced again';
  return hasOther
    ? 'of its two rows this is the one that somebody has worked in'
    : 'the sync had made it, and no answer had told of it';
}

async function remove(job: Job, pair: Pair, recordId: string): Promise<Result<null, CallFailure>> {
  const removed = await job.airtable.deleteRecords(pair.table.tableId, [recordId], OPTIONS);
  if (!removed.ok && removed.error.kind !== 'notFound') return removed;
  await job.database.transaction(async (tx) => {
    await clearRestored(tx, job.connectionId, recordId);
    const why = 'a second row of the same entity, in which nobody had worked, was removed';
    await appendAudit(
      tx,
      job.connectionId,
      [auditOf(job, pair, 'duplicateRemoved', recordId, why)],
      nowOf(job),
    );
  });
  return ok(null);
}

async function listAsCopy(
  job: Job,
  { table, member: { entityId, resource }, alias }: Pair,
): Promise<Result<null, CallFailure>> {
  const { airtableRecordId } = alias;
  const row = { airtableRecordId, resource: table.resource, entityId };
  const origin = alias.madeBySync
    ? 'which the sync made while the other one was deleted'
    : 'which an undo brought back';
  const message = `Row ${airtableRecordId}, ${origin}, is a second row of ${resource.label.one} ${entityId}, and somebody has worked in each. It is not synced: move what you need of it to the other row, then delete it.`;
  const notice = { noticeId: job.newId(), resource: table.resource, entityId, kind: 'copy', message };
  await job.database.transaction(async (tx) => {
    await clearRestored(tx, job.connectionId, airtableRecordId);
    await saveUnlinkedRows(tx, job.connectionId, [
      { ...row, madeBy: alias.madeBySync ? 'the sync' : 'an undo', seenAt: nowOf(job) },
    ]);
    await openNotices(tx, job.connectionId, [{ ...notice, at: nowOf(job) }]);
  });
  return ok(null);
}

function auditOf(
  job: Job,
  { member }: Pair,
  action: 'rowAdopted' | 'duplicateRemoved',
  airtableRecordId: string,
  why: string,
): Parameters<typeof appendAudit>[2][number] {
  return {
    ...{
      auditId: job.newId(),
      actor: 'sync',
      action,
      resource: member.resource.name,
      entityId: member.entityId,
    },
    ...{ airtableRecordId, changes: {}, changesSealed: null, why, runId: null },
  };
}

/** Fields that people fill in themselves: neither the sync's, nor computed, nor the far end of a link of the sync's. */
async function ownFieldsOf(
  job: Job,
  table: TableMapping,
  resource: AnyResource,
): Promise<Result<string[], CallFailure>> {
  const tables = await job.airtable.tables(OPTIONS);
  if (!tables.ok) return tables;
  const mapping = await loadBaseMapping(job.database, job.connectionId);
  const mapped = new Set([...mapping.values()].flatMap((one) => Object.values(one.fieldIds)));
  const isFarEnd = ({ options }: AirtableField): boolean => {
    const inverse = options?.['inverseLinkFieldId'];
    return typeof inverse === 'string' && mapped.has(inverse);
  };
  const entered = new Set(resource.entered.map(({ key }) => table.fieldIds[key]));
  const isPeoples = ({ id }: AirtableField): boolean => !mapped.has(id) || entered.has(id);
  const fields = tables.value.find(({ id }) => id === table.tableId)?.fields ?? [];
  const own = fields.filter((field) => isPeoples(field) && !COMPUTED.has(field.type) && !isFarEnd(field));
  return ok(own.map(({ id }) => id));
}
