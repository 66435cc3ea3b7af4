import { readConfig, type Config } from '../config.ts';
import type { Context } from '../context.ts';
import { listConnections, type ConnectionRow } from '../db/connections.ts';
import { isDatabaseUnavailable } from '../db/database.ts';
import { databaseFailure } from '../db/databaseFailure.ts';
import { startEmbeddedPostgres } from '../db/embeddedPostgres.ts';
import type { Job } from '../jobs/job.ts';
import { createLogger } from '../log.ts';
import { textFlag, type Invocation } from './command.ts';
import { CliProblem, EXIT, type ExitCode } from './problem.ts';

export type ContextWish = {
  /** The command takes work from the queue itself. */
  works?: boolean;
};

/** Opens the database and everything on it, runs the command, and closes all of it again. */
export async function withContext(
  invocation: Invocation,
  work: (context: Context) => Promise<ExitCode>,
  wish: ContextWish = {},
): Promise<ExitCode> {
  const config = cliConfig(invocation);
  // A running server of the same folder is joined; otherwise the embedded database runs as long as the command.
  const embedded = config.databaseUrl ? null : await startEmbeddedPostgres();
  const databaseUrl = config.databaseUrl?.reveal() ?? embedded?.url ?? '';
  try {
    const context = await invocation.createContext({
      config: {
        ...config,
        worker: wish.works ? 'all' : 'web',
        databasePoolSize: Math.min(config.databasePoolSize, 5),
      },
      databaseUrl,
      ...(config.databaseListenUrl ? { listenUrl: config.databaseListenUrl.reveal() } : {}),
      // Prose is the command's own, and LOG_LEVEL is set for the server: its lines are shown to who looks for a fault.
      log: createLogger(FOR_FAULTS.has(config.logLevel) ? config.logLevel : 'fatal', invocation.errorOutput),
    });
    try {
      return await work(context);
    } finally {
      await context.close();
    }
  } catch (error) {
    const why = databaseFailure(error);
    if (why === null) throw error;
    const meanwhile = isDatabaseUnavailable(error)
      ? ` Meanwhile a running sync keeps Buildium's webhooks in ${invocation.environment['SPOOL_FOLDER'] ?? '.data/spool'} and stores them afterwards.`
      : '';
    throw new CliProblem(`${why}${meanwhile}`);
  } finally {
    await embedded?.stop();
  }
}

const FOR_FAULTS: ReadonlySet<string> = new Set(['debug', 'trace'] satisfies Config['logLevel'][]);

export function cliConfig(invocation: Invocation): Config {
  const config = readConfig(invocation.environment, 'cli');
  if (config.ok) return config.value;
  throw new CliProblem(
    ['The command cannot start:', ...config.error.map((line) => `  - ${line}`)].join('\n'),
    EXIT.wrongUse,
  );
}

/** The connection that is meant: the named one, or the only one. */
export async function chosenConnection(context: Context, { flags }: Invocation): Promise<ConnectionRow> {
  const connections = await listConnections(context.database);
  const wanted = textFlag(flags, 'connection');
  if (wanted !== undefined) {
    const found = connections.find((row) => row.connectionId === wanted || row.name === wanted);
    if (found) return found;
    throw new CliProblem(`There is no connection ${wanted}. ${listed(connections)}`, EXIT.wrongUse);
  }
  const [only, ...others] = connections;
  if (only && others.length === 0) return only;
  throw new CliProblem(
    only
      ? `There are ${connections.length} connections: say which with --connection. ${listed(connections)}`
      : 'There is no connection yet: `npm run cli -- setup` makes one.',
    EXIT.wrongUse,
  );
}

export async function jobOf(context: Context, connectionId: string): Promise<Job> {
  const job = await context.jobFor(connectionId).catch((error: unknown) => {
    if (isDatabaseUnavailable(error)) throw error;
    // Its stored keys do not open: the message says what to do.
    throw new CliProblem(error instanceof Error ? error.message : String(error));
  });
  if (!job) throw new CliProblem(`There is no connection ${connectionId}.`, EXIT.wrongUse);
  return job;
}

/** Runs with the job of the chosen connection. */
export function withJob(
  invocation: Invocation,
  work: (job: Job, connection: ConnectionRow, context: Context) => Promise<ExitCode>,
): Promise<ExitCode> {
  return withContext(invocation, async (context) => {
    const connection = await chosenConnection(context, invocation);
    return work(await jobOf(context, connection.connectionId), connection, context);
  });
}

/** Who did it, in the audit. */
export const BY_CLI = 'cli';

function listed(connections: readonly ConnectionRow[]): string {
  if (connections.length === 0) return 'There is none yet: `npm run cli -- setup` makes one.';
  return `They are: ${connections.map((row) => `${row.connectionId} (${row.name})`).join(', ')}.`;
}
