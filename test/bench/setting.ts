import { join } from 'node:path';
import { openDatabase, type Database } from '../../server/db/database.ts';
import type { Seed } from '../../server/sandbox/buildium/seed.ts';
import type { AirtableCalls } from './airtableProcess.ts';
import type { BuildiumCalls } from './buildiumProcess.ts';
import { startChild, type Child } from './childProcess.ts';
import type { BenchOptions } from './measurement.ts';
import type { ServerCalls } from './serverProcess.ts';
import type { SharedTime } from './sharedTime.ts';
import { allocatorSettings, startFlags } from './startFlags.ts';

export type Connected = {
  index: number;
  connectionId: string;
  baseId: string;
  webhookUrl: string;
  secret: string;
};

/** The product between two simulated services, each in its own process, on a database of its own. */
export type Setting = {
  buildium: Child<BuildiumCalls>;
  airtable: Child<AirtableCalls>;
  server: Child<ServerCalls>;
  serverUrl: string;
  database: Database;
  databaseUrl: string;
  time: SharedTime;
  connections: Connected[];
  close(): Promise<void>;
};

/** What real services take to answer; the simulators draw around it. */
export const LATENCY_MS = 120;

export type SettingInput = {
  /** One connection for each. */
  seeds: Seed[];
  speed?: number;
  latencyMs?: number | null;
  /** Between an event and its webhook; null draws half a second to three. */
  webhookLagMs?: number | null;
  /** Filled up with charges until each of the seed's months has so many. */
  transactionsAMonth?: number;
  /** How many of Airtable's five requests a second the server uses. */
  airtableRequestsPerSecond?: number;
};

export async function openSetting(bench: BenchOptions, input: SettingInput): Promise<Setting> {
  const { seeds, speed = 1, latencyMs = LATENCY_MS, webhookLagMs = null, transactionsAMonth = null } = input;
  const time: SharedTime = { startedAtMs: Date.now(), speed };
  const databaseUrl = await bench.newDatabase();
  const buildium = startChild<BuildiumCalls>('./buildiumProcess.ts');
  const airtable = startChild<AirtableCalls>('./airtableProcess.ts');
  const server = startChild<ServerCalls>('./serverProcess.ts', {
    flags: startFlags(),
    environment: allocatorSettings(),
  });
  const database = openDatabase(databaseUrl, { max: 4 });
  const close = async (): Promise<void> => {
    for (const child of [server, buildium, airtable]) await child.stop();
    await database.close();
  };
  try {
    const spoolFolder = join(bench.scratchFolder, 'spool');
    const accounts = await buildium.call('start', {
      ...{ time, seeds, latencyMs, webhookLagMs, transactionsAMonth },
    });
    const bases = await airtable.call('start', { time, bases: seeds.length, latencyMs });
    const { url: serverUrl } = await server.call('start', {
      ...{ databaseUrl, time, spoolFolder, airtableRequestsPerSecond: input.airtableRequestsPerSecond ?? 5 },
    });
    const connections = await Promise.all(
      accounts.map(async (account, index): Promise<Connected> => {
        const base = bases[index];
        if (!base) throw new Error(`Account ${index} has no base`);
        const connected = await server.call('connect', { account, base, name: `Bench ${index}` });
        await buildium.call('setWebhook', {
          index,
          subscription: { url: connected.webhookUrl, secret: connected.secret },
        });
        return { index, baseId: base.baseId, ...connected };
      }),
    );
    return { buildium, airtable, server, serverUrl, database, databaseUrl, time, connections, close };
  } catch (error) {
    await close();
    throw error;
  }
}

export function onlyConnection({ connections }: Pick<Setting, 'connections'>): Connected {
  const [connection] = connections;
  if (!connection) throw new Error('The setting has no connection');
  return connection;
}

/** Waits for a fact, at most so long; false when it did not come. */
export async function eventually(
  fact: () => Promise<boolean>,
  { withinMs, everyMs = 25 }: { withinMs: number; everyMs?: number },
): Promise<boolean> {
  const deadlineMs = Date.now() + withinMs;
  while (!(await fact())) {
    if (Date.now() > deadlineMs) return false;
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  return true;
}

/** Nothing is left to look at, and nothing came for a moment after. */
export async function quiet(setting: Setting, restMs = 3_000): Promise<void> {
  await eventually(
    async () => {
      const [row] = await setting.database.query<{ due: number }>(
        `select count(*) as due from marks where parked_at is null`,
      );
      return row?.due === 0;
    },
    { withinMs: 120_000, everyMs: 100 },
  );
  await new Promise((resolve) => setTimeout(resolve, restMs));
}
