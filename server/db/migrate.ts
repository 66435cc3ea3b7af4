import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Database, Queryable } from './database.ts';

export type MigrateOptions = {
  /** Default: `migrations` beside this module. */
  folder?: string;
  nowMs: number;
};

type Migration = { version: number; name: string; sql: string; checksum: string };
type Applied = { version: number; name: string; checksum: string };

export const MIGRATIONS_FOLDER = join(import.meta.dirname, 'migrations');

const FILE_NAME = /^(\d{4})_([a-z0-9_]+)\.sql$/;

/** Any number will do, as long as nothing else in the database locks by it. */
const LOCK = 7_264_518_302;

/** The database and the files on disk do not fit together, or a migration failed: the start must stop. */
export class MigrationError extends Error {
  override name = 'MigrationError';
}

/**
 * Brings the database up to the newest `NNNN_name.sql`, forward only, each file in its own transaction.
 * Several processes may start at once: each file is applied under a lock by whoever comes first.
 * @returns the names of the files that this call applied.
 */
export async function migrate(database: Database, options: MigrateOptions): Promise<string[]> {
  const migrations = readMigrations(options.folder ?? MIGRATIONS_FOLDER);
  const appliedHere: string[] = [];
  for (;;) {
    const name = await database.transaction((tx) => applyNext(tx, migrations, options.nowMs));
    if (name === null) return appliedHere;
    appliedHere.push(name);
  }
}

async function applyNext(
  tx: Queryable,
  migrations: readonly Migration[],
  nowMs: number,
): Promise<string | null> {
  // Held until this transaction ends, so that it also works through a connection pooler.
  await tx.query('select pg_advisory_xact_lock($1)', [LOCK]);
  await tx.query(`
    create table if not exists schema_migrations (
      version integer constraint schema_migrations_pkey primary key,
      name text not null,
      checksum text not null,
      applied_at timestamptz not null
    )`);
  const applied = await tx.query<Applied>(
    'select version, name, checksum from schema_migrations order by version',
  );
  refuseDifferences(applied, migrations);
  const next = migrations[applied.length];
  if (!next) return null;

  await run(tx, next);
  await tx.query(
    'insert into schema_migrations (version, name, checksum, applied_at) values ($1, $2, $3, $4)',
    [next.version, next.name, next.checksum, new Date(nowMs).toISOString()],
  );
  return next.name;
}

/** Applied files must be the first ones on disk, unchanged. */
function refuseDifferences(applied: readonly Applied[], migrations: readonly Migration[]): void {
  for (const [index, row] of applied.entries()) {
    if (row.version !== index + 1) {
      throw new MigrationError(
        `schema_migrations lists ${row.name} but not migration ${index + 1}: rows were deleted from it. Restore the table from a backup.`,
      );
    }
    const file = migrations[index];
    if (!file) {
      throw new MigrationError(
        `The database has migration ${row.name}, which this program does not know: a newer version of the program ` +
          `has used it. Start that version (or a newer one).`,
      );
    }
    if (file.name !== row.name || file.checksum !== row.checksum) {
      throw new MigrationError(
        `Migration ${row.name} was changed after it was applied to this database (on disk: ${file.name}). ` +
          `Put the file back as it was and write the change as a new migration.`,
      );
    }
  }
}

async function run(tx: Queryable, migration: Migration): Promise<void> {
  try {
    await tx.query(migration.sql);
  } catch (error) {
    const { message, position, code } = error as { message: string; position?: string; code?: string };
    if (code === '40001' || code === '40P01') throw error;
    const line =
      position === undefined ? '' : ` (line ${migration.sql.slice(0, Number(position)).split('\n').length})`;
    throw new MigrationError(
      `Migration ${migration.name} failed${line} and was rolled back: ${message}. Mend the cause and start again.`,
      { cause: error },
    );
  }
}

function readMigrations(folder: string): Migration[] {
  const migrations = sqlFilesIn(folder).map((file) => {
    const match = FILE_NAME.exec(file);
    if (!match)
      throw new MigrationError(`${join(folder, file)} is not named like 0001_what_it_does.sql. Rename it.`);
    // A checkout on Windows may end lines differently; that is no change.
    const sql = readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n');
    const checksum = createHash('sha256').update(sql).digest('hex');
    return { version: Number(match[1]), name: file.slice(0, -'.sql'.length), sql, checksum };
  });
  for (const [index, { version, name }] of migrations.entries()) {
    if (version !== index + 1) {
      throw new MigrationError(
        `Migration ${name} in ${folder} should be number ${String(index + 1).padStart(4, '0')}: numbers start at 0001 and leave no gap.`,
      );
    }
  }
  return migrations;
}

function sqlFilesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((file) => file.endsWith('.sql'))
      .sort();
  } catch (error) {
    throw new MigrationError(`The migrations cannot be read from ${folder}: ${(error as Error).message}.`, {
      cause: error,
    });
  }
}
