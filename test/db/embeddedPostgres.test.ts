import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { openDatabase } from '../../server/db/database.ts';
import { isAlive } from '../../server/db/postmasterPid.ts';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../server/db/embeddedPostgres.ts';

const isRoot = process.getuid?.() === 0;
/** `daemon` on every Linux and Mac: initdb wants a user with a name. */
const SOME_USER = 1;

/** A data folder as a first start leaves it: copied where a test is about something else. */
let madeOnce: string;
beforeAll(async () => {
  madeOnce = fs.mkdtempSync(join(tmpdir(), 'embedded-postgres-test-'));
  fs.chmodSync(madeOnce, 0o755);
  await (await startEmbeddedPostgres({ dataFolder: join(madeOnce, 'postgres'), durable: false })).stop();
});
afterAll(() => fs.rmSync(madeOnce, { recursive: true, force: true }));

function useExistingData(): void {
  fs.cpSync(madeOnce, parent, { recursive: true });
  fs.chmodSync(folder, 0o700);
}

let parent: string;
let folder: string;
let running: EmbeddedPostgres[];
let children: ChildProcess[];
beforeEach(() => {
  parent = fs.mkdtempSync(join(tmpdir(), 'embedded-postgres-test-'));
  fs.chmodSync(parent, 0o755);
  folder = join(parent, 'postgres');
  running = [];
  children = [];
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  for (const server of running) await server.stop();
  for (const dataFolder of [folder, ...running.map((server) => server.dataFolder)])
    await untilGone(dataFolder);
  fs.rmSync(parent, { recursive: true, force: true });
});

async function start(options: { port?: number; said?: string[] } = {}): Promise<EmbeddedPostgres> {
  const { said, ...rest } = options;
  const log = { info: (message: string) => void said?.push(message) };
  const server = await startEmbeddedPostgres({ dataFolder: folder, durable: false, log, ...rest });
  running.push(server);
  return server;
}

async function ask<Row extends object>(url: string, sql: string): Promise<Row[]> {
  const database = openDatabase(url, { max: 1 });
  try {
    return await database.query<Row>(sql);
  } finally {
    await database.close();
  }
}

type Told = { url: string; dataFolder: string; said: string[] };

/** Another program that starts Postgres on the folder. */
async function startInChild(
  options: { uid?: number; env?: NodeJS.ProcessEnv } = {},
): Promise<ChildProcess & { told: Told }> {
  const script = join(import.meta.dirname, '../support/postgresParent.ts');
  const child = spawn(process.execPath, [script, folder], {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
    env: { ...process.env, ...options.env },
  });
  children.push(child);
  let complaint = '';
  child.stderr.on('data', (chunk) => (complaint += String(chunk)));
  for await (const line of createInterface({ input: child.stdout }))
    return Object.assign(child, { told: JSON.parse(line) as Told });
  if (!child.stderr.closed) await once(child.stderr, 'close');
  throw new Error(`The child ended before it said where its Postgres is: ${complaint}`);
}

const pidFile = (dataFolder = folder) => join(dataFolder, 'postmaster.pid');
const serverPid = () => Number(fs.readFileSync(pidFile(), 'utf8').split('\n')[0]);

/** Postgres removes its file as the last thing it does. */
async function untilGone(dataFolder = folder): Promise<void> {
  while (fs.existsSync(pidFile(dataFolder))) await delay(10);
}

