import { once } from 'node:events';
import * as fs from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import * as files from './postgresFiles.ts';
import { launchPostgres, runInitdb, type Place } from './postgresProcess.ts';
import { isAlive, removeStalePidFile, runningServer } from './postmasterPid.ts';

export type EmbeddedPostgres = {
  url: string;
  /** Where the data really lies: not the wanted folder where root's Postgres could not enter that. */
  dataFolder: string;
  /** Ends the server that this call started; one that was already running is left to its owner. */
  stop(): Promise<void>;
};

export type EmbeddedPostgresOptions = {
  /** Default: `.data/postgres` in the project. */
  dataFolder?: string;
  /** false: nothing is forced to disk. For tests. */
  durable?: boolean;
  /** A fixed port, so that a server can come back at the same address. Default: a free one. */
  port?: number;
  log?: { info(message: string): void };
};

const DEFAULT_DATA_FOLDER = resolve(import.meta.dirname, '../../.data/postgres');

const DRAFT = '.new-';

/** Recovery after a crash with a full write-ahead log takes its time. */
const READY_WITHIN_MS = 60_000;

const START_ATTEMPTS = 3;

/**
 * Starts the PostgreSQL that comes with `npm ci`, or joins the one that already runs on this data folder.
 * It listens on loopback only and ends with this process, however that ends.
 *
 * On Windows the last point does not hold: a killed parent leaves the server running, and the next start
 * joins it. It also refuses to run for an administrator there: use an ordinary account or DATABASE_URL.
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions = {},
): Promise<EmbeddedPostgres> {
  const wanted = resolve(options.dataFolder ?? DEFAULT_DATA_FOLDER);
  try {
    return await startIn(wanted, options);
  } catch (error) {
    const { syscall, message } = error as NodeJS.ErrnoException;
    if (syscall === undefined) throw error;
    throw new Error(
      `PostgreSQL cannot use ${wanted}: ${message}. Make room there, or give it to the user who starts this. ${files.OWN_SERVER_HINT}`,
      { cause: error },
    );
  }
}

async function startIn(wanted: string, options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const durable = options.durable ?? true;
  const place = prepare(wanted, options.log);
  if (!fs.existsSync(join(place.dataFolder, 'PG_VERSION'))) await initialise(place, durable);
  files.giveTo(place.user, place.dataFolder);

  let failure = '';
  for (let attempt = 0; attempt < START_ATTEMPTS; attempt += 1) {
    const joined = await joinRunning(place);
    if (joined) return joined;
    removeStalePidFile(place.dataFolder);
    const started = await startOn(options.port ?? (await freePort()), place, durable);
    if (typeof started !== 'string') return started;
    // The port was taken in between, or another process started this very folder: look again.
    failure = started;
  }
  throw new Error(
    `PostgreSQL did not start in ${place.dataFolder}. Its last lines:\n${failure}\n${files.OWN_SERVER_HINT}`,
  );
}

function prepare(wanted: string, log: EmbeddedPostgresOptions['log']): Place {
  const user = files.userFor(wanted);
  const binaries = files.postgresBinaries(user);
  const dataFolder = files.reachableDataFolder(wanted, user);
  if (dataFolder !== wanted) {
    log?.info(
      `PostgreSQL cannot run as root and no other user can enter ${wanted}: its data is in ${dataFolder}.`,
    );
  }
  const { file, password } = files.passwordFor(dataFolder, user);
  return { dataFolder, binaries, user, password, passwordFile: file };
}

/** A new data folder appears whole or not at all: a start that is killed half-way leaves nothing to trip over. */
async function initialise(place: Place, durable: boolean): Promise<void> {
  removeLeftDrafts(place.dataFolder);
  const draft = `${place.dataFolder}${DRAFT}${process.pid}`;
  fs.mkdirSync(draft, { mode: 0o700 });
  files.giveTo(place.user, draft);
  try {
    await runInitdb(place, draft, durable);
  } catch (error) {
    fs.rmSync(draft, { recursive: true, force: true });
    throw new Error(
      `PostgreSQL could not create ${place.dataFolder}. Its last lines:\n${(error as Error).message}\n${files.OWN_SERVER_HINT}`,
      { cause: error },
    );
  }
  try {
    fs.renameSync(draft, place.dataFolder);
  } catch (error) {
    fs.rmSync(draft, { recursive: true, force: true });
    // Another process created it meanwhile: that one is as good.
    if (fs.existsSync(join(place.dataFolder, 'PG_VERSION'))) return;
    throw new Error(
      `${place.dataFolder} holds something that is no PostgreSQL data folder. Empty it or name another folder.`,
      { cause: error },
    );
  }
}

/** Only of processes that are gone: another first start may be at work beside us. */
function removeLeftDrafts(dataFolder: string): void {
  const prefix = `${basename(dataFolder)}${DRAFT}`;
  for (const name of fs.readdirSync(dirname(dataFolder))) {
    if (!name.startsWith(prefix)) continue;
    const pid = Number(name.slice(prefix.length));
    if (pid === process.pid || !isAlive(pid))
      fs.rmSync(join(dirname(dataFolder), name), { recursive: true, force: true });
  }
}

async function joinRunning(place: Place): Promise<EmbeddedPostgres | null> {
  const giveUpAt = performance.now() + READY_WITHIN_MS;
  for (;;) {
    const running = runningServer(place.dataFolder);
    if (!running) return null;
    const url = urlOf(place, running.port);
    if (await answers(url)) return { url, dataFolder: place.dataFolder, stop: async () => {} };
    if (performance.now() > giveUpAt) {
      throw new Error(
        `Process ${running.pid} runs PostgreSQL on ${place.dataFolder} but does not answer on port ${running.port}. End it and start again.`,
      );
    }
    await delay(20);
  }
}

/** @returns what Postgres wrote when it ended before it answered. */
async function startOn(port: number, place: Place, durable: boolean): Promise<EmbeddedPostgres | string> {
  const server = launchPostgres(place, port, durable);
  const url = urlOf(place, port);
  const giveUpAt = performance.now() + READY_WITHIN_MS;
  while (!server.hasEnded()) {
    // Whatever else holds the port may keep us waiting: the end of our own server ends that.
    const isReady = await Promise.race([answers(url), server.end]);
    if (isReady) return { url, dataFolder: place.dataFolder, stop: server.stop };
    if (performance.now() > giveUpAt) await server.stop();
    else await delay(20);
  }
  return server.lastLines();
}

function urlOf(place: Place, port: number): string {
  return `postgres://postgres:${place.password}@127.0.0.1:${port}/postgres`;
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === '28P01') {
      throw new Error(
        'The running PostgreSQL refuses the password kept beside its data folder: another one is on this port.',
      );
    }
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
