import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate, MigrationError } from '../../server/db/migrate.ts';
import { openDatabase } from '../../server/db/database.ts';
import { emptyDatabase, freshDatabase, type FreshDatabase } from '../support/database.ts';

const nowMs = Date.parse('2026-03-01T12:00:00Z');

describe('migrations', () => {
  let fresh: FreshDatabase;
  let folder: string;
  beforeEach(async () => {
    fresh = await emptyDatabase();
    folder = mkdtempSync(join(tmpdir(), 'migrations-'));
  });
  afterEach(async () => {
    await fresh.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  const write = (name: string, sql: string) => writeFileSync(join(folder, name), sql);
  const run = () => migrate(fresh.database, { folder, nowMs });
  const tables = async () => {
    const rows = await fresh.database.query<{ tablename: string }>(
      "select tablename from pg_tables where schemaname = 'public' order by 1",
    );
    return rows.map((row) => row.tablename);
  };

  test('are applied in order, once, with their moment', async () => {
    write('0001_first.sql', 'create table first (id int); create table helper (id int);');
    write('0002_second.sql', 'alter table first add column note text; drop table helper;');
    expect(await run()).toEqual(['0001_first', '0002_second']);
    expect(await run()).toEqual([]);
    write('0003_third.sql', 'create table third (id int)');
    expect(await run()).toEqual(['0003_third']);
    expect(await tables()).toEqual(['first', 'schema_migrations', 'third']);
    const rows = await fresh.database.query(
      'select version, name, applied_at from schema_migrations order by version',
    );
    expect(rows[0]).toEqual({ version: 1, name: '0001_first', applied_at: '2026-03-01T12:00:00.000Z' });
  });

  test('an empty folder is no migration', async () => {
    expect(await run()).toEqual([]);
  });

  test('a missing folder stops the start', async () => {
    await expect(migrate(fresh.database, { folder: join(folder, 'absent'), nowMs })).rejects.toThrow(
      /cannot be read/,
    );
  });

  test('one that fails is rolled back whole, names its line, and keeps the earlier ones', async () => {
    write('0001_good.sql', 'create table good (id int)');
    write('0002_bad.sql', 'create table half (id int);\n\ncreate tabel other (id int);');
    await expect(run()).rejects.toThrow(/0002_bad failed \(line 3\) and was rolled back: syntax error/);
    expect(await tables()).toEqual(['good', 'schema_migrations']);
    write('0002_bad.sql', 'create table half (id int)');
    expect(await run()).toEqual(['0002_bad']);
  });

  test('one that was changed after it was applied stops the start', async () => {
    write('0001_first.sql', 'create table first (id int)');
    await run();
    write('0001_first.sql', 'create table first (id bigint)');
    await expect(run()).rejects.toThrow(/0001_first was changed after it was applied/);
  });

  test('one that was renamed after it was applied stops the start', async () => {
    write('0001_first.sql', 'create table first (id int)');
    await run();
    renameSync(join(folder, '0001_first.sql'), join(folder, '0001_other.sql'));
    await expect(run()).rejects.toThrow(/0001_first was changed.*on disk: 0001_other/);
  });

  test('other line ends are no change', async () => {
    write('0001_first.sql', 'create table first (\n  id int\n);\n');
    await run();
    write('0001_first.sql', 'create table first (\r\n  id int\r\n);\r\n');
    expect(await run()).toEqual([]);
  });

  test('a database from a newer program stops the start', async () => {
    write('0001_first.sql', 'create table first (id int)');
    write('0002_newer.sql', 'create table newer (id int)');
    await run();
    rmSync(join(folder, '0002_newer.sql'));
    await expect(run()).rejects.toThrow(/0002_newer, which this program does not know/);
  });

  test('a gap in the applied ones stops the start', async () => {
    write('0001_first.sql', 'create table first (id int)');
    write('0002_second.sql', 'create table second (id int)');
    await run();
    await fresh.database.execute('delete from schema_migrations where version = 1');
    await expect(run()).rejects.toThrow(/lists 0002_second but not migration 1/);
  });

  test.each([
    ['a gap', ['0001_a.sql', '0003_c.sql'], /0003_c in .* should be number 0002/],
    ['a number twice', ['0001_a.sql', '0001_b.sql'], /0001_b in .* should be number 0002/],
    ['a start at two', ['0002_b.sql'], /should be number 0001/],
    ['a name of another shape', ['1-a.sql'], /is not named like 0001_what_it_does.sql/],
  ])('%s on disk stops the start before anything is applied', async (_sentence, names, message) => {
    for (const name of names) write(name, 'select 1');
    const error = await run().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(MigrationError);
    expect((error as Error).message).toMatch(message);
    expect(await tables()).toEqual([]);
  });

  test('two processes that start at once apply each file once between them', async () => {
    for (let number = 1; number <= 6; number += 1)
      write(`000${number}_step.sql`, `create table step_${number} (id int)`);
    const others = Array.from({ length: 3 }, () => openDatabase(fresh.url, { max: 1 }));
    const applied = await Promise.all(
      [fresh.database, ...others].map((database) => migrate(database, { folder, nowMs })),
    );
    await Promise.all(others.map((database) => database.close()));
    expect(applied.flat().sort()).toEqual([1, 2, 3, 4, 5, 6].map((number) => `000${number}_step`));
  });
});

describe('the project’s own migrations', () => {
  let fresh: FreshDatabase;
  beforeAll(async () => {
    fresh = await freshDatabase();
  });
  afterAll(() => fresh.drop());

  test('are already applied to a fresh test database', async () => {
    expect(await migrate(fresh.database, { nowMs })).toEqual([]);
  });
});
