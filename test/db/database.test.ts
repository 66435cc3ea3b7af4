import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PgBoss } from 'pg-boss';
import { isDatabaseUnavailable, openDatabase } from '../../server/db/database.ts';
import { freshDatabase, type FreshDatabase } from '../support/database.ts';

let fresh: FreshDatabase;
beforeAll(async () => {
  fresh = await freshDatabase();
  await fresh.database.query('create table counter (name text primary key, value bigint not null)');
});
afterAll(() => fresh.drop());

describe('what a column becomes', () => {
  test.each([
    ['a bigint is a number', 'select 9007199254740991::bigint as it', Number.MAX_SAFE_INTEGER],
    ['an array of bigints is numbers', "select '{1,null,3}'::bigint[] as it", [1, null, 3]],
    [
      'a numeric keeps every digit as text',
      'select 12345678901234567890.10::numeric as it',
      '12345678901234567890.10',
    ],
    ['a date is its text', "select date '2026-02-28' as it", '2026-02-28'],
    ['an array of dates is texts', "select array[date '2026-02-28'] as it", ['2026-02-28']],
    [
      'a moment is ISO in UTC',
      "select timestamptz '2026-11-22 18:59:00.123456+02' as it",
      '2026-11-22T16:59:00.123Z',
    ],
    [
      'a moment without fraction too',
      "select timestamptz '2026-11-22 18:59:00+00' as it",
      '2026-11-22T18:59:00.000Z',
    ],
    [
      'an array of moments too',
      "select array[timestamptz '2026-11-22 18:59+00'] as it",
      ['2026-11-22T18:59:00.000Z'],
    ],
    ['an endless moment stays text', "select timestamptz 'infinity' as it", 'infinity'],
    ['JSON is parsed', `select '{"a": [1]}'::jsonb as it`, { a: [1] }],
  ])('%s', async (_sentence, sql, expected) => {
    expect(await fresh.database.query(sql)).toEqual([{ it: expected }]);
  });

  test('a moment in another session time zone is the same moment', async () => {
    const rows = await fresh.database.transaction(async (tx) => {
      await tx.query("set local time zone 'Asia/Kolkata'");
      return tx.query("select timestamptz '2026-11-22 12:00+00' as it");
    });
    expect(rows).toEqual([{ it: '2026-11-22T12:00:00.000Z' }]);
  });

  test('a bigint that no number holds is an error that says what to do', async () => {
    await expect(fresh.database.query('select 9007199254740993::bigint as it')).rejects.toThrow(
      /select it as text/,
    );
  });

  test('pg-boss reads through the same connection with the driver’s own types', async () => {
    const { rows } = await fresh.database.executeSql('select now() as it, $1::text as echo', ['x']);
    expect(rows[0]?.['it']).toBeInstanceOf(Date);
  });
});

