import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { openDatabase, type Database } from '../../server/db/database.ts';
import { freshDatabase, type FreshDatabase } from '../support/database.ts';

let fresh: FreshDatabase;
/** Of one connection, so that what it has prepared can be seen. */
let database: Database;
beforeAll(async () => {
  fresh = await freshDatabase();
  await fresh.database.query('create table rents (unit text primary key, cents integer not null)');
});
afterAll(() => fresh.drop());
beforeEach(() => {
  database = openDatabase(fresh.url, { max: 1 });
});
afterEach(() => database.close());

const INSERT = 'insert into rents (unit, cents) values ($1, $2) on conflict (unit) do update set cents = $2';
const SELECT = 'select cents from rents where unit = $1';

async function prepared(of: Database): Promise<string[]> {
  const rows = await of.query<{ statement: string }>('select statement from pg_prepared_statements');
  return rows.map(({ statement }) => statement);
}

async function asked(of: Database, times: number): Promise<unknown[]> {
  const found: unknown[] = [];
  for (let time = 0; time < times; time += 1) {
    await of.execute(INSERT, ['1A', time]);
    found.push(...(await of.query(SELECT, ['1A'])));
  }
  return found;
}

test('what is asked over and over is prepared, what is asked once is not', async () => {
  expect(await asked(database, 6)).toEqual([0, 1, 2, 3, 4, 5].map((cents) => ({ cents })));
  await database.query('select $1::text as once', ['x']);
  expect((await prepared(database)).toSorted()).toEqual([INSERT, SELECT]);
});

test('a connection that knows nothing of it, as a pooler may give us, is no error: alone and in a transaction', async () => {
  await asked(database, 6);
  await database.query('deallocate all');
  expect(await database.query(SELECT, ['1A'])).toEqual([{ cents: 5 }]);
  expect(await asked(database, 6)).toHaveLength(6);
  expect(await prepared(database)).toEqual([]);

  const other = openDatabase(fresh.url, { max: 1 });
  await asked(other, 6);
  await other.query('deallocate all');
  const inside = await other.transaction(async (tx) => {
    await tx.execute(INSERT, ['1A', 77]);
    return tx.query(SELECT, ['1A']);
  });
  expect(inside).toEqual([{ cents: 77 }]);
  await other.close();
});

test('two at once that find it gone both pass', async () => {
  const two = openDatabase(fresh.url, { max: 2 });
  await Promise.all([asked(two, 6), asked(two, 6)]);
  // The one inside the other, so that they are two connections.
  await two.transaction(async (one) => {
    await two.transaction((other) => other.query('deallocate all'));
    await one.query('deallocate all');
  });
  const found = await Promise.all([two.query(SELECT, ['1A']), two.query(SELECT, ['1A'])]);
  expect(found.flat()).toHaveLength(2);
  await two.close();
});

test('a column whose type a newer version has changed is read on', async () => {
  await asked(database, 6);
  await fresh.database.query('alter table rents alter column cents type bigint');
  expect(await database.query(SELECT, ['1A'])).toEqual([{ cents: 5 }]);
});

test('behind a pooler nothing is prepared', async () => {
  const pooled = openDatabase(fresh.url, { max: 1, prepares: false });
  await asked(pooled, 6);
  expect(await prepared(pooled)).toEqual([]);
  await pooled.close();
});
