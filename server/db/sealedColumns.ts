import type { Queryable } from './database.ts';

/** A column whose values are encrypted, and the place that each value is bound to. */
export type SealedColumn = {
  table: 'connections' | 'airtable_webhooks' | 'entity_keys' | 'notification_secrets' | 'oauth_tokens';
  column: string;
  keyColumns: readonly string[];
  /** The associated data of the encryption: the value opens nowhere else. */
  placeOf(key: readonly string[]): string;
};

const OF_CONNECTION = ['buildium_credentials', 'buildium_webhook_secrets', 'airtable_token'] as const;

/** Every sealed column; a test holds that rotating the keys leaves none behind. */
export const SEALED_COLUMNS: readonly SealedColumn[] = [
  ...OF_CONNECTION.map(
    (column): SealedColumn => ({
      table: 'connections',
      column,
      keyColumns: ['connection_id'],
      placeOf: ([connectionId]) => `connections:${connectionId}:${column}`,
    }),
  ),
  {
    table: 'airtable_webhooks',
    column: 'mac_secret',
    keyColumns: ['connection_id', 'webhook_id'],
    placeOf: ([connectionId, webhookId]) => `airtable_webhooks:${connectionId}:${webhookId}:mac_secret`,
  },
  {
    table: 'entity_keys',
    column: 'sealed_key',
    keyColumns: ['connection_id', 'resource', 'entity_id'],
    placeOf: ([connectionId, resource, entityId]) => `entity-key ${connectionId} ${resource} ${entityId}`,
  },
  {
    table: 'notification_secrets',
    column: 'sealed_secret',
    keyColumns: ['connection_id'],
    placeOf: ([connectionId]) => `notification_secrets:${connectionId}:sealed_secret`,
  },
  {
    table: 'oauth_tokens',
    column: 'sealed_token',
    keyColumns: ['connection_id'],
    placeOf: ([connectionId]) => `oauth_tokens:${connectionId}`,
  },
];

export type SealedValue = { key: string[]; sealed: string };

/** A page of sealed values, in the order of their keys. */
export async function sealedValues(
  db: Queryable,
  { table, column, keyColumns }: SealedColumn,
  after: readonly string[] | null,
  limit: number,
): Promise<SealedValue[]> {
  const keys = keyColumns.join(', ');
  const from =
    after === null ? '' : `where (${keys}) > (${keyColumns.map((_, index) => `$${index + 2}`).join(', ')})`;
  return db.query<SealedValue>(
    `select array[${keys}] as key, ${column} as sealed from ${table} ${from} order by ${keys} limit $1`,
    [limit, ...(after ?? [])],
  );
}

/** Takes the place of the value that was read, unless it has changed since. */
export async function replaceSealed(
  db: Queryable,
  { table, column, keyColumns }: SealedColumn,
  before: SealedValue,
  sealed: string,
): Promise<number> {
  const where = keyColumns.map((name, index) => `${name} = $${index + 3}`).join(' and ');
  return db.execute(`update ${table} set ${column} = $1 where ${column} = $2 and ${where}`, [
    sealed,
    before.sealed,
    ...before.key,
  ]);
}
