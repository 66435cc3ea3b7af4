import type { Database } from '../../server/db/database.ts';

/** Every row of every table as text, the queue’s too. */
export async function everythingIn(database: Database): Promise<string> {
  const tables = await database.query<{ name: string }>(
    `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
      where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'`,
  );
  const texts = await Promise.all(
    tables.map(async ({ name }) => {
      const rows = await database.query<{ line: string }>(`select t::text as line from ${name} t`);
      return rows.map(({ line }) => line).join('\n');
    }),
  );
  return texts.join('\n');
}
