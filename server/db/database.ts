import pg from 'pg';
import { typesForOurQueries } from './columnTypes.ts';
import { preparedStatements, type PreparedStatements } from './preparedStatements.ts';

/** What a module with SQL needs: the database itself, or a transaction on it. */
export type Queryable = {
  /**
   * Rows of a statement. Parameters: an array becomes a Postgres array, so a JSON array must be
   * passed as text (`JSON.stringify`); moments are ISO text; `undefined` is refused by the types.
   */
  query<Row extends object = Record<string, unknown>>(sql: string, params?: readonly Param[]): Promise<Row[]>;
  /** For statements whose rows nobody reads: how many rows it touched. */
  execute(sql: string, params?: readonly Param[]): Promise<number>;
  /** pg-boss's side of the same connection: `boss.send(name, data, { db: tx })` enqueues inside our transaction. */
  executeSql(text: string, values?: unknown[]): Promise<{ rows: pg.QueryResultRow[] }>;
};

export type Param = string | number | bigint | boolean | object | null;

export type Transaction = Queryable;

export type Database = Queryable & {
  /**
   * Runs in one transaction: committed when the promise resolves, rolled back when it rejects. Run again
   * once after a deadlock or a serialization failure, so it must have no effect outside the database.
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** Waits for what runs and closes the connections; a second call does nothing. */
  close(): Promise<void>;
};

export type DatabaseOptions = {
  /** Connections at most. Default 10. */
  max?: number;
  /** A statement that takes longer fails as "unavailable". Default: none. */
  queryTimeoutMs?: number;
  /** Statements in use are kept prepared in each connection. Default: they are. */
  prepares?: boolean;
};

/** A webhook that waits for a connection must still be spooled and answered in time. */
const CONNECT_WITHIN_MS = 5_000;

/** A host that is gone without a word is noticed by its silence: seconds later, instead of two hours. */
export const KEPT_ALIVE = { keepAlive: true, keepAliveInitialDelayMillis: 10_000 };

const SERIALIZATION_FAILURE = '40001';
const DEADLOCK = '40P01';

export function openDatabase(url: string, options: DatabaseOptions = {}): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max ?? 10,
    connectionTimeoutMillis: CONNECT_WITHIN_MS,
    ...KEPT_ALIVE,
    types: typesForOurQueries,
    ...(options.queryTimeoutMs === undefined ? {} : { query_timeout: options.queryTimeoutMs }),
  });
  // Without listeners a restarted server would end this process. The query that runs into it gets the
  // error; an idle connection is replaced by the pool.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));

  const statements = preparedStatements(options.prepares ?? true);
  const alone = queryableOn(pool, statements);
  const again = async <T>(work: () => Promise<T>, isRetryable: (error: unknown) => boolean): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (!isRetryable(error)) throw error;
      return await work();
    }
  };
  let closed: Promise<void> | undefined;
  return {
    query: <Row extends object>(sql: string, params?: readonly Param[]) =>
      again(() => alone.query<Row>(sql, params), statements.gaveUpFor),
    execute: (sql, params) => again(() => alone.execute(sql, params), statements.gaveUpFor),
    executeSql: alone.executeSql,
    transaction: (work) =>
      again(
        () => runTransaction(pool, statements, work),
        (error) => isRetryable(error) || statements.gaveUpFor(error),
      ),
    close: () => (closed ??= pool.end()),
  };
}

function queryableOn(connection: pg.Pool | pg.PoolClient, statements: PreparedStatements): Queryable {
  return {
    query: async <Row extends object>(sql: string, params?: readonly Param[]) => {
      const result = await connection.query(statements.configOf(sql, params));
      return result.rows as Row[];
    },
    execute: async (sql, params) => {
      const result = await connection.query(statements.configOf(sql, params));
      return result.rowCount ?? 0;
    },
    // pg-boss counts on the driver's own types (Date for timestamptz).
    executeSql: (text, values) => connection.query({ text, ...(values ? { values } : {}), types: pg.types }),
  };
}

async function runTransaction<T>(
  pool: pg.Pool,
  statements: PreparedStatements,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let broken = false;
  try {
    await client.query('begin');
    const value = await work(queryableOn(client, statements));
    await commit(client);
    return value;
  } catch (error) {
    broken = isDatabaseUnavailable(error) || !(await rolledBack(client));
    throw error;
  } finally {
    client.release(broken);
  }
}

/** Postgres answers a commit after a swallowed error with ROLLBACK and no error: that must not pass for success. */
async function commit(client: pg.PoolClient): Promise<void> {
  const { command } = await client.query('commit');
  if (command !== 'COMMIT') {
    throw new Error(
      'The transaction was rolled back, because a statement in it had failed and its error was ignored.',
    );
  }
}

async function rolledBack(client: pg.PoolClient): Promise<boolean> {
  try {
    await client.query('rollback');
    return true;
  } catch {
    return false;
  }
}

function isRetryable(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === SERIALIZATION_FAILURE || code === DEADLOCK;
}

/** Codes of the network and classes of SQLSTATE that say "not now": nothing is wrong with the statement itself. */
const NETWORK_CODES = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN'],
  ...['EHOSTUNREACH', 'ENETUNREACH'],
  // A certificate that this machine does not trust, or no longer.
  ...['SELF_SIGNED_CERT_IN_CHAIN', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ...['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'CERT_HAS_EXPIRED', 'ERR_TLS_CERT_ALTNAME_INVALID'],
]);
/** 08 connection, 28 and 3D000 nobody let in (any more), 53 disk, memory or connections used up, 57P shutdown and start-up, 58 the server's own I/O, 25006 a standby. */
const UNAVAILABLE_SQLSTATE = /^(08...|28...|3D000|53...|57P0[1235]|58030|25006)$/;

/** pg's own failures carry no code; a database closed to connections says 55000, as other things do. */
const UNAVAILABLE_MESSAGE =
  /Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|Cannot use a pool after calling end|is not currently accepting connections|does not support SSL connections/;

/** Whether the database could not be reached or take the work now, so that the caller should keep it and try later. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { code, message, syscall, cause, errors } = error as Partial<Record<string, unknown>>;
  // A Unix socket without a server; any other missing file is not ours to judge.
  if (code === 'ENOENT') return syscall === 'connect';
  if (typeof code === 'string' && (NETWORK_CODES.has(code) || UNAVAILABLE_SQLSTATE.test(code))) return true;
  if (typeof message === 'string' && UNAVAILABLE_MESSAGE.test(message)) return true;
  return [cause, ...(Array.isArray(errors) ? (errors as unknown[]) : [])].some(isDatabaseUnavailable);
}
