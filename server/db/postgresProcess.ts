import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { join } from 'node:path';
import type { RunAs } from './postgresFiles.ts';

/** Where a server lives and as whom it runs. */
export type Place = {
  dataFolder: string;
  binaries: string;
  user: RunAs | undefined;
  password: string;
  passwordFile: string;
};

export type PostgresProcess = {
  hasEnded: () => boolean;
  end: Promise<void>;
  /** A fast shutdown: open transactions are rolled back, what was committed is on disk. */
  stop: () => Promise<void>;
  /** The last lines that it wrote, for an error. */
  lastLines: () => string;
};

/** How much of an old log is kept at a start. */
const LARGEST_LOG_BYTES = 10_000_000;

/**
 * The shell between us and Postgres waits on a pipe that only we hold: the kernel closes it when we end,
 * even by SIGKILL, and the shell then asks Postgres for a fast shutdown, again until it has heard (it
 * ignores the signal in its first milliseconds). `detached` keeps a Ctrl-C in the terminal from reaching
 * Postgres before we have finished with it.
 */
const GUARD = `
  exec 3<&0
  "$@" </dev/null 3<&- & server=$!
  { read -r _ <&3; while kill -INT $server 2>/dev/null; do sleep 1; done; } & guard=$!
  wait $server; code=$?
  kill $guard 2>/dev/null
  exit $code`;

const isWindows = process.platform === 'win32';

export function launchPostgres(place: Place, port: number, durable: boolean): PostgresProcess {
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    `port=${port}`,
    'max_connections=200',
    'timezone=UTC',
    'log_timezone=UTC',
    ...(durable ? [] : ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']),
  ];
  const postgres = join(place.binaries, 'bin', 'postgres');
  const parameters = ['-D', place.dataFolder, ...settings.flatMap((setting) => ['-c', setting])];
  const [command, ...rest] = isWindows ? [postgres] : ['/bin/sh', '-c', GUARD, 'sh', postgres];
  const log = openLog(place);
  const server = spawn(command ?? postgres, [...rest, ...parameters], {
    ...processOptions(place),
    detached: !isWindows,
    stdio: ['pipe', log.descriptor, log.descriptor],
  });
  fs.closeSync(log.descriptor);
  // Neither keeps a finished program alive; its end is what stops Postgres.
  server.unref();
  (server.stdin as unknown as { unref(): void } | null)?.unref();

  let ended = false;
  let spawnFailure = '';
  const end = once(server, 'exit')
    .catch((error: Error) => (spawnFailure = error.message))
    .then(() => {
      ended = true;
      server.stdin?.destroy();
    });
  const stop = async (): Promise<void> => {
    server.ref();
    if (ended) return;
    if (isWindows) stopOnWindows(place);
    else server.stdin?.end();
    await end;
  };
  return { hasEnded: () => ended, end, stop, lastLines: () => spawnFailure || lastLines(log.written()) };
}

/** Fills an empty folder. Throws with what initdb said. */
export async function runInitdb(place: Place, folder: string, durable: boolean): Promise<void> {
  const encoding = ['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const login = ['-U', 'postgres', '--auth=scram-sha-256', `--pwfile=${place.passwordFile}`];
  const initdb = spawn(
    join(place.binaries, 'bin', 'initdb'),
    ['-D', folder, ...login, ...encoding, ...(durable ? [] : ['--no-sync'])],
    { ...processOptions(place), stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let said = '';
  const listen = (chunk: unknown): void => void (said += String(chunk));
  initdb.stdout.on('data', listen);
  initdb.stderr.on('data', listen);
  const failure = await once(initdb, 'close').then(
    ([code]) => (code === 0 ? null : `initdb ended with ${code}`),
    (error: Error) => error.message,
  );
  if (failure) throw new Error(said ? lastLines(said) : failure);
}

function openLog(place: Place): { descriptor: number; written(): string } {
  const file = `${place.dataFolder}.log`;
  const size = fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LARGEST_LOG_BYTES) fs.truncateSync(file);
  const descriptor = fs.openSync(file, 'a', 0o600);
  const start = fs.fstatSync(descriptor).size;
  return { descriptor, written: () => fs.readFileSync(file).subarray(start).toString() };
}

/** The shell's pipe does not exist there. */
function stopOnWindows(place: Place): void {
  const pgCtl = join(place.binaries, 'bin', 'pg_ctl');
  spawn(pgCtl, ['stop', '-m', 'fast', '-D', place.dataFolder], { stdio: 'ignore' });
}

/** A clean environment: PGDATA, PGPORT and the locale of whoever starts us must not reach Postgres. */
function processOptions(place: Place) {
  const environment = { LC_ALL: 'C', PATH: '/usr/bin:/bin' };
  return { cwd: '/', ...(isWindows ? {} : { env: environment }), ...place.user };
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-15).join('\n') || 'It wrote nothing.';
}
