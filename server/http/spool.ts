import { mkdir, open, readdir, readFile, rename, stat, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Logger } from '../log.ts';

/**
 * Lines on disk for the time without a database: each group is fsynced before its webhooks are answered.
 * A line may be replayed twice (after a crash, or when two processes share the folder), and none is lost:
 * whoever stores them must know a line again.
 */
export type Spool = {
  /** Keeps all of the lines or none. @returns `full` when there is no room, by our limit or the disk's. */
  append(lines: readonly string[]): Promise<'kept' | 'full'>;
  sizeBytes(): number;
  /** Nearly no room is left, or the last group could not be written: what comes next may be refused. */
  isFull(): boolean;
  /** Hands the lines over in the order they came; what `store` resolves for is forgotten. @returns how many. */
  replay(store: (lines: readonly string[]) => Promise<void>): Promise<number>;
  close(): Promise<void>;
};

export type SpoolOptions = { folder: string; maxBytes: number; log: Logger; newId: () => string };

const SUFFIX = '.spool';
const BATCH = 500;
/** Read whole at replay, so none may grow too long. */
const FILE_AT_MOST = 8 * 1024 * 1024;
const NEARLY_FULL = 0.9;
const UNWRITABLE = new Set('ENOSPC EDQUOT EROFS EIO EACCES EPERM ENOENT EMFILE ENFILE'.split(' '));

type Active = { path: string; handle: FileHandle; bytes: number };

/** Takes over what earlier processes left in the folder. */
export async function openSpool({ folder, maxBytes, log, newId }: SpoolOptions): Promise<Spool> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const sealed = await takeOver(folder, newId, log);
  let active: Active | null = null;
  let wasRefused = false;
  let last: Promise<unknown> = Promise.resolve();
  /** One step at a time: an append never meets the sealing of its file. */
  const inTurn = <T>(step: () => Promise<T>): Promise<T> => {
    const turn = last.then(step, step);
    last = turn.catch(() => undefined);
    return turn;
  };
  const sizeBytes = (): number => sealed.reduce((sum, file) => sum + file.bytes, active?.bytes ?? 0);

  const seal = async (): Promise<void> => {
    if (!active) return;
    const { handle, path, bytes } = active;
    active = null;
    await handle.close();
    if (bytes > 0) sealed.push({ path, bytes });
    else await unlink(path).catch(() => undefined);
  };
  const append = async (lines: readonly string[]): Promise<'kept' | 'full'> => {
    const text = Buffer.from(lines.map((line) => `${checksum(line)} ${line}\n`).join(''));
    if (sizeBytes() + text.length > maxBytes) return 'full';
    try {
      if (active && active.bytes > FILE_AT_MOST) await seal();
      active ??= await startFile(folder, newId);
      await writeDurably(active, text);
      // Another process that starts takes over every file it finds: what it may have missed is written again.
      if (await isStillOurs(active)) return 'kept';
      await active.handle.close();
      active = await startFile(folder, newId);
      await writeDurably(active, text);
      return 'kept';
    } catch (error) {
      if (!UNWRITABLE.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
      log.error(
        { error, folder },
        'The webhook spool cannot be written: free disk space or set SPOOL_FOLDER.',
      );
      return 'full';
    }
  };

  return {
    append: (lines) =>
      inTurn(async () => {
        const kept = await append(lines);
        wasRefused = kept === 'full';
        return kept;
      }),
    sizeBytes,
    isFull: () => wasRefused || sizeBytes() > maxBytes * NEARLY_FULL,
    replay: async (store) => {
      await inTurn(seal);
      let replayed = 0;
      for (let file = sealed[0]; file; file = sealed[0]) {
        const lines = await readLines(file.path, log);
        for (let from = 0; from < lines.length; from += BATCH) await store(lines.slice(from, from + BATCH));
        replayed += lines.length;
        await unlink(file.path).catch(() => undefined);
        sealed.shift();
      }
      wasRefused = false;
      return replayed;
    },
    close: () => inTurn(seal),
  };
}

/** Renaming a file makes it ours; ids grow with time, so that the names keep the order. */
async function takeOver(
  folder: string,
  newId: () => string,
  log: Logger,
): Promise<{ path: string; bytes: number }[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(SUFFIX)).sort();
  const taken = [];
  for (const name of names) {
    const path = join(folder, `${newId()}${SUFFIX}`);
    try {
      await rename(join(folder, name), path);
      taken.push({ path, bytes: (await stat(path)).size });
    } catch (error) {
      log.warn(
        { error, name },
        'Another process took this spool file over, or has it open: it is left there.',
      );
    }
  }
  return taken;
}

async function startFile(folder: string, newId: () => string): Promise<Active> {
  const path = join(folder, `${newId()}${SUFFIX}`);
  const handle = await open(path, 'ax', 0o600);
  await syncFolder(folder);
  return { path, handle, bytes: 0 };
}

/** A new file survives a crash of the machine only once its folder is on disk too; Windows cannot and need not. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A write that fails half-way is cut off again, so that the next line does not continue it. */
async function writeDurably(file: Active, text: Buffer): Promise<void> {
  try {
    await file.handle.writeFile(text);
    await file.handle.datasync();
    file.bytes += text.length;
  } catch (error) {
    await file.handle.truncate(file.bytes).catch(() => undefined);
    throw error;
  }
}

async function isStillOurs(file: Active): Promise<boolean> {
  const [ours, there] = await Promise.all([file.handle.stat(), stat(file.path).catch(() => null)]);
  return there !== null && there.ino === ours.ino && there.dev === ours.dev;
}

async function readLines(path: string, log: Logger): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    // Taken over by a process that started meanwhile: it replays what the file holds.
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const kept: string[] = [];
  let torn = 0;
  for (const entry of text.split('\n').slice(0, -1)) {
    const line = entry.slice(entry.indexOf(' ') + 1);
    if (entry.startsWith(`${checksum(line)} `)) kept.push(line);
    else torn += 1;
  }
  if (torn > 0 || !(text === '' || text.endsWith('\n'))) {
    log.warn(
      { path },
      'The spool ends in a torn line of a crash: its webhook was never answered, and comes again.',
    );
  }
  return kept;
}

function checksum(line: string): string {
  return crc32(line).toString(16).padStart(8, '0');
}
