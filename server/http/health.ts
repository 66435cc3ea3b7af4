import type { Router } from '@koa/router';
import { readdir } from 'node:fs/promises';
import { MIGRATIONS_FOLDER } from '../db/migrate.ts';
import type { Database } from '../db/database.ts';
import type { AppParts } from './appParts.ts';
import type { Spool } from './spool.ts';
import { withDeadline } from './withDeadline.ts';

/** Longer than any healthy answer, shorter than a load balancer's patience. */
const ANSWER_WITHIN_MS = 2_000;

/** `/healthz`: the process lives. `/readyz`: it can do its work, or the reasons why it cannot. */
export function addHealthRoutes(
  router: Router,
  { database, config, spool }: AppParts & { spool: Spool },
): void {
  router.get('/healthz', (ctx) => {
    ctx.body = { status: 'alive', version: config.version };
  });
  router.get('/readyz', async (ctx) => {
    const reasons = [...(await databaseProblems(database)), ...spoolProblems(spool)];
    ctx.status = reasons.length === 0 ? 200 : 503;
    ctx.body = { status: reasons.length === 0 ? 'ready' : 'notReady', reasons };
  });
}

async function databaseProblems(database: Database): Promise<string[]> {
  try {
    const onDisk = (await readdir(MIGRATIONS_FOLDER)).filter((name) => name.endsWith('.sql')).length;
    const [row] = await withDeadline(
      database.query<{ applied: number }>('select count(*) as applied from schema_migrations'),
      ANSWER_WITHIN_MS,
      'The database',
    );
    const applied = row?.applied ?? 0;
    if (applied >= onDisk) return [];
    return [`${onDisk - applied} migrations are not applied yet: a server that starts applies them.`];
  } catch {
    return [
      'The database does not answer: check that it runs and that DATABASE_URL is right. Webhooks are spooled.',
    ];
  }
}

function spoolProblems(spool: Spool): string[] {
  return spool.isFull()
    ? [
        'The webhook spool is full or cannot be written: restore the database, or free disk space under SPOOL_FOLDER.',
      ]
    : [];
}
