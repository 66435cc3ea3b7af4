import { connectionSettings } from '../../../shared/settings.ts';
import { ok, type Result } from '../../../shared/result.ts';
import { OWN_TABLES } from '../../../shared/tables/index.ts';
import type { BuildiumCredentials } from '../../buildium/client.ts';
import type { CallFailure } from '../../callFailure.ts';
import { sealCredentials, sealToken, sealWebhookSecrets } from '../../connectionSecrets.ts';
import { insertConnection, updateConnection } from '../../db/connections.ts';
import type { Database } from '../../db/database.ts';
import type { Keyring } from '../../secrets.ts';
import { createAirtableWebhook } from './airtableWebhooks.ts';
import type { Job } from '../job.ts';
import { ensureOwnTables } from '../ownTables/ownTables.ts';
import { ensureSchema, type SchemaChange } from '../schema.ts';
import { ensureSignInTable } from '../signIn/signIn.ts';

export type NewConnection = {
  name: string;
  buildium: { url: string; credentials: BuildiumCredentials; webhookSecrets: readonly string[] };
  airtable: { url: string; contentUrl: string; baseId: string; token: string };
  timeZone: string;
  /** Checked against `connectionSettings`; absent settings take their defaults. */
  settings?: unknown;
};

type Store = {
  database: Database;
  keyring: Keyring;
  newId(): string;
  randomBytes(size: number): Buffer;
  clock: { nowMs(): number };
};

/** Writes a connection down, sealed. It does nothing until it is started. */
export async function storeConnection(
  store: Store,
  input: NewConnection,
): Promise<{ connectionId: string; webhookPath: string }> {
  const connectionId = `cn_${store.randomBytes(8).toString('hex')}`;
  const webhookPath = store.randomBytes(24).toString('base64url');
  await insertConnection(store.database, {
    connectionId,
    name: input.name,
    state: 'pairing',
    buildiumUrl: input.buildium.url,
    buildiumAccountId: null,
    sealedBuildiumCredentials: sealCredentials(store.keyring, connectionId, input.buildium.credentials),
    sealedWebhookSecrets: sealWebhookSecrets(store.keyring, connectionId, input.buildium.webhookSecrets),
    airtableUrl: input.airtable.url,
    airtableContentUrl: input.airtable.contentUrl,
    airtableBaseId: input.airtable.baseId,
    sealedAirtableToken: sealToken(store.keyring, connectionId, input.airtable.token),
    webhookPath,
    timeZone: input.timeZone,
    settings: connectionSettings.parse(input.settings ?? {}),
    createdAt: new Date(store.clock.nowMs()).toISOString(),
  });
  return { connectionId, webhookPath };
}

export type CheckedSides = { buildiumAccountId: number; companyName: string | null; airtableUserId: string };

/** Both keys open their doors: who answers on each side. */
export async function checkSides(job: Job): Promise<Result<CheckedSides, CallFailure>> {
  const account = await job.buildium.get('/v1/administration/account', {}, { priority: 'person' });
  if (!account.ok) return account;
  const user = await job.airtable.whoami({ priority: 'person' });
  if (!user.ok) return user;
  const { Id, CompanyName } = account.value as { Id: number; CompanyName?: string | null };
  return ok({ buildiumAccountId: Id, companyName: CompanyName ?? null, airtableUserId: user.value.id });
}

/**
 * Makes what is missing in the base, our own tables and the one by which people sign in, and the webhook that tells us of edits.
 * @param notificationUrl null where Airtable cannot reach us: edits are then found by asking every five minutes.
 */
export async function prepareBase(
  job: Job,
  notificationUrl: string | null,
): Promise<Result<SchemaChange, CallFailure>> {
  const sides = await checkSides(job);
  if (!sides.ok) return sides;
  await updateConnection(job.database, job.connectionId, {
    buildiumAccountId: sides.value.buildiumAccountId,
  });
  const schema = await ensureSchema(job);
  if (!schema.ok) return schema;
  const own = await ensureOwnTables(job, OWN_TABLES);
  if (!own.ok) return own;
  const signIns = await ensureSignInTable(job);
  if (!signIns.ok) return signIns;
  const webhook = await createAirtableWebhook(job, notificationUrl);
  return webhook.ok ? schema : webhook;
}
