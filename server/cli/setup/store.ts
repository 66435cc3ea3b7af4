import {
  openWebhookSecrets,
  sealCredentials,
  sealToken,
  sealWebhookSecrets,
} from '../../connectionSecrets.ts';
import type { Context } from '../../context.ts';
import { ABOUT_NO_RECORD, appendAudit, type AuditRow } from '../../db/audit.ts';
import {
  connectionById,
  listConnections,
  updateConnection,
  type ConnectionRow,
} from '../../db/connections.ts';
import { storeConnection } from '../../jobs/connect/connect.ts';
import { BY_CLI } from '../withContext.ts';
import type { Preferences } from './preferences.ts';
import type { CheckedAirtable, CheckedBuildium } from './sides.ts';

/** The last two are kept: while a rolled secret spreads, events come signed with either. */
const SECRETS_KEPT = 2;

export async function connectionOfBase(context: Context, baseId: string): Promise<ConnectionRow | null> {
  const connections = await listConnections(context.database);
  return connections.find((row) => row.airtableBaseId === baseId) ?? null;
}

export async function storeNew(
  context: Context,
  buildium: CheckedBuildium,
  airtable: CheckedAirtable,
  { name, timeZone, settings }: Preferences,
): Promise<ConnectionRow> {
  const { connectionId } = await storeConnection(context, {
    name,
    buildium: { url: buildium.url, credentials: buildium.credentials, webhookSecrets: [] },
    airtable: {
      url: airtable.url,
      contentUrl: airtable.contentUrl,
      baseId: airtable.baseId,
      token: airtable.token,
    },
    timeZone,
    settings,
  });
  await updateConnection(context.database, connectionId, { buildiumAccountId: buildium.account.id });
  await audit(context, connectionId, 'connectionCreated', 'set up on the command line');
  return mustFind(context, connectionId);
}

/** New keys for a base that is connected already; everything else stays as it is. */
export async function replaceKeys(
  context: Context,
  { connectionId }: ConnectionRow,
  buildium: CheckedBuildium,
  airtable: CheckedAirtable,
): Promise<ConnectionRow> {
  const { keyring, database } = context;
  await updateConnection(database, connectionId, {
    buildiumUrl: buildium.url,
    sealedBuildiumCredentials: sealCredentials(keyring, connectionId, buildium.credentials),
    airtableUrl: airtable.url,
    sealedAirtableToken: sealToken(keyring, connectionId, airtable.token),
  });
  await audit(context, connectionId, 'settingsChanged', 'new keys were stored');
  return mustFind(context, connectionId);
}

/** The new secret is tried first; the one before it still opens what is under way. */
export async function addWebhookSecret(context: Context, row: ConnectionRow, secret: string): Promise<void> {
  const { keyring, database } = context;
  const { connectionId } = row;
  const known = openWebhookSecrets(keyring, connectionId, row.sealedWebhookSecrets);
  const others = known.ok ? known.value.filter((one) => one !== secret) : [];
  const secrets = [secret, ...others].slice(0, SECRETS_KEPT);
  await updateConnection(database, connectionId, {
    sealedWebhookSecrets: sealWebhookSecrets(keyring, connectionId, secrets),
  });
  await audit(context, connectionId, 'settingsChanged', 'a webhook secret was stored');
}

async function mustFind({ database }: Context, connectionId: string): Promise<ConnectionRow> {
  const row = await connectionById(database, connectionId);
  if (!row) throw new Error(`Connection ${connectionId} was stored and is not there`);
  return row;
}

async function audit(
  { database, newId, clock }: Context,
  connectionId: string,
  action: AuditRow['action'],
  why: string,
): Promise<void> {
  const row = { auditId: newId(), actor: BY_CLI, action, ...ABOUT_NO_RECORD, why, runId: null };
  await appendAudit(database, connectionId, [row], new Date(clock.nowMs()).toISOString());
}
