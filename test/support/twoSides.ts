import { readConfig } from '../../server/config.ts';
import { createContext, type Context } from '../../server/context.ts';
import { storeConnection } from '../../server/jobs/connect/connect.ts';
import type { Job } from '../../server/jobs/job.ts';
import { silentLogger } from '../../server/log.ts';
import { actAsPerson } from '../../server/sandbox/airtable/person.ts';
import { startAirtableSimulator, type AirtableSimulator } from '../../server/sandbox/airtable/index.ts';
import { startBuildiumSimulator, type BuildiumSimulator } from '../../server/sandbox/buildium/index.ts';
import { freshDatabase, type FreshDatabase } from './database.ts';

export const ENCRYPTION_KEY = `test:${Buffer.alloc(32, 7).toString('base64')}`;

type PersonAction = Parameters<typeof actAsPerson>[1];

/** Both simulators and a database, with nothing connected yet. */
export type TwoSides = {
  buildium: BuildiumSimulator;
  airtable: AirtableSimulator;
  fresh: FreshDatabase;
  /** What a person does in the grid. */
  inAirtable(action: PersonAction): Record<string, unknown>;
  /** Rows of a table, cells by field name. */
  rows(table: string): { id: string; cells: Record<string, unknown> }[];
  close(): Promise<void>;
};

export async function startTwoSides(): Promise<TwoSides> {
  const buildium = await startBuildiumSimulator();
  const airtable = await startAirtableSimulator();
  const fresh = await freshDatabase();
  // The real pace is what the tests of the budget are for.
  buildium.world.rateLimit.perSecond = 1_000;
  Object.assign(airtable.world.limits.perSecond, { base: 1_000, token: 10_000 });
  return {
    buildium,
    airtable,
    fresh,
    inAirtable: (action) => actAsPerson(airtable.world, action, airtable.clock.nowMs()),
    rows: (name) => {
      const [base] = airtable.world.bases.values();
      const found = base?.tables.find((table) => table.name === name);
      if (!found) throw new Error(`There is no table ${name}`);
      return [...found.rows.values()].map((row) => ({
        id: row.id,
        cells: Object.fromEntries(
          [...row.cells].map(([fieldId, cell]) => [found.field(fieldId)?.name ?? fieldId, cell]),
        ),
      }));
    },
    close: async () => {
      await buildium.close();
      await airtable.close();
      await fresh.drop();
    },
  };
}

/** A context as a process has it, at a pace that costs no time. */
export async function contextOn({ fresh }: Pick<TwoSides, 'fresh'>): Promise<Context> {
  const config = readConfig(
    { ENCRYPTION_KEYS: ENCRYPTION_KEY, DATABASE_URL: fresh.url, WORKER: 'web' },
    'cli',
  );
  if (!config.ok) throw new Error(config.error.join('\n'));
  return createContext({
    config: { ...config.value, buildiumRequestsPerSecond: 500, airtableRequestsPerSecond: 500 },
    databaseUrl: fresh.url,
    log: silentLogger(),
  });
}

/** A connection between the two that is stored and has not begun. */
export async function connectTwoSides(context: Context, { buildium, airtable }: TwoSides): Promise<Job> {
  const { clientId, clientSecret } = buildium;
  const { connectionId } = await storeConnection(context, {
    name: 'Test',
    buildium: {
      url: buildium.url,
      credentials: { kind: 'apiKey', clientId, clientSecret },
      webhookSecrets: ['secret'],
    },
    airtable: { url: airtable.url, contentUrl: airtable.url, baseId: airtable.baseId, token: airtable.token },
    timeZone: 'America/New_York',
  });
  return jobOn(context, connectionId);
}

/** The connection's job as it is stored now. */
export async function jobOn(context: Context, connectionId: string): Promise<Job> {
  const job = await context.jobFor(connectionId);
  if (!job) throw new Error(`There is no connection ${connectionId}`);
  return job;
}