test('data written before a restart is there after it', async () => {
  useExistingData();
  const first = await start();
  await ask(first.url, 'create table kept as select 42 as answer');
  await first.stop();
  expect(fs.existsSync(pidFile())).toBe(false);
  const second = await start();
  expect(await ask(second.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
});

test('it is a full UTF-8 PostgreSQL on loopback that asks for a password', async () => {
  useExistingData();
  const { url } = await start();
  const settings = await ask(
    url,
    "select current_setting('listen_addresses') as listens, current_setting('server_encoding') as encoding, current_setting('timezone') as zone",
  );
  expect(settings).toEqual([{ listens: '127.0.0.1', encoding: 'UTF8', zone: 'UTC' }]);
  const withoutPassword = new URL(url);
  withoutPassword.password = 'wrong';
  await expect(ask(withoutPassword.href, 'select 1')).rejects.toThrow(/password authentication failed/);
  expect(fs.statSync(`${folder}.password`).mode & 0o777).toBe(0o600);
});

test('a second start joins the running server, and its stop leaves that running', async () => {
  useExistingData();
  const first = await start();
  const second = await start();
  expect(second.url).toBe(first.url);
  await second.stop();
  expect(await ask(first.url, 'select 1 as one')).toEqual([{ one: 1 }]);
});

test('two first starts at once end on one server', async () => {
  const [first, second] = await Promise.all([startInChild(), startInChild()]);
  expect(first.told.url).toBe(second.told.url);
  expect(fs.readdirSync(parent).sort()).toEqual(['postgres', 'postgres.log', 'postgres.password']);
});

test('what a killed first start left half-made is cleared away by the next one', async () => {
  const dead = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await once(dead, 'exit');
  fs.mkdirSync(`${folder}.new-${dead.pid}`);
  await start();
  expect(fs.readdirSync(parent).sort()).toEqual(['postgres', 'postgres.log', 'postgres.password']);
});

test('a fixed port is kept over a restart', async () => {
  useExistingData();
  const first = await start();
  const port = Number(new URL(first.url).port);
  await first.stop();
  expect((await start({ port })).url).toBe(first.url);
});

describe('it ends with its parent', () => {
  test('when that is killed with SIGKILL', async () => {
    useExistingData();
    const child = await startInChild();
    const pid = serverPid();
    child.kill('SIGKILL');
    while (isAlive(pid)) await delay(10);
    expect(fs.existsSync(pidFile())).toBe(false);
  });

  test('when that just ends without stopping it', async () => {
    useExistingData();
    const child = await startInChild();
    child.kill('SIGTERM');
    await once(child, 'exit');
    await untilGone();
  });
});

describe('after a crash', () => {
  test('the file of a dead server does not hinder the next one', async () => {
    useExistingData();
    const crashed = await start();
    await ask(crashed.url, 'create table kept as select 42 as answer');
    await ask(crashed.url, 'checkpoint');
    process.kill(serverPid(), 'SIGKILL');
    await crashed.stop();
    expect(fs.existsSync(pidFile())).toBe(true);
    const next = await start();
    expect(await ask(next.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
  });

  test('nor does one whose number belongs to another program by now', async () => {
    useExistingData();
    await (await start()).stop();
    fs.writeFileSync(pidFile(), `${process.pid}\n${folder}\n1\n1\n\n127.0.0.1\n\nready\n`);
    expect(await ask((await start()).url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });
});

describe('when it cannot start, it says why', () => {
  test('a taken port: the lines of Postgres itself, and the way out', async () => {
    useExistingData();
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const error = await start({ port: (other.address() as AddressInfo).port }).catch(
      (caught: unknown) => caught,
    );
    other.close();
    expect(String(error)).toMatch(/did not start in [^]*Address already in use[^]*set DATABASE_URL/);
  });

  test('a folder with other things in it', async () => {
    fs.mkdirSync(folder);
    fs.writeFileSync(join(folder, 'holiday.jpg'), '');
    await expect(start()).rejects.toThrow(/holds something that is no PostgreSQL data folder/);
    expect(fs.readdirSync(folder)).toEqual(['holiday.jpg']);
  });

  test('a lost password', async () => {
    useExistingData();
    await (await start()).stop();
    fs.rmSync(`${folder}.password`);
    await expect(start()).rejects.toThrow(/password of the database .* is gone/);
  });

  test('a folder of another user', async () => {
    if (!isRoot) return console.log('Not shown: only root can make a folder of another user.');
    useExistingData();
    const own = fs.mkdtempSync(join(tmpdir(), 'embedded-postgres-test-'));
    fs.chownSync(own, SOME_USER, SOME_USER);
    const refused = startInChild({ uid: SOME_USER, env: { TMPDIR: own } });
    await expect(refused).rejects.toThrow(/cannot use .*EACCES.*give it to the user who starts this/);
    fs.rmSync(own, { recursive: true });
  });

  test('a platform without a package', async () => {
    const { arch } = process;
    Object.defineProperty(process, 'arch', { value: 'pdp11' });
    try {
      await expect(start()).rejects.toThrow(/No PostgreSQL is installed for .* on pdp11[^]*DATABASE_URL/);
    } finally {
      Object.defineProperty(process, 'arch', { value: arch });
    }
  });

  test('a full disk', async () => {
    if (!mountSmallDisk(parent)) return console.log('Not shown: mounting a small disk is not allowed here.');
    try {
      const error = await start().catch((caught: unknown) => caught);
      expect(String(error)).toMatch(/could not create [^]*No space left on device[^]*DATABASE_URL/);
      expect(fs.readdirSync(parent)).toEqual(['postgres.password']);
    } finally {
      execFileSync('umount', [parent]);
    }
  });
});

describe('as root', () => {
  test('it runs as a user without rights, who owns the data', async () => {
    if (!isRoot) return console.log('Not shown: these tests do not run as root.');
    await start();
    const { uid } = fs.statSync(folder);
    expect(uid).not.toBe(0);
    expect(fs.statSync(pidFile()).uid).toBe(uid);
  });

  test('inside a folder that only root can enter, the data goes where that user can, and the log says so', async () => {
    if (!isRoot) return console.log('Not shown: these tests do not run as root.');
    fs.chmodSync(parent, 0o700);
    const said: string[] = [];
    const { url, dataFolder } = await start({ said });
    try {
      expect(await ask(url, 'select 1 as one')).toEqual([{ one: 1 }]);
      expect(dataFolder.startsWith('/var/')).toBe(true);
      expect(said.join()).toContain(`its data is in ${dataFolder}`);
      await running[0]?.stop();
      expect((await start()).dataFolder).toBe(dataFolder);
      await running[1]?.stop();
    } finally {
      fs.rmSync(join(dataFolder, '..'), { recursive: true, force: true });
    }
  });

  test('data of another user is run as that user', async () => {
    if (!isRoot) return console.log('Not shown: these tests do not run as root.');
    fs.chownSync(parent, SOME_USER, SOME_USER);
    const child = await startInChild({ uid: SOME_USER, env: { TMPDIR: parent } });
    await ask(child.told.url, 'create table kept as select 42 as answer');
    child.kill('SIGKILL');
    await untilGone();
    const asRoot = await start();
    expect(await ask(asRoot.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
    expect(fs.statSync(pidFile()).uid).toBe(SOME_USER);
  });
});

test('an ordinary user needs no rights on node_modules', async () => {
  if (!isRoot)
    return console.log('Not shown: only root can become another user; the other tests ran as one.');
  fs.chownSync(parent, SOME_USER, SOME_USER);
  const child = await startInChild({ uid: SOME_USER, env: { TMPDIR: parent } });
  expect(await ask(child.told.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  expect(fs.statSync(pidFile()).uid).toBe(SOME_USER);
});

function mountSmallDisk(path: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=755', 'tmpfs', path], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
