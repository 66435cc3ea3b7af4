import { ok, type Result } from '../../../shared/result.ts';
import { OWN_TABLES } from '../../../shared/tables/index.ts';
import type { CallFailure } from '../../callFailure.ts';
import { deleteWebhook, listWebhooks } from '../../db/airtableWebhooks.ts';
import { ABOUT_NO_RECORD, appendAudit } from '../../db/audit.ts';
import { reportSideUp } from '../../db/sideHealth.ts';
import { createAirtableWebhook, renewAirtableWebhooks } from './airtableWebhooks.ts';
import { hearAirtable } from '../hearAirtable.ts';
import { nowOf, type Job } from '../job.ts';
import { ensureOwnTables } from '../ownTables/ownTables.ts';
import { enabledResources } from '../schemaColumns.ts';
import { checkSchema } from '../checkSchema.ts';
import { ensureSchema } from '../schema.ts';
import type { TakenUp } from '../schemaParts.ts';
import { ensureSignInTable, SIGN_IN_TABLE } from '../signIn/signIn.ts';
import { markEverything } from './schemaTakenUp.ts';

export type Repair = TakenUp & {
  tablesCreated: string[];
  fieldsCreated: string[];
  webhook: 'kept' | 'created';
};

/**
 * Makes what is missing in the base anew and fills it: a deleted table's rows, a deleted field's values, a lost
 * webhook. It can be run again after a crash: what is to be filled is on record with what was made.
 */
export async function repair(
  job: Job,
  by: string,
  notificationUrl: string | null,
): Promise<Result<Repair, CallFailure>> {
  const checked = await checkSchema(job);
  if (!checked.ok) return checked;
  // What was typed in a table before it was deleted is told under its old ids, which what follows forgets.
  await hearAirtable(job);
  const schema = await ensureSchema(job, by);
  if (!schema.ok) return schema;
  const own = await ensureOwnTables(job, OWN_TABLES);
  if (!own.ok) return own;
  const signIns = await ensureSignInTable(job);
  if (!signIns.ok) return signIns;
  const webhook = await repairWebhook(job, by, notificationUrl);
  if (!webhook.ok) return webhook;
  const result: Repair = {
    ...schema.value,
    tablesCreated: [
      ...schema.value.tablesCreated,
      ...own.value.tablesCreated,
      ...(signIns.value.created ? [SIGN_IN_TABLE] : []),
    ],
    fieldsCreated: [...schema.value.fieldsCreated, ...own.value.fieldsCreated],
    // What was made anew is synced again too: that goes without saying.
    fieldsBack: schema.value.fieldsBack.filter((name) => !schema.value.fieldsCreated.includes(name)),
    webhook: webhook.value,
  };
  await reportSideUp(job.database, job.connectionId, 'airtable');
  await audit(job, result, by);
  return ok(result);
}

async function repairWebhook(
  job: Job,
  by: string,
  notificationUrl: string | null,
): Promise<Result<Repair['webhook'], CallFailure>> {
  const before = await listWebhooks(job.database, job.connectionId);
  await renewAirtableWebhooks(job);
  const listed = await job.airtable.webhooks.list({ priority: 'person' });
  if (!listed.ok) return listed;
  const known = await listWebhooks(job.database, job.connectionId);
  const working = known.filter((row) =>
    listed.value.some(({ id, isHookEnabled }) => id === row.webhookId && isHookEnabled),
  );
  const reached = working.find(
    (row) =>
      notificationUrl === null ||
      listed.value.some((one) => one.id === row.webhookId && one.notificationUrl === notificationUrl),
  );
  if (reached) return ok(before.some((row) => row.webhookId === reached.webhookId) ? 'kept' : 'created');
  // Broken, or pointing to an address that is no longer ours.
  for (const row of known) {
    if (listed.value.some(({ id }) => id === row.webhookId)) {
      const removed = await job.airtable.webhooks.remove(row.webhookId, { priority: 'person' });
      if (!removed.ok && removed.error.kind !== 'notFound') return removed;
    }
    await deleteWebhook(job.database, job.connectionId, row.webhookId);
  }
  // Edits made while nobody told us of them show only when every row is looked at.
  const roots = enabledResources(job).filter(({ partOf }) => partOf === undefined);
  const made = await createAirtableWebhook(job, notificationUrl, async (tx) => {
    for (const root of roots) await markEverything(tx, job, root, by);
    return true;
  });
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
  const row = {
    auditId: job.newId(),
    actor: by,
    action: 'fieldRepaired' as const,
    ...ABOUT_NO_RECORD,
    runId: null,
  };
  await appendAudit(job.database, job.connectionId, [{ ...row, why: done.join('; ') }], nowOf(job));
}
