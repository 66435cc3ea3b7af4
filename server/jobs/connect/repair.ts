import type { AnyResource } from '../../../shared/resources/define.ts';
import { resourceNamed } from '../../../shared/resources/index.ts';
import { ok, type Result } from '../../../shared/result.ts';
import { OWN_TABLES } from '../../../shared/tables/index.ts';
import type { CallFailure } from '../../callFailure.ts';
import { listFields, listTables, type FieldRow, type TableRow } from '../../db/airtableSchema.ts';
import { deleteWebhook, listWebhooks } from '../../db/airtableWebhooks.ts';
import { appendAudit } from '../../db/audit.ts';
import { forgetRows, linksAfter } from '../../db/linkRepair.ts';
import { saveLinks } from '../../db/links.ts';
import { markDirty, type Mark } from '../../db/marks.ts';
import { reportSideUp } from '../../db/sideHealth.ts';
import { createAirtableWebhook, renewAirtableWebhooks } from './airtableWebhooks.ts';
import { nowOf, type Job } from '../job.ts';
import { ensureOwnTables } from '../ownTables/ownTables.ts';
import { openVault } from '../personalVault.ts';
import { checkSchema, enabledResources, ensureSchema } from '../schema.ts';
import { ensureSignInTable, SIGN_IN_TABLE } from '../signIn/signIn.ts';
import { hasPersonalFields, packSynced, syncedOf } from '../synced.ts';

export type Repair = {
  tablesCreated: string[];
  fieldsCreated: string[];
  /** Fields that were left alone and are synced again, as "Table.field key". */
  fieldsBack: string[];
  webhook: 'kept' | 'created';
  /** Entities that are looked at again, by resource. */
  marked: Record<string, number>;
};

const PAGE = 1000;

/**
 * Makes what is missing in the base anew and fills it: a deleted table's rows, a deleted field's values, a lost
 * webhook. What was agreed about a field that is made anew is forgotten first, or its blank cells would look like
 * somebody's edit.
 */
export async function repair(
  job: Job,
  by: string,
  notificationUrl: string | null,
): Promise<Result<Repair, CallFailure>> {
  const checked = await checkSchema(job);
  if (!checked.ok) return checked;
  const tablesBefore = await listTables(job.database, job.connectionId);
  const fieldsBefore = await listFields(job.database, job.connectionId);
  const schema = await ensureSchema(job);
  if (!schema.ok) return schema;
  const own = await ensureOwnTables(job, OWN_TABLES);
  if (!own.ok) return own;
  const signIns = await ensureSignInTable(job);
  if (!signIns.ok) return signIns;
  const webhook = await repairWebhook(job, notificationUrl);
  if (!webhook.ok) return webhook;
  const tables = await listTables(job.database, job.connectionId);
  const fields = await listFields(job.database, job.connectionId);
  const result: Repair = {
    ...schema.value,
    tablesCreated: [
      ...schema.value.tablesCreated,
      ...own.value.tablesCreated,
      ...(signIns.value.created ? [SIGN_IN_TABLE] : []),
    ],
    fieldsCreated: [...schema.value.fieldsCreated, ...own.value.fieldsCreated],
    fieldsBack: [],
    webhook: webhook.value,
    marked: {},
  };
  for (const resource of enabledResources(job)) {
    const isNewTable = isMadeAnew(resource, tablesBefore, tables);
    const changed = changedFields(resource, fieldsBefore, fields);
    result.fieldsBack.push(...changed.back.map((key) => `${resource.table}.${key}`));
    if (isNewTable) await forgetRows(job.database, job.connectionId, resource.name, nowOf(job));
    else if (changed.anew.length > 0) await forgetAgreed(job, resource, changed.anew);
    // Edits made while nobody told us of them show only when every row is looked at.
    if (!isNewTable && changed.anew.length === 0 && !changed.isNew && webhook.value === 'kept') continue;
    const root = resource.partOf ?? resource.name;
    result.marked[root] ??= await markEverything(job, resourceNamed(root), by);
  }
  await reportSideUp(job.database, job.connectionId, 'airtable');
  await audit(job, result, by);
  return ok(result);
}

function isMadeAnew(resource: AnyResource, before: readonly TableRow[], after: readonly TableRow[]): boolean {
  const idIn = (rows: readonly TableRow[]): string | undefined =>
    rows.find((row) => row.resource === resource.name)?.tableId;
  return idIn(before) !== undefined && idIn(before) !== idIn(after);
}

