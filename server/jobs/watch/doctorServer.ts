import { readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { isExampleAddress } from '../../addresses.ts';
import type { Config } from '../../config.ts';
import type { Database } from '../../db/database.ts';
import { fine, note, problem, type Finding } from './finding.ts';

/** The oldest PostgreSQL that the migrations are written for. */
const OLDEST_POSTGRES = 140_000;

/** A queue, a listener and a migration beside the pool. */
const CONNECTIONS_BESIDE_POOL = 6;

const LITTLE_DISK_BYTES = 1_073_741_824;

/** A group of webhooks may not fit any more. */
const NEARLY_FULL = 0.9;

/** The database and the disk: what every connection stands on. */
export async function examineServer(
  database: Database,
  config: Pick<Config, 'databasePoolSize' | 'spoolFolder' | 'spoolMaxBytes' | 'publicUrl' | 'databaseUrl'>,
): Promise<Finding[]> {
  return [
    ...configFindings(config),
    ...(await databaseFindings(database, config.databasePoolSize)),
    ...(await diskFindings(config.spoolFolder, config.spoolMaxBytes)),
  ];
}

function configFindings({ publicUrl, databaseUrl }: Pick<Config, 'publicUrl' | 'databaseUrl'>): Finding[] {
  const findings: Finding[] = [];
  if (publicUrl === null) {
    const message = 'PUBLIC_URL is not set here: webhook addresses cannot be told.';
    findings.push(note('Configuration', message, 'Give commands the same environment as the server.'));
  }
  if (publicUrl !== null && isExampleAddress(publicUrl)) {
    const message = `PUBLIC_URL is the example's, ${publicUrl}: no webhook reaches this server.`;
    findings.push(note('Configuration', message, 'Set it to the https address of this server.'));
  }
  if (databaseUrl === null) {
    const message = 'The embedded PostgreSQL is in use.';
    findings.push(
      note('Configuration', message, 'For production set DATABASE_URL to one that is backed up.'),
    );
  }
  return findings.length > 0 ? findings : [fine('Configuration', 'Complete.')];
}

async function databaseFindings(database: Database, poolSize: number): Promise<Finding[]> {
  const [row] = await database.query<{
    version: number;
    text: string;
    used: number;
    most: number;
    migration: string;
  }>(
    `select current_setting('server_version_num')::int as version, current_setting('server_version') as text,
       (select count(*) from pg_stat_activity where backend_type = 'client backend')::int as used,
       current_setting('max_connections')::int as most,
       (select name from schema_migrations order by version desc limit 1) as migration`,
  );
  if (!row) return [problem('Database', 'It answers nothing.')];
  if (row.version < OLDEST_POSTGRES)
    return [problem('Database', `PostgreSQL ${row.text} is too old.`, 'Move to PostgreSQL 14 or later.')];
  const left = row.most - row.used;
  const findings = [fine('Database', `PostgreSQL ${row.text}, migrated to ${row.migration}.`)];
  if (left < poolSize + CONNECTIONS_BESIDE_POOL) {
    const message = `${row.used} of ${row.most} database connections are in use; one more process takes up to ${poolSize + CONNECTIONS_BESIDE_POOL}.`;
    const whatToDo =
      'Lower DATABASE_POOL_SIZE, raise max_connections, or put PgBouncer in front (with DATABASE_LISTEN_URL).';
    findings.push(left < 3 ? problem('Database', message, whatToDo) : note('Database', message, whatToDo));
  }
  return findings;
}

/** The spool and the room it has. */
export async function diskFindings(folder: string, spoolMaxBytes: number): Promise<Finding[]> {
  const findings: Finding[] = [];
  const waiting = await spooledBytes(folder);
  if (waiting > 0) {
    const message = `${inWords(waiting)} of webhooks that came while the database was away wait in ${folder}.`;
    const whatToDo = 'A running server stores them by itself within seconds; else `npm run cli -- replay`.';
    findings.push(
      waiting < spoolMaxBytes * NEARLY_FULL
        ? note('Spool', message, whatToDo)
        : problem(
            'Spool',
            `${message} That is nearly all that may wait there (${inWords(spoolMaxBytes)}): further webhooks are answered 503, and Buildium sends them again later.`,
            `Bring the database back. ${whatToDo} Or raise SPOOL_MAX_BYTES.`,
          ),
    );
  }
  const free = await freeBytes(folder);
  if (free !== null && free < Math.max(LITTLE_DISK_BYTES, spoolMaxBytes)) {
    const message = `Only ${Math.round(free / 1_048_576)} MiB are free where the spool lies (${folder}).`;
    findings.push(problem('Disk', message, 'Free some space, or set SPOOL_FOLDER to a larger disk.'));
  }
  return findings.length > 0
    ? findings
    : [fine('Disk', 'Room for the webhook spool, and nothing waits in it.')];
}

function inWords(bytes: number): string {
  return bytes < 1_048_576 ? `${Math.ceil(bytes / 1024)} KiB` : `${Math.round(bytes / 1_048_576)} MiB`;
}

async function spooledBytes(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(
    names
      .filter((name) => name.endsWith('.spool'))
      .map((name) =>
        stat(join(folder, name)).then(
          (file) => file.size,
          () => 0,
        ),
      ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** The folder may not be there before the first start. */
async function freeBytes(folder: string): Promise<number | null> {
  for (let path = folder; ; path = join(path, '..')) {
    const found = await statfs(path).catch(() => null);
    if (found) return found.bavail * found.bsize;
    if (path === join(path, '..')) return null;
  }
}
