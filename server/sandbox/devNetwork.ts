import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { readConfig, type StartConfig } from '../config.ts';
import { updateConnection } from '../db/connections.ts';
import type { Job } from '../jobs/job.ts';
import { prepareBase, storeConnection, type NewConnection } from '../jobs/connect/connect.ts';
import { startRun } from '../jobs/runs.ts';
import type { Logger } from '../log.ts';
import { Secret } from '../secrets.ts';
import { startServer, type RunningServer, type ServerOptions } from '../start.ts';
import { startAirtableSimulator } from './airtable/index.ts';
import { placesIn } from './bothSidesAirtable.ts';
import { startBuildiumSimulator } from './buildium/index.ts';
import { simulatorClock, type SimulatorClock } from './clock.ts';

type BuildiumSimulator = Awaited<ReturnType<typeof startBuildiumSimulator>>;
type AirtableSimulator = Awaited<ReturnType<typeof startAirtableSimulator>>;

/**
 * The product between two simulated services: what the demo shows, the journeys walk through and the benchmark
 * measures is one and the same. Nothing in the product knows that the services are simulated.
 */
export type DevNetwork = {
  buildium: BuildiumSimulator;
  airtable: AirtableSimulator;
  server: RunningServer;
  simulatorClock: SimulatorClock;
  connectionId: string;
  job(): Promise<Job>;
  /** Stops the server and starts it again on the same database and at the same address. */
  restartServer(meanwhile?: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
};

export type DevNetworkOptions = {
  databaseUrl: string;
  log: Logger;
  seed: NonNullable<Parameters<typeof startBuildiumSimulator>[0]>['seed'];
  /** The moment up to which the seed tells; the services' present one when it is absent. */
  seedAtMs?: number;
  /** Median of the simulated services' answers; null answers at once. */
  latencyMs?: number | null;
  /** How much faster than real time the simulated services' clock runs. */
  speed?: number;
  /** The simulated services' clock, when the caller has one that it also gives the server. */
  simulatorClock?: SimulatorClock;
  clock?: Clock;
  /** Raises the server's pace where the simulated services were told to allow more than the real ones. */
  requestsPerSecond?: { buildium: number; airtable: number };
  settings?: unknown;
  /** Told of every call that the server makes to either service. */
  onCall?: ServerOptions['onCall'];
  environment?: Record<string, string>;
  /** What the server calls itself, where people sign in from a browser. */
  publicUrl?: string;
  spoolFolder?: string;
  /** Fixed ports, for people who keep pages open. */
  ports?: { server?: number; buildium?: number; airtable?: number };
};

const WEBHOOK_SECRET = 'sandbox-webhook-secret';

/** Where the environment has none. Credentials stay readable when the server is started again on the same database. */
const ENCRYPTION_KEYS = [{ id: 'sandbox', base64: randomBytes(32).toString('base64') }];

/** Starts both services and the server, and pairs them: tables made, webhooks set, nothing synced yet. */
export async function startDevNetwork(options: DevNetworkOptions): Promise<DevNetwork> {
  const services = await startServices(options);
  const server = await startServerOf(options);
  const { connectionId } = await pair(server, services, options);
  return networkOf(services, server, connectionId, options);
}

/** The parts as one: two services, and a server on a database that pairs them. */
export function networkOf(
  services: Services,
  server: RunningServer,
  connectionId: string,
  options: DevNetworkOptions,
): DevNetwork {
  // Whoever compares the two sides finds the tables again after a person has renamed them.
  const base = services.airtable.world.bases.get(services.airtable.baseId);
  if (base) placesIn(base);
  const network: DevNetwork = {
    ...services,
    server,
    connectionId,
    job: async () => {
      const found = await network.server.context.jobFor(connectionId);
      if (!found) throw new Error('The connection of the dev network is gone');
      return found;
    },
    restartServer: async (meanwhile) => {
      const { port } = new URL(network.server.url);
      await network.server.stop();
      await meanwhile?.();
      network.server = await startServerOf({ ...options, ports: { ...options.ports, server: Number(port) } });
    },
    close: async () => {
      await network.server.stop();
      await services.buildium.close();
      await services.airtable.close();
    },
  };
  return network;
}

export type Services = Pick<DevNetwork, 'buildium' | 'airtable' | 'simulatorClock'>;

/** Both services alone, nothing in the base yet. */
export async function startServices(options: DevNetworkOptions): Promise<Services> {
  const clock = options.simulatorClock ?? simulatorClock(Date.now(), options.speed ?? 1);
  const latencyMs = options.latencyMs ?? null;
  const buildium = await startBuildiumSimulator({
    seed: options.seed ?? 'story',
    clock,
    latencyMs,
    ...(options.seedAtMs === undefined ? {} : { seedAtMs: options.seedAtMs }),
    ...(options.ports?.buildium === undefined ? {} : { port: options.ports.buildium }),
  });
  const airtable = await startAirtableSimulator({
    clock,
    latencyMs: latencyMs === null ? null : { median: latencyMs },
    ...(options.ports?.airtable === undefined ? {} : { port: options.ports.airtable }),
  });
  const { requestsPerSecond } = options;
  if (requestsPerSecond) {
    buildium.world.rateLimit.perSecond = requestsPerSecond.buildium;
    Object.assign(airtable.world.limits.perSecond, {
      base: requestsPerSecond.airtable,
      token: requestsPerSecond.airtable * 10,
    });
  }
  return { buildium, airtable, simulatorClock: clock };
}

/** The server alone: a second process on the same database, or the same one again after a stop. */
export async function startServerOf(options: DevNetworkOptions): Promise<RunningServer> {
  return startServer({
    config: configFor(options),
    log: options.log,
    createServer,
    ...(options.clock ? { clock: options.clock } : {}),
    ...(options.onCall ? { onCall: options.onCall } : {}),
  });
}

/** Stores a connection between a Buildium account and a base, and makes the base's tables and the webhooks. */
export async function pair(
  server: RunningServer,
  { buildium, airtable }: Pick<Services, 'buildium'> & { airtable: BaseAndToken },
  options: Pick<DevNetworkOptions, 'settings'> = {},
): Promise<{ connectionId: string; webhookPath: string }> {
  const stored = await storeConnection(server.context, connectionTo(buildium, airtable, options));
  const job = await server.context.jobFor(stored.connectionId);
  if (!job) throw new Error('The connection of the dev network is gone');
  const prepared = await prepareBase(job, `${server.url}/webhooks/airtable/${stored.webhookPath}`);
  if (!prepared.ok) throw new Error(`The base could not be prepared: ${prepared.error.message}`);
  buildium.setWebhook(buildiumWebhook(server, stored));
  return stored;
}

/** What somebody enters at Buildium's webhooks page for a stored connection. */
export function buildiumWebhook(
  server: Pick<RunningServer, 'url'>,
  { webhookPath }: { webhookPath: string },
): { url: string; secret: string } {
  return { url: `${server.url}/webhooks/buildium/${webhookPath}`, secret: WEBHOOK_SECRET };
}

/** One base of the simulated Airtable, as a client reaches it. */
type BaseAndToken = Pick<AirtableSimulator, 'url' | 'baseId' | 'token'>;

/** Sets the connection going: everything is read and written once, then events take over. */
export async function startFirstSync(network: DevNetwork, by = 'demo'): Promise<{ runId: string }> {
  const { database } = network.server.context;
  await updateConnection(database, network.connectionId, { state: 'running' });
  return startRun(await network.job(), 'firstSync', by);
}

function connectionTo(
  buildium: BuildiumSimulator,
  airtable: BaseAndToken,
  options: Pick<DevNetworkOptions, 'settings'>,
): NewConnection {
  const { clientId, clientSecret } = buildium;
  return {
    name: buildium.world.records.companyName,
    buildium: {
      url: buildium.url,
      credentials: { kind: 'apiKey', clientId, clientSecret },
      webhookSecrets: [WEBHOOK_SECRET],
    },
    airtable: { url: airtable.url, contentUrl: airtable.url, baseId: airtable.baseId, token: airtable.token },
    timeZone: 'America/New_York',
    ...(options.settings === undefined ? {} : { settings: options.settings }),
  };
}

function configFor(options: DevNetworkOptions): StartConfig {
  const read = readConfig({ PORT: String(options.ports?.server ?? 0), ...options.environment }, 'demo');
  if (!read.ok) throw new Error(`The sandbox's settings are wrong:\n${read.error.join('\n')}`);
  return {
    ...read.value,
    host: '127.0.0.1',
    databaseUrl: new Secret(options.databaseUrl),
    encryptionKeys: read.value.encryptionKeys.length > 0 ? read.value.encryptionKeys : ENCRYPTION_KEYS,
    ...(options.requestsPerSecond
      ? {
          buildiumRequestsPerSecond: options.requestsPerSecond.buildium,
          airtableRequestsPerSecond: options.requestsPerSecond.airtable,
        }
      : {}),
    publicUrl: options.publicUrl ?? 'http://127.0.0.1',
    spoolFolder: options.spoolFolder ?? join(import.meta.dirname, '../../.data', `spool-${process.pid}`),
  };
}