/** `anew`: other field ids, or back from quarantine; what was agreed about them no longer tells anything. */
function changedFields(
  resource: AnyResource,
  before: readonly FieldRow[],
  after: readonly FieldRow[],
): { anew: string[]; back: string[]; isNew: boolean } {
  const anew: string[] = [];
  const back: string[] = [];
  let isNew = false;
  for (const field of after.filter((row) => row.resource === resource.name && row.problem === null)) {
    const was = before.find((row) => row.resource === resource.name && row.fieldKey === field.fieldKey);
    if (!was) isNew = true;
    else if (was.fieldId !== field.fieldId || was.problem !== null) anew.push(field.fieldKey);
    if (was && was.problem !== null) back.push(field.fieldKey);
  }
  return { anew, back, isNew };
}

async function forgetAgreed(job: Job, resource: AnyResource, keys: readonly string[]): Promise<void> {
  let after: string | null = null;
  do {
    const from: string | null = after;
    after = await job.database.transaction(async (tx) => {
      const links = await linksAfter(tx, job.connectionId, resource.name, from, PAGE);
      const ids = links.map((link) => link.entityId);
      const vault = hasPersonalFields(resource) ? await openVault(job, tx, resource.name, ids) : null;
      const forgotten = links.map((link) => {
        const synced = Object.fromEntries(
          Object.entries(syncedOf(link, vault)).filter(([key]) => !keys.includes(key)),
        );
        return { ...link, ...packSynced(resource, link.entityId, synced, vault) };
      });
      await saveLinks(tx, job.connectionId, forgotten, nowOf(job));
      return links.length < PAGE ? null : (ids.at(-1) ?? null);
    });
  } while (after !== null);
}

/** Every entity of the resource is looked at again, on both sides. @returns how many. */
async function markEverything(job: Job, resource: AnyResource, by: string): Promise<number> {
  let marked = 0;
  for (let after: string | null = null; ; ) {
    const links = await linksAfter(job.database, job.connectionId, resource.name, after, PAGE);
    const live = links.filter(
      (link) => link.standing !== 'detached' && link.standing !== 'deletedInBuildium',
    );
    const marks = live.map(
      ({ entityId }): Mark => ({
        resource: resource.name,
        entityId,
        reason: 'repaired',
        onBehalfOf: by,
        priority: 'sweep',
        happenedAt: nowOf(job),
      }),
    );
    marked += await markDirty(job.database, job.connectionId, marks, nowOf(job));
    if (links.length < PAGE) break;
    after = links.at(-1)?.entityId ?? null;
  }
  await job.queues.wake(job.database, job.connectionId, resource.name);
  return marked;
}

async function repairWebhook(
  job: Job,
  notificationUrl: string | null,
): Promise<Result<Repair['webhook'], CallFailure>> {
  await renewAirtableWebhooks(job);
  const listed = await job.airtable.webhooks.list({ priority: 'person' });
  if (!listed.ok) return listed;
  const known = await listWebhooks(job.database, job.connectionId);
  const working = known.filter((row) =>
    listed.value.some(({ id, isHookEnabled }) => id === row.webhookId && isHookEnabled),
  );
  const isReached = working.some(
    (row) =>
      notificationUrl === null ||
      listed.value.some((one) => one.id === row.webhookId && one.notificationUrl === notificationUrl),
  );
  if (isReached) return ok('kept');
  // Broken, or pointing to an address that is no longer ours.
  for (const row of known) {
    if (listed.value.some(({ id }) => id === row.webhookId)) {
      const removed = await job.airtable.webhooks.remove(row.webhookId, { priority: 'person' });
      if (!removed.ok && removed.error.kind !== 'notFound') return removed;
    }
    await deleteWebhook(job.database, job.connectionId, row.webhookId);
  }
  const made = await createAirtableWebhook(job, notificationUrl);
  return made.ok ? ok('created') : made;
}

async function audit(job: Job, result: Repair, by: string): Promise<void> {
  const done = [
    ...result.tablesCreated.map((name) => `table "${name}" made anew`),
    ...result.fieldsCreated.map((name) => `field "${name}" made anew`),
    ...result.fieldsBack.map((name) => `field "${name}" synced again`),
    ...(result.webhook === 'created' ? ['Airtable webhook made anew'] : []),
  ];
  if (done.length === 0) return;
  const none = { resource: null, entityId: null, airtableRecordId: null, changes: {}, changesSealed: null };
  const row = { auditId: job.newId(), actor: by, action: 'fieldRepaired' as const, ...none, runId: null };
  await appendAudit(job.database, job.connectionId, [{ ...row, why: done.join('; ') }], nowOf(job));
}
