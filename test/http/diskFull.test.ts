import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, readFile, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { freshDatabase, type FreshDatabase } from '../support/database.ts';
import { addConnection, event, signed, startTestApp, type TestApp } from './testApp.ts';

/** A disk of one mebibyte, or null where this machine lets nobody mount one. */
const disk = mountSmallDisk();
const onSmallDisk = disk === null ? test.skip : test;
if (disk === null)
  console.warn(
    'No small disk can be mounted here (root on Linux can): test/http/spool.test.ts shows the rest.',
  );

let fresh: FreshDatabase;
let app: TestApp;
let path: string;

beforeAll(async () => {
  if (disk === null) return;
  fresh = await freshDatabase();
  path = `/webhooks/buildium/${(await addConnection(fresh.database)).webhookPath}`;
  app = await startTestApp({
    ...fresh,
    config: { spoolFolder: join(disk, 'spool'), spoolMaxBytes: 100_000_000 },
  });
});

afterAll(async () => {
  if (disk === null) return;
  await setDatabase('back');
  await app.close();
  await fresh.drop();
  execFileSync('umount', [disk]);
  rmSync(disk, { recursive: true });
});

onSmallDisk(
  'a full disk is answered 503, leaves nothing half-written, and all that was answered 2xx is stored afterwards',
  async () => {
    const folder = disk ?? '';
    await setDatabase('away');
    expect((await post(1)).status).toBe(200);
    const kept = [1];
    await fillUp(folder);
    let id = 2;
    for (; ; id += 1) {
      const { status } = await post(id);
      if (status !== 200) {
        expect(status).toBe(503);
        break;
      }
      kept.push(id);
    }
    const refused = await post(9_000);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '60']);
    expect(await refused.json()).toMatchObject({ error: { code: 'spoolFull' } });
    const lines = await spooledLines(join(folder, 'spool'));
    expect(lines.map((line) => /"ids":\["(\d+)"\]\}$/.exec(line)?.[1])).toEqual(kept.map(String));

    await rm(join(folder, 'filling'));
    expect((await post(9_001)).status).toBe(200);
    await setDatabase('back');
    expect(await markedIds(kept.length + 1)).toEqual([...kept, 9_001]);
  },
  60_000,
);

const post = (id: number) =>
  app.fetch(path, signed(event('LeaseTransaction.Created', { TransactionId: id })));

function mountSmallDisk(): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return null;
  const folder = mkdtempSync(join(tmpdir(), 'small-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'ignore' });
    return folder;
  } catch {
    rmSync(folder, { recursive: true });
    return null;
  }
}

/** Takes what is free, but for the rest of the page that the spool has begun. */
async function fillUp(folder: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  await writeFile(join(folder, 'filling'), randomBytes(bavail * bsize));
}

async function spooledLines(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.spool')).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  const text = texts.join('');
  expect(text.endsWith('\n')).toBe(true);
  return text.split('\n').slice(0, -1);
}

async function setDatabase(state: 'away' | 'back'): Promise<void> {
  const url = new URL(fresh.url);
  const name = url.pathname.slice(1);
  url.pathname = '/postgres';
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  await client.query(`alter database "${name}" allow_connections ${state === 'back'}`);
  if (state === 'away')
    await client.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
  await client.end();
}

/** In whatever second the database is back. */
async function markedIds(count: number): Promise<number[]> {
  for (;;) {
    const rows = await fresh.database
      .query<{
        id: number;
      }>(`select entity_id::bigint as id from marks where resource = 'transactions' order by 1`)
      .catch(() => []);
    if (rows.length >= count) return rows.map(({ id }) => id);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
