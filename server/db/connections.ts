import type { Queryable } from './database.ts';

export type ConnectionState = 'pairing' | 'running' | 'paused';

/** One Buildium account paired with one Airtable base. What opens either side is sealed. */
export type ConnectionRow = {
  connectionId: string;
  name: string;
  state: ConnectionState;
  buildiumUrl: string;
  buildiumAccountId: number | null;
  sealedBuildiumCredentials: string;
  sealedWebhookSecrets: string;
  airtableUrl: string;
  airtableContentUrl: string;
  airtableBaseId: string;
  sealedAirtableToken: string;
  webhookPath: string;
  timeZone: string;
  settings: unknown;
  createdAt: string;
};

const COLUMNS = `
  connection_id as "connectionId", name, state, buildium_url as "buildiumUrl", buildium_account_id as "buildiumAccountId",
  buildium_credentials as "sealedBuildiumCredentials", buildium_webhook_secrets as "sealedWebhookSecrets",
  airtable_url as "airtableUrl", airtable_content_url as "airtableContentUrl", airtable_base_id as "airtableBaseId",
  airtable_token as "sealedAirtableToken", webhook_path as "webhookPath", time_zone as "timeZone", settings,
  created_at as "createdAt"`;

export async function insertConnection(db: Queryable, row: ConnectionRow): Promise<void> {
  await db.execute(
    `insert into connections (connection_id, name, state, buildium_url, buildium_account_id, buildium_credentials,
       buildium_webhook_secrets, airtable_url, airtable_content_url, airtable_base_id, airtable_token, webhook_path,
       time_zone, settings, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
    [
      row.connectionId,
      row.name,
      row.state,
      row.buildiumUrl,
      row.buildiumAccountId,
      row.sealedBuildiumCredentials,
      row.sealedWebhookSecrets,
      row.airtableUrl,
      row.airtableContentUrl,
      row.airtableBaseId,
      row.sealedAirtableToken,
      row.webhookPath,
      row.timeZone,
      JSON.stringify(row.settings),
      row.createdAt,
    ],
  );
}

export async function listConnections(db: Queryable): Promise<ConnectionRow[]> {
  return db.query<ConnectionRow>(`select ${COLUMNS} from connections order by created_at, connection_id`);
}

export async function connectionById(db: Queryable, connectionId: string): Promise<ConnectionRow | null> {
  const [row] = await db.query<ConnectionRow>(`select ${COLUMNS} from connections where connection_id = $1`, [
    connectionId,
  ]);
  return row ?? null;
}

export async function connectionByWebhookPath(
  db: Queryable,
  webhookPath: string,
): Promise<ConnectionRow | null> {
  const [row] = await db.query<ConnectionRow>(`select ${COLUMNS} from connections where webhook_path = $1`, [
    webhookPath,
  ]);
  return row ?? null;
}

/** Changes what is named and leaves the rest. */
export async function updateConnection(
  db: Queryable,
  connectionId: string,
  change: Partial<Omit<ConnectionRow, 'connectionId' | 'createdAt' | 'webhookPath'>>,
): Promise<void> {
  await db.execute(
    `update connections set name = coalesce($2, name), state = coalesce($3, state),
       buildium_url = coalesce($4, buildium_url), buildium_account_id = coalesce($5, buildium_account_id),
       buildium_credentials = coalesce($6, buildium_credentials),
       buildium_webhook_secrets = coalesce($7, buildium_webhook_secrets), airtable_url = coalesce($8, airtable_url),
       airtable_token = coalesce($9, airtable_token), time_zone = coalesce($10, time_zone),
       settings = coalesce($11::jsonb, settings)
      where connection_id = $1`,
    [
      connectionId,
      change.name ?? null,
      change.state ?? null,
      change.buildiumUrl ?? null,
      change.buildiumAccountId ?? null,
      change.sealedBuildiumCredentials ?? null,
      change.sealedWebhookSecrets ?? null,
      change.airtableUrl ?? null,
      change.sealedAirtableToken ?? null,
      change.timeZone ?? null,
      change.settings === undefined ? null : JSON.stringify(change.settings),
    ],
  );
}
