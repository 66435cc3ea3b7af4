import { resourceNamed } from '../../shared/resources/index.ts';
import { parsePayload, type AirtablePayload, type PayloadTable } from '../airtable/webhook.ts';
import { saveEdits, type AirtableEdit } from '../db/airtableEdits.ts';
import { listWebhooks, lockWebhook, saveWebhook, type WebhookRow } from '../db/airtableWebhooks.ts';
import type { Queryable } from '../db/database.ts';
import { saveEnteredBy } from '../db/entered.ts';
import type { RecordOwner } from '../db/links.ts';
import { markDirty, type Mark } from '../db/marks.ts';
import { openNotices } from '../db/notices.ts';
import { takeBackSent } from '../db/sent.ts';
import { loadBaseMapping, withFormerFields, type BaseMapping, type TableMapping } from './baseMapping.ts';
import { editsIn, overwrittenIn, type Overwritten } from './heardEdits.ts';
import { copiesAmong } from './heardCopies.ts';
import { isOurs, knownOf, mappedOf, type Known } from './heardKnown.ts';
import { heardOfEntered } from './entered/hearEntered.ts';
import { noteUnlinked, unlinkedIn } from './heardUnlinked.ts';
import { laterBy, nowOf, type Job } from './job.ts';
import { isEcho } from './ownEcho.ts';
import { nextPageSize, FIRST_PAGE } from './payloadPages.ts';
import { readEveryTable } from './readEveryTable.ts';
import { recordOverwritten, sealOverwritten } from './recordOverwritten.ts';
import { checkSchema } from './checkSchema.ts';

/** Airtable keeps payloads for seven days; whoever was away longer has missed some. */
const PAYLOADS_KEPT_MS = 7 * 86_400_000;

/** The last reading of each job's base. */
const hearing = new WeakMap<Job, Promise<void>>();

/**
 * What happened in the base since the cursor: ids of rows to look at. Pings only say that there is something.
 * One reading begins after the other: side by side they would read the same pages.
 */
export function hearAirtable(job: Job): Promise<void> {
  const before = hearing.get(job) ?? Promise.resolve();
  const mine = before.catch(() => undefined).then(() => readOn(job));
  hearing.set(job, mine);
  return mine;
}

async function readOn(job: Job): Promise<void> {
  for (const { webhookId } of await listWebhooks(job.database, job.connectionId)) {
    let size: number | null = FIRST_PAGE;
    while (size !== null) size = await readPayloads(job, webhookId, size);
  }
}

/** @returns how many payloads to ask for next; null when there are no more. */
async function readPayloads(job: Job, webhookId: string, size: number): Promise<number | null> {
  const known = (await listWebhooks(job.database, job.connectionId)).find(
    (row) => row.webhookId === webhookId,
  );
  if (!known) return null;
  const page = await job.airtable.webhooks.payloads(webhookId, known.cursor, size, {
    // Behind rows that wait to be written: most of what there is to hear then is the echo of those before them.
    priority: 'sweep',
  });
  if (!page.ok) {
    job.log.warn(
      { webhookId, kind: page.error.kind },
      `The changes in Airtable could not be read: ${page.error.message}`,
    );
    return null;
  }
  const parsed = page.value.payloads.map((payload) => parsePayload(payload));
  const payloads = parsed.flatMap((one) => (one.ok ? [one.value] : []));
  if (hasGap(job, known, page.value)) await readEveryTable(job);
  const broken = parsed.find((one) => !one.ok);
  const mapping = await loadBaseMapping(job.database, job.connectionId);
  const ownUserId = await job.airtableUserId();
  const heard = await marksOf(job, mapping, payloads, ownUserId);
  const entered = await heardOfEntered(job, mapping, payloads);
  const unlinked = await unlinkedIn(job, mapping, payloads, ownUserId);
  const overwritten = await sealOverwritten(job, heard.overwritten, heard.edits);
  const moved = await job.database.transaction(async (tx) => {
    const row = await lockWebhook(tx, job.connectionId, webhookId);
    // Another process has read on meanwhile; its marks are as good as ours.
    if (!row || row.cursor !== known.cursor) return false;
    await markDirty(tx, job.connectionId, heard.marks, nowOf(job));
    await openNotices(tx, job.connectionId, heard.notices);
    await noteUnlinked(tx, job, unlinked);
    await saveEdits(tx, job.connectionId, heard.edits);
    await takeBackSent(tx, job.connectionId, heard.edits);
    await recordOverwritten(tx, job, overwritten);
    await saveEnteredBy(tx, job.connectionId, entered.enteredBy);
    if (entered.hasEntered) await job.queues.chore(tx, { connectionId: job.connectionId, chore: 'entered' });
    await wakeAll(tx, job, heard.marks);
    await saveWebhook(tx, job.connectionId, afterPage(job, row, page.value.cursor, payloads, broken));
    return true;
  });
  if (heard.schemaChanged || entered.schemaChanged) await checkSchema(job);
  // What another process has read may have ended before what we saw: its cursor is where the next page begins.
  return !moved || page.value.mightHaveMore ? nextPageSize(size, payloads) : null;
}

