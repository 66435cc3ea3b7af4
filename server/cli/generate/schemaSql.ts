import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, type Database } from '../../db/database.ts';
import { startEmbeddedPostgres } from '../../db/embeddedPostgres.ts';
import { migrate } from '../../db/migrate.ts';

const HEAD = `-- The schema that the migrations lead to, for reading. Written by npm run generate; never run.`;

/** What a freshly migrated database holds, from its catalog, in an order that does not change. */
export async function schemaSql(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'schema-'));
  // Where root starts it, PostgreSQL runs as another user, who must get there.
  chmodSync(folder, 0o755);
  const postgres = await startEmbeddedPostgres({ dataFolder: join(folder, 'postgres'), durable: false });
  try {
    const database = openDatabase(postgres.url);
    try {
      await migrate(database, { nowMs: 0 });
      return `${[HEAD, ...(await describe(database))].join('\n\n')}\n`;
    } finally {
      await database.close();
    }
  } finally {
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function describe(database: Database): Promise<string[]> {
  const sequences = await database.query<{ name: string }>(
    `select relname as name from pg_class where relkind = 'S' and relnamespace = 'public'::regnamespace order by relname`,
  );
  const tables = await database.query<{
    oid: number;
    name: string;
    comment: string | null;
    unlogged: boolean;
  }>(
    `select c.oid::int as oid, c.relname as name, obj_description(c.oid, 'pg_class') as comment, c.relpersistence = 'u' as unlogged
       from pg_class c where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace order by c.relname`,
  );
  const functions = await database.query<{ text: string }>(
    `select pg_get_functiondef(oid) as text from pg_proc where pronamespace = 'public'::regnamespace order by proname`,
  );
  const described: string[] = [];
  for (const table of tables) described.push(await describeTable(database, table));
  return [
    ...sequences.map(({ name }) => `create sequence ${name};`),
    ...functions.map(({ text }) => `${text.trim()};`),
    ...described,
  ];
}

async function describeTable(
  database: Database,
  table: { oid: number; name: string; comment: string | null; unlogged: boolean },
): Promise<string> {
  const columns = await database.query<{ text: string }>(
    `select format('%I %s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
         case when a.attnotnull then ' not null' else '' end,
         coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')) as text
       from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
      where a.attrelid = $1 and a.attnum > 0 and not a.attisdropped order by a.attnum`,
    [table.oid],
  );
  // Newer servers list not-null constraints too, which the columns say already.
  const constraints = await database.query<{ text: string }>(
    `select format('constraint %I %s', conname, pg_get_constraintdef(oid)) as text
       from pg_constraint where conrelid = $1 and contype <> 'n' order by contype <> 'p', conname`,
    [table.oid],
  );
  const indexes = await database.query<{ text: string }>(
    `select pg_get_indexdef(i.indexrelid) as text from pg_index i join pg_class c on c.oid = i.indexrelid
      where i.indrelid = $1 and not exists (select 1 from pg_constraint where conindid = i.indexrelid) order by c.relname`,
    [table.oid],
  );
  const triggers = await database.query<{ text: string }>(
    `select pg_get_triggerdef(oid) as text from pg_trigger where tgrelid = $1 and not tgisinternal order by tgname`,
    [table.oid],
  );
  const body = [...columns, ...constraints].map(({ text }) => `  ${text}`).join(',\n');
  const kind = table.unlogged ? 'unlogged table' : 'table';
  return [
    ...(table.comment ? [`-- ${table.comment}`] : []),
    `create ${kind} ${table.name} (\n${body}\n);`,
    ...[...indexes, ...triggers].map(({ text }) => `${text};`),
  ].join('\n');
}
