import { once } from 'node:events';
import type { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp } from './app.ts';
import type { Clock } from './clock.ts';
import type { Config, StartConfig } from './config.ts';
import { createContext, type Context, type ContextOptions } from './context.ts';
import { startEmbeddedPostgres, type EmbeddedPostgres } from './db/embeddedPostgres.ts';
import { openConnectionDirectory } from './http/connectionDirectory.ts';
import { createMetrics } from './http/metrics.ts';
import type { Job } from './jobs/job.ts';
import { startWorker, type Worker } from './jobs/worker.ts';
import type { Logger } from './log.ts';
import { VERSION } from './version.ts';

export type RunningServer = {
  url: string;
  context: Context;
  /** Takes no more work, finishes what runs within the grace period, and closes everything. */
  stop(): Promise<void>;
};

export type ServerOptions = {
  config: StartConfig;
  log: Logger;
  createServer: typeof createHttpServer;
  clock?: Clock;
  /** Told of every call out, as the demo shows them. */
  onCall?: ContextOptions['onCall'];
  /** Where the embedded database keeps its data, when there is no DATABASE_URL. */
  dataFolder?: string;
};

/** The whole server: database, queue, workers and HTTP, in the roles that the config names. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { config, log } = options;
  const embedded = config.databaseUrl ? null : await startEmbedded(options);
  const databaseUrl = config.databaseUrl?.reveal() ?? embedded?.url ?? '';
  const metrics = createMetrics();
  const context = await createContext({
    config,
    databaseUrl,
    ...(config.databaseListenUrl ? { listenUrl: config.databaseListenUrl.reveal() } : {}),
    log,
    ...(options.clock ? { clock: options.clock } : {}),
    onCall: (record) => {
      metrics.callOut(record);
      options.onCall?.(record);
    },
    onDelay: (resource, delayMs) => metrics.delay(resource, delayMs),
  });
  const worker = config.worker === 'web' ? writeCallsDown(context) : await startJobs(context);
  const connections = await openConnectionDirectory(context);
  const app = await createApp({
    ...context,
    config: httpConfig(config),
    metrics,
    connections,
    jobOf: jobsOf(context),
  });
  const server = options.createServer(app.handler);
  server.listen(config.port, config.host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${config.host === '0.0.0.0' ? '127.0.0.1' : config.host}:${port}`,
    context,
    stop: async () => {
      server.close();
      context.stopJobs();
      server.closeIdleConnections();
      await app.close();
      await worker.stop();
      await context.close();
      server.closeAllConnections();
      await embedded?.stop();
    },
  };
}

async function startEmbedded({ log, dataFolder }: ServerOptions): Promise<EmbeddedPostgres> {
  log.warn(
    'DATABASE_URL is not set: the embedded PostgreSQL starts. For production use a managed one with backups.',
  );
  return startEmbeddedPostgres({
    log: { info: (message) => log.info(message) },
    ...(dataFolder ? { dataFolder } : {}),
  });
}

async function startJobs(context: Context): Promise<Worker> {
  return startWorker({ ...context, onRound: () => context.outbound.flushCallCounts(context.database) });
}

const CALLS_WRITTEN_EVERY_MS = 30_000;

/** Without a worker's rounds: what this process asks of both services counts against their quotas too. */
function writeCallsDown({ clock, log, outbound, database }: Context): Pick<Worker, 'stop'> {
  const stopping = new AbortController();
  const writing = (async () => {
    for (;;) {
      await clock.sleep(CALLS_WRITTEN_EVERY_MS, stopping.signal).catch(() => undefined);
      if (stopping.signal.aborted) return;
      await outbound
        .flushCallCounts(database)
        .catch((error: unknown) => log.warn({ error }, 'Calls were not written down; it is tried again.'));
    }
  })();
  return {
    stop: async () => {
      stopping.abort();
      await writing;
    },
  };
}

function httpConfig(config: StartConfig): Parameters<typeof createApp>[0]['config'] {
  return {
    publicUrl: config.publicUrl,
    corsOrigins: config.corsOrigins,
    trustProxy: config.trustedProxies,
    metricsToken: config.metricsToken,
    spoolFolder: config.spoolFolder,
    spoolMaxBytes: config.spoolMaxBytes,
    version: VERSION,
  };
}

/** The job of a connection that is known to be there. */
export function jobsOf({ jobFor }: Pick<Context, 'jobFor'>): (connectionId: string) => Promise<Job> {
  return async (connectionId) => {
    const found = await jobFor(connectionId);
    if (!found) throw new Error(`There is no connection ${connectionId}`);
    return found;
  };
}

export type { Config };