/**
 * Some payloads are lost where the webhook had ended, since Airtable makes none then, and where the cursor passes over
 * more of them than were shown, since it keeps them for a week: only the tables know.
 */
function hasGap(
  job: Job,
  known: WebhookRow,
  page: { cursor: number; payloads: readonly unknown[] },
): boolean {
  const hadEnded = Date.parse(known.expiresAt) < job.clock.nowMs();
  return hadEnded || page.cursor - known.cursor > page.payloads.length;
}

function afterPage(
  job: Job,
  row: WebhookRow,
  cursor: number,
  payloads: readonly AirtablePayload[],
  broken: unknown,
): WebhookRow {
  return {
    ...row,
    cursor,
    // Listing payloads extends the webhook as refreshing does.
    expiresAt: laterBy(job, PAYLOADS_KEPT_MS),
    lastPayloadAt: payloads.at(-1)?.timestamp ?? row.lastPayloadAt,
    problem: broken ? 'Airtable says that the webhook is broken; it is made anew.' : null,
  };
}

async function wakeAll(tx: Queryable, job: Job, marks: readonly Mark[]): Promise<void> {
  for (const resource of new Set(marks.map((mark) => mark.resource))) {
    await job.queues.wake(tx, job.connectionId, resource);
  }
}

type Heard = {
  marks: Mark[];
  notices: Parameters<typeof openNotices>[2];
  edits: AirtableEdit[];
  overwritten: Overwritten[];
  schemaChanged: boolean;
};

/** Payloads to marks: our own writes coming back mark nothing. */
async function marksOf(
  job: Job,
  mapping: BaseMapping,
  payloads: readonly AirtablePayload[],
  ownUserId: string | null,
): Promise<Heard> {
  const byTableId = new Map([...mapping.values()].map((table) => [table.tableId, table]));
  const heard: Heard & { notices: { noticeId: string }[] } = {
    ...{ marks: [], notices: [], edits: [], overwritten: [] },
    schemaChanged: false,
  };
  const notices: Heard['notices'][number][] = [];
  // What was typed is told of a field also when it is gone by now; only what is in use has anything to look at.
  const formerById = new Map([...withFormerFields(mapping).values()].map((table) => [table.tableId, table]));
  const page = await knownOf(job, formerById, payloads, ownUserId);
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
      if (!isOwn) heard.edits.push(...editsIn(job, former, payload, changed, owners));
      if (!isOwn) notices.push(...copiesAmong(job, table, changed, page));
    }
  }
  return { ...heard, notices };
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
    const resource = resourceNamed(owner.resource);
    marks.push({
      resource: resource.partOf ?? resource.name,
      entityId: resource.partOf ? (owner.parentId ?? owner.entityId) : owner.entityId,
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
