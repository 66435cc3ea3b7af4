import type { Router } from '@koa/router';
import { readdir } from 'node:fs/promises';
import { unreachable } from '../../shared/result.ts';
import { MIGRATIONS_FOLDER } from '../db/migrate.ts';
import type { Database } from '../db/database.ts';
import type { AppParts } from './appParts.ts';
import type { Spool } from './spool.ts';
import { withDeadline } from './withDeadline.ts';

/** Longer than any healthy answer, shorter than a load balancer's patience. */
const ANSWER_WITHIN_MS = 2_000;

/**
 * `/healthz`: the process lives. `/readyz`: requests may come here, and what is wrong. Without the database they still
 * may: nobody else would take Buildium's webhooks, and twenty that fail in a row suspend its subscription.
 */
export function addHealthRoutes(
  router: Router,
  { database, config, spool }: AppParts & { spool: Spool },
): void {
  router.get('/healthz', (ctx) => {
    ctx.body = { status: 'alive', version: config.version };
  });
  router.get('/readyz', async (ctx) => {
    const stored = await databaseState(database);
    const reasons = [...stored.reasons, ...spoolProblems(spool)];
    const status = readiness(stored.state, spool);
    ctx.status = status === 'notReady' ? 503 : 200;
    ctx.body = { status, reasons };
  });
}

type DatabaseState = 'there' | 'away' | 'notMigrated';

function readiness(state: DatabaseState, spool: Spool): 'ready' | 'spooling' | 'notReady' {
  switch (state) {
    case 'there':
      return 'ready';
    case 'away':
      return spool.isFull() ? 'notReady' : 'spooling';
    case 'notMigrated':
      return 'notReady';
    default:
      return unreachable(state);
  }
}

async function databaseState(database: Database): Promise<{ state: DatabaseState; reasons: string[] }> {
  try {
    const onDisk = (await readdir(MIGRATIONS_FOLDER)).filter((name) => name.endsWith('.sql')).length;
    const [row] = await withDeadline(
      database.query<{ applied: number }>('select count(*) as applied from schema_migrations'),
      ANSWER_WITHIN_MS,
      'The database',
    );
    const missing = onDisk - (row?.applied ?? 0);
    if (missing <= 0) return { state: 'there', reasons: [] };
    const reason = `${missing} migrations are not applied yet: a server that starts applies them.`;
    return { state: 'notMigrated', reasons: [reason] };
  } catch {
    const reason =
      'The database does not answer: check that it runs and that DATABASE_URL is right. Webhooks are spooled.';
    return { state: 'away', reasons: [reason] };
  }
}

function spoolProblems(spool: Spool): string[] {
  return spool.isFull()
    ? [
        'The webhook spool is full or cannot be written: restore the database, or free disk space under SPOOL_FOLDER.',
      ]
    : [];
}
