import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';

export type RunningServer = { pid: number; port: number };

/** The server that holds the data folder now, by the file that Postgres itself keeps there. */
export function runningServer(dataFolder: string): RunningServer | null {
  const noted = readPidFile(dataFolder);
  return noted && isPostgres(noted.pid, dataFolder) ? noted : null;
}

/**
 * After a power cut the number in the file may belong to another program by now. Postgres would then
 * refuse to start ("lock file already exists"); a number that belongs to nobody it handles itself.
 */
export function removeStalePidFile(dataFolder: string): void {
  const noted = readPidFile(dataFolder);
  if (!noted || !isAlive(noted.pid) || isPostgres(noted.pid, dataFolder)) return;
  // Read again at the last moment: a server that has just started must keep its file.
  if (readPidFile(dataFolder)?.pid === noted.pid) fs.rmSync(pidFile(dataFolder), { force: true });
}

function pidFile(dataFolder: string): string {
  return join(dataFolder, 'postmaster.pid');
}

/** Line 1 is the process, line 4 the port; a server that is just starting has not written all of them. */
function readPidFile(dataFolder: string): RunningServer | null {
  let lines: string[];
  try {
    lines = fs.readFileSync(pidFile(dataFolder), 'utf8').split('\n');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const pid = Number(lines[0]);
  return Number.isInteger(pid) && pid > 0 ? { pid, port: Number(lines[3]) || 0 } : null;
}

/** Also true for a process of another user. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function isPostgres(pid: number, dataFolder: string): boolean {
  if (!isAlive(pid)) return false;
  if (process.platform === 'win32') return true;
  try {
    if (process.platform !== 'linux') {
      return execFileSync('ps', ['-o', 'comm=', '-p', String(pid)], { encoding: 'utf8' })
        .trim()
        .endsWith('postgres');
    }
    // The state after the name: a zombie is dead.
    if (!/\(postgres\) [^ZX]/.test(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'))) return false;
  } catch {
    return false;
  }
  try {
    return fs.readlinkSync(`/proc/${pid}/cwd`) === fs.realpathSync(dataFolder);
  } catch {
    // Root in a container may not look: the name has to do.
    return true;
  }
}
