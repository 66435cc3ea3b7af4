import { hash } from 'node:crypto';
import pg from 'pg';
import { typesForOurQueries } from '../../server/db/columnTypes.ts';
import type { Database, Param, Queryable } from '../../server/db/database.ts';
import { createReadMemory } from './readMemory.ts';
import type { Scheduler, SimulatedProcess } from './scheduler.ts';

/** The one connection that all simulated processes share: only one of them is ever at it. */
export type SharedClient = {
  client: pg.Client;
  run(sql: string, params?: readonly Param[]): Promise<pg.QueryResult<pg.QueryResultRow>>;
  /** The tables were changed behind its back. */
  forget(): void;
  /** Work that is taken back whole when it throws or says so. */
  atOnce<T>(work: () => Promise<T>, isTakenBack?: (value: T) => boolean): Promise<T>;
  /** From here on everything is one transaction: the next start finds the tables as they are now. */
  startOver(): Promise<void>;
  close(): Promise<void>;
};

/** What a seed wrote is dead when the next one starts, and autovacuum hears of none of it: scans would read all of it. */
const STARTS_A_VACUUM = 25;

export async function openSharedClient(url: string): Promise<SharedClient> {
  const client = new pg.Client({ connectionString: url, types: typesForOurQueries });
  client.on('error', () => undefined);
  await client.connect();
  await client.query('set synchronous_commit = off; set jit = off');
  const { rows } = await client.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'public'`,
  );
  const memory = createReadMemory(rows.map(({ name }) => name));
  const names = new Map<string, string>();
  let last: Promise<unknown> = Promise.resolve();
  let isWithin = false;
  let starts = 0;
  // One after the other: a transaction may ask for several things at once.
  const inTurn = <T>(ask: () => Promise<T>): Promise<T> => {
    const mine = last.then(ask);
    last = mine.catch(() => undefined);
    return mine;
  };
  return {
    client,
    run: (sql, params = []) =>
      inTurn(async () => {
        const known = memory.recall(sql, params);
        if (known) return known;
        // Prepared once: the same few statements come again a thousand times a seed.
        const name = names.get(sql) ?? hash('sha1', sql, 'base64url');
        names.set(sql, name);
        const result: pg.QueryResult<pg.QueryResultRow> = await client.query({
          name,
          text: sql,
          values: [...params],
        });
        if (result.rows.length > 1 && !isOrdered(sql)) sortRows(result.rows);
        memory.note(sql, params, result);
        return result;
      }),
    forget: () => memory.forget(),
    atOnce: async (work, isTakenBack = () => false) => {
      const { begin, commit, rollback } = isWithin ? SAVEPOINT : TRANSACTION;
      const takeBack = async (): Promise<void> => {
        await client.query(rollback);
        memory.forget();
      };
      await client.query(begin);
      try {
        const value = await work();
        if (isTakenBack(value)) await takeBack();
        else await client.query(commit);
        return value;
      } catch (error) {
        await takeBack();
        throw error;
      }
    },
    startOver: async () => {
      if (isWithin) await client.query('rollback');
      starts += 1;
      if (starts % STARTS_A_VACUUM === 0) await client.query('vacuum');
      await client.query('begin');
      isWithin = true;
      memory.forget();
    },
    close: () => client.end(),
  };
}

const TRANSACTION = { begin: 'begin', commit: 'commit', rollback: 'rollback' };
const SAVEPOINT = {
  begin: 'savepoint work',
  commit: 'release savepoint work',
  rollback: 'rollback to savepoint work; release savepoint work',
};

const ordered = new Map<string, boolean>();

/** Whether the statement itself asks for an order, and not only a part of it in parentheses. */
function isOrdered(sql: string): boolean {
  const known = ordered.get(sql);
  if (known !== undefined) return known;
  let outer = sql;
  for (let inner = ''; inner !== outer; ) [inner, outer] = [outer, outer.replace(/\([^()]*\)/g, '')];
  const isIt = /\border by\b/.test(outer);
  ordered.set(sql, isIt);
  return isIt;
}

/** SQL promises no order then, and Postgres gives one that depends on where earlier seeds have left room in the table. */
function sortRows(rows: pg.QueryResultRow[]): void {
  const keyed = rows.map((row) => ({ row, key: JSON.stringify(row) }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : 1));
  for (const [index, { row }] of keyed.entries()) rows[index] = row;
}

export function queryableOver(
  shared: SharedClient,
  before: (sql: string, params?: readonly Param[]) => void | Promise<void>,
): Queryable {
  const run = async (sql: string, params?: readonly Param[]): Promise<pg.QueryResult<pg.QueryResultRow>> => {
    await before(sql, params);
    return shared.run(sql, params);
  };
  return {
    query: async <Row extends object>(sql: string, params?: readonly Param[]) =>
      (await run(sql, params)).rows as Row[],
    execute: async (sql, params) => (await run(sql, params)).rowCount ?? 0,
    executeSql: async (text, values) => {
      await before(text);
      shared.forget();
      return shared.client.query({ text, ...(values ? { values } : {}) });
    },
  };
}

export type DatabaseWatch = {
  /** Sees every statement and its parameters before it runs. */
  onStatement(sql: string, params: readonly Param[] | undefined, inTransaction: boolean): void;
  /** After how many statements of this transaction its process dies; null when it lives. */
  diesAfter(): number | null;
  onDeath(): void;
};

/**
 * The database of one simulated process: each statement outside a transaction and each transaction is one gate.
 * A transaction is one step, since nobody can see the inside of it; a process may die within it.
 */
export function gatedDatabase(
  shared: SharedClient,
  scheduler: Scheduler,
  process: SimulatedProcess,
  watch: DatabaseWatch,
): Database {
  const plain = queryableOver(shared, (sql, params) => watch.onStatement(sql, params, false));
  const pass = <T>(sql: string, act: () => Promise<T>): Promise<T> =>
    scheduler.pass(process, labelOf(sql), act);
  return {
    query: (sql, params) => pass(sql, () => plain.query(sql, params)),
    execute: (sql, params) => pass(sql, () => plain.execute(sql, params)),
    executeSql: (text, values) => pass(text, () => plain.executeSql(text, values)),
    transaction: (work) =>
      scheduler.pass(process, 'transaction', () => carryOut(shared, watch, process, work)),
    close: () => Promise.resolve(),
  };
}

async function carryOut<T>(
  shared: SharedClient,
  watch: DatabaseWatch,
  process: SimulatedProcess,
  work: (tx: Queryable) => Promise<T>,
): Promise<T> {
  const diesAfter = watch.diesAfter();
  let statements = 0;
  let died: () => void = () => undefined;
  const death = new Promise<'dead'>((resolve) => {
    died = () => resolve('dead');
  });
  const tx = queryableOver(shared, (sql, params) => {
    if (statements === diesAfter) {
      process.isAlive = false;
      died();
      return new Promise<never>(() => undefined);
    }
    statements += 1;
    watch.onStatement(sql, params, true);
    return undefined;
  });
  // Nobody else is at the database: what is not taken back needs no begin and no commit.
  if (diesAfter === null) return work(tx);
  const done = await shared.atOnce(
    () => Promise.race([work(tx).then((value) => ({ value })), death]),
    (outcome) => outcome === 'dead',
  );
  if (done !== 'dead') return done.value;
  watch.onDeath();
  // Nobody is left to see it.
  return undefined as T;
}

/** `insert into marks`, `select from links`: enough to count crash points by. */
function labelOf(sql: string): string {
  const [verb = ''] = /^\s*\w+/.exec(sql) ?? [];
  const [, table = ''] = /(?:from|into|update)\s+(\w+)/.exec(sql) ?? [];
  return `${verb.trim()} ${table}`;
}