describe('a transaction', () => {
  test('is undone when its work fails', async () => {
    const { database } = fresh;
    await expect(
      database.transaction(async (tx) => {
        await tx.query("insert into counter values ('undone', 1)");
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(await database.query("select from counter where name = 'undone'")).toEqual([]);
  });

  test('does not pass for committed when an error inside it was swallowed', async () => {
    const work = fresh.database.transaction(async (tx) => {
      await tx.query("insert into counter values ('swallowed', 1)");
      await tx.query('select 1/0').catch(() => undefined);
    });
    await expect(work).rejects.toThrow(/its error was ignored/);
  });

  test('runs again once after a deadlock, and both sides arrive', async () => {
    const { database } = fresh;
    await database.query("insert into counter values ('a', 0), ('b', 0)");
    let release: () => void = () => undefined;
    const bothHoldOne = new Promise<void>((resolve) => (release = resolve));
    let holding = 0;
    let runs = 0;
    const isSomebodyWaiting = async (): Promise<boolean> =>
      (
        await database.query(
          `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        )
      ).length > 0;
    // One of the two notices the deadlock: Postgres looks once, so that one has to begin its waiting last.
    const addBoth = (first: string, second: string, noticesAfter: '10ms' | '1min'): Promise<void> =>
      database.transaction(async (tx) => {
        runs += 1;
        // Again at once it could take its first row before the other one has woken up, and the two would meet once more.
        if (runs === 3) await other;
        await tx.query(`set local deadlock_timeout = '${noticesAfter}'`);
        await tx.execute('update counter set value = value + 1 where name = $1', [first]);
        holding += 1;
        if (holding === 2) release();
        await bothHoldOne;
        if (noticesAfter === '10ms' && runs === 2) while (!(await isSomebodyWaiting()));
        await tx.execute('update counter set value = value + 1 where name = $1', [second]);
      });
    const one = addBoth('a', 'b', '10ms');
    const other = addBoth('b', 'a', '1min');
    await Promise.all([one, other]);
    expect(runs).toBe(3);
    expect(await database.query("select value from counter where name in ('a', 'b')")).toEqual([
      { value: 2 },
      { value: 2 },
    ]);
  });

  test('runs again once only', async () => {
    let runs = 0;
    const work = fresh.database.transaction(async (tx) => {
      runs += 1;
      await tx.query("do $$ begin raise exception 'busy' using errcode = '40001'; end $$");
    });
    await expect(work).rejects.toThrow('busy');
    expect(runs).toBe(2);
  });

  test('execute counts the rows it touched', async () => {
    expect(await fresh.database.execute("insert into counter values ('x', 1), ('y', 1)")).toBe(2);
  });
});

describe('a database that goes away', () => {
  test('a cut connection is an "unavailable" error, and the next query gets a new one', async () => {
    const database = openDatabase(fresh.url, { max: 1 });
    const [row] = await database.query<{ pid: number }>('select pg_backend_pid() as pid');
    const cutInTheMiddle = database.transaction(async (tx) => {
      await fresh.database.query('select pg_terminate_backend($1)', [row?.pid ?? 0]);
      await tx.query('select 1');
    });
    const error = await cutInTheMiddle.catch((caught: unknown) => caught);
    expect(isDatabaseUnavailable(error)).toBe(true);
    expect(await database.query('select 1 as one')).toEqual([{ one: 1 }]);
    await database.close();
  });

  test('nothing listening is unavailable', async () => {
    const database = openDatabase('postgres://postgres:x@127.0.0.1:1/none');
    const error = await database.query('select 1').catch((caught: unknown) => caught);
    expect(isDatabaseUnavailable(error)).toBe(true);
    await database.close();
  });

  test('a statement over its time limit is unavailable and gives its connection up', async () => {
    const database = openDatabase(fresh.url, { max: 1, queryTimeoutMs: 100 });
    const error = await database
      .transaction((tx) => tx.query('select pg_sleep(60)'))
      .catch((caught: unknown) => caught);
    expect(isDatabaseUnavailable(error)).toBe(true);
    expect(await database.query('select 1 as one')).toEqual([{ one: 1 }]);
    await database.close();
  });

  test.each([
    ['53100', true],
    ['53200', true],
    ['53300', true],
    ['57P01', true],
    ['57P03', true],
    ['08006', true],
    ['25006', true],
    ['23505', false],
    ['42P01', false],
    ['40001', false],
    ['57014', false],
  ])('SQLSTATE %s: unavailable is %s', (code, expected) => {
    expect(isDatabaseUnavailable(Object.assign(new Error('from Postgres'), { code }))).toBe(expected);
  });

  test('the cause is looked at, and a missing file is no missing database', () => {
    const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    expect(isDatabaseUnavailable(new Error('outer', { cause: refused }))).toBe(true);
    expect(isDatabaseUnavailable(new AggregateError([refused]))).toBe(true);
    expect(isDatabaseUnavailable(Object.assign(new Error('open'), { code: 'ENOENT', syscall: 'open' }))).toBe(
      false,
    );
    expect(isDatabaseUnavailable('text')).toBe(false);
  });
});

test('pg-boss enqueues inside our transaction: a job of a rolled back one never was', async () => {
  const boss = new PgBoss({ connectionString: fresh.url, schedule: false, supervise: false });
  await boss.start();
  await boss.createQueue('wake');
  const { database } = fresh;
  await database.transaction((tx) => boss.send('wake', { kept: true }, { db: tx }));
  const failed = database.transaction(async (tx) => {
    await boss.send('wake', { kept: false }, { db: tx });
    throw new Error('no');
  });
  await expect(failed).rejects.toThrow('no');
  expect((await boss.fetch('wake', { batchSize: 10 })).map((job) => job.data)).toEqual([{ kept: true }]);
  await boss.stop({ graceful: false });
});

test('closing twice is closing once', async () => {
  const database = openDatabase(fresh.url);
  await Promise.all([database.close(), database.close()]);
});
