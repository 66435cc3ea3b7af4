import { join } from 'node:path';
import { openDatabase, type Database } from '../../server/db/database.ts';
import type { Seed } from '../../server/sandbox/buildium/seed.ts';
import { startChild, type Child } from './childProcess.ts';
import type { BenchOptions } from './measurement.ts';
import type { ServerCalls } from './server.ts';
import type { SharedTime } from './sharedTime.ts';
import type { SimulatorCalls } from './simulators.ts';

export type Connected = { index: number; connectionId: string; webhookUrl: string; secret: string };

/** The product between two simulated services, each in its own process, on a database of its own. */
export type Setting = {
  simulators: Child<SimulatorCalls>;
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
  poolSize?: number;
};

export async function openSetting(bench: BenchOptions, input: SettingInput): Promise<Setting> {
  const {
    seeds,
    speed = 1,
    latencyMs = LATENCY_MS,
    webhookLagMs = null,
    transactionsAMonth = null,
    poolSize = 10,
  } = input;
  const time: SharedTime = { startedAtMs: Date.now(), speed };
  const databaseUrl = await bench.newDatabase();
  const simulators = startChild<SimulatorCalls>('./simulators.ts');
  const server = startChild<ServerCalls>('./server.ts');
  const database = openDatabase(databaseUrl, { max: 4 });
  const close = async (): Promise<void> => {
    await server.stop();
    await simulators.stop();
    await database.close();
  };
  try {
    const spoolFolder = join(bench.scratchFolder, 'spool');
    const { accounts, bases } = await simulators.call('start', {
      ...{ time, seeds, latencyMs, webhookLagMs, transactionsAMonth },
    });
    const { url: serverUrl } = await server.call('start', { databaseUrl, time, poolSize, spoolFolder });
    const connections = await Promise.all(
      accounts.map(async (account, index): Promise<Connected> => {
        const base = bases[index];
        if (!base) throw new Error(`Account ${index} has no base`);
        const connected = await server.call('connect', { account, base, name: `Bench ${index}` });
        await simulators.call('setWebhook', { index, url: connected.webhookUrl, secret: connected.secret });
        return { index, ...connected };
      }),
    );
    return { simulators, server, serverUrl, database, databaseUrl, time, connections, close };
  } catch (error) {
    await close();
    throw error;
  }
}

export function onlyConnection({ connections }: Setting): Connected {
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
