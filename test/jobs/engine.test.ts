import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { resourceNamed, ROOT_RESOURCES } from '../../shared/resources/index.ts';
import type { Database } from '../../server/db/database.ts';
import { linksByEntity } from '../../server/db/links.ts';
import { claimMarks, type Claim } from '../../server/db/claims.ts';
import type { Job } from '../../server/jobs/job.ts';
import { syncBatch } from '../../server/jobs/syncBatch.ts';
import { sweep } from '../../server/jobs/sweep.ts';
import { startEngine, type Engine } from '../support/engine.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterAll(() => engine.close());

type Counted = { count: number };

const one = async (sql: string, params: readonly (string | number)[] = []): Promise<number> => {
  const [row] = await engine.database.query<Counted>(sql, [engine.job.connectionId, ...params]);
  return row?.count ?? -1;
};

async function claimAll(
  resource: string,
  change: Partial<{ until: string; owner: string }> = {},
): Promise<Claim[]> {
  const nowMs = Date.now();
  return claimMarks(engine.database, {
    connectionId: engine.job.connectionId,
    resource,
    owner: change.owner ?? 'test',
    now: new Date(nowMs).toISOString(),
    until: change.until ?? new Date(nowMs + 60_000).toISOString(),
    limit: 1000,
  });
}

async function someIds(resource: string, limit: number): Promise<string[]> {
  const rows = await engine.database.query<{ id: string }>(
    `select entity_id as id from links where connection_id = $1 and resource = $2 and standing = 'linked' order by 1 limit $3`,
    [engine.job.connectionId, resource, limit],
  );
  return rows.map((row) => row.id);
}

async function rowsWithBuildiumId(resource: string, buildiumId: string): Promise<number> {
  const [field] = await engine.database.query<{ tableId: string; fieldId: string }>(
    `select t.table_id as "tableId", f.field_id as "fieldId" from airtable_tables t join airtable_fields f
       using (connection_id, resource) where connection_id = $1 and resource = $2 and f.field_key = 'buildiumId'`,
    [engine.job.connectionId, resource],
  );
  const found = await engine.job.airtable.recordsByFieldValue(
    field?.tableId ?? '',
    field?.fieldId ?? '',
    [buildiumId],
    [field?.fieldId ?? ''],
  );
  return found.ok ? found.value.length : -1;
}

/** A GL account's balance moves with every transaction and is read by the hour. */
async function differencesApartFromBalances(): Promise<string[]> {
  return (await engine.differences()).filter((line) => !line.includes('Balance is'));
}

/** The database as it is up to a moment, and gone from then on: what a crash leaves behind. */
function crashingAfter(job: Job, transactions: number): Job {
  let left = transactions;
  const database: Database = {
    ...job.database,
    execute: async (sql, params) => {
      if (left < 0) throw new Error('the process was killed here');
      return job.database.execute(sql, params);
    },
    transaction: async (work) => {
      left -= 1;
      if (left < 0) throw new Error('the process was killed here');
      return job.database.transaction(work);
    },
  };
  return { ...job, database };
}

test('after the first sync both sides show the same, with nothing left to do', async () => {
  expect(await engine.differences()).toEqual([]);
  expect(await one(`select count(*) from marks where connection_id = $1`)).toBe(0);
}, 60_000);

test('invariant 5: a look without change makes no write call', async () => {
  const before = engine.calls.length;
  for (const resource of ROOT_RESOURCES) {
    await engine.mark(resource.name, await someIds(resource.name, 100));
    await engine.drain(resource.name);
  }
  expect(engine.calls.length).toBeGreaterThan(before + ROOT_RESOURCES.length);
  expect(engine.airtableWrites(before)).toEqual([]);
}, 60_000);

test('a sweep over what is agreed reads Buildium only', async () => {
  const before = engine.calls.length;
  const outcome = await sweep(engine.job, {
    resource: resourceNamed('leases'),
    kind: 'full',
    reason: 'test',
  });
  expect(outcome).toMatchObject({ kind: 'swept', changed: 0 });
  expect(engine.calls.slice(before).filter((call) => call.side === 'airtable')).toEqual([]);
});

describe('a crash', () => {
  test('between the write and its memory makes no second row', async () => {
    const { transactionId } = await engine.inBuildium('recordRentPayment', {
      leaseId: Number((await someIds('leases', 1))[0]),
    });
    const id = String(transactionId);
    await engine.mark('transactions', [id]);
    const claims = await claimAll('transactions', { until: new Date(Date.now() - 1).toISOString() });
    // The first transaction puts the values on record as sent; the one that remembers never comes.
    const killed = syncBatch(crashingAfter(engine.job, 1), resourceNamed('transactions'), claims);
    await expect(killed).rejects.toThrow('the process was killed here');
    expect(await rowsWithBuildiumId('transactions', id)).toBe(1);
    expect((await linksByEntity(engine.database, engine.job.connectionId, 'transactions', [id])).size).toBe(
      0,
    );

    await engine.drain('transactions');
    expect(await rowsWithBuildiumId('transactions', id)).toBe(1);
    const links = await linksByEntity(engine.database, engine.job.connectionId, 'transactions', [id]);
    expect(links.get(id)).toMatchObject({
      standing: 'linked',
      airtableRecordId: expect.stringMatching(/^rec/),
    });
  });

  test('before the write leaves the id to be claimed again', async () => {
    const [unitId = ''] = await someIds('units', 1);
    await engine.inBuildium('changeMarketRent', { unitId: Number(unitId), marketRent: 1777 });
    await engine.mark('units', [unitId]);
    const claims = await claimAll('units', { until: new Date(Date.now() - 1).toISOString() });
    const before = engine.calls.length;
    await expect(syncBatch(crashingAfter(engine.job, 0), resourceNamed('units'), claims)).rejects.toThrow(
      'killed',
    );
    expect(engine.airtableWrites(before)).toEqual([]);
    await engine.drain('units');
    expect(await differencesApartFromBalances()).toEqual([]);
  });
});

test('an unexpected error leaves the ids free again soon, with the reason', async () => {
  const [unitId = ''] = await someIds('units', 1);
  await engine.mark('units', [unitId]);
  const claims = await claimAll('units');
  const broken = {
    ...engine.job,
    airtable: { ...engine.job.airtable, recordsById: () => Promise.reject(new Error('a bug')) },
  };
  await expect(syncBatch(broken, resourceNamed('units'), claims)).rejects.toThrow('a bug');
  const freed = `select count(*) from marks where connection_id = $1 and claim_fence is null and problem like 'Ended by%'`;
  expect(await one(freed)).toBe(1);
  await engine.database.execute(
    `update marks set not_before = now() - interval '1 second' where connection_id = $1`,
    [engine.job.connectionId],
  );
  await engine.drain('units');
  expect(await one(`select count(*) from marks where connection_id = $1`)).toBe(0);
});

test('an answer that was lost after the rows were made makes no second row', async () => {
  const { transactionId } = await engine.inBuildium('recordRentPayment', {
    leaseId: Number((await someIds('leases', 1))[0]),
  });
  const id = String(transactionId);
  engine.network.airtable.faults.add([{ method: 'PATCH', times: 1, effect: { kind: 'tornAfter' } }]);
  await engine.mark('transactions', [id]);
  await engine.drain('transactions');
  engine.network.airtable.faults.clear();
  await engine.database.execute(
    `update marks set not_before = now() - interval '1 second' where connection_id = $1`,
    [engine.job.connectionId],
  );
  await engine.database.execute(`delete from side_health where connection_id = $1`, [
    engine.job.connectionId,
  ]);
  await engine.drain('transactions');
  expect(await rowsWithBuildiumId('transactions', id)).toBe(1);
  expect(
    await engine.database.query(`select resource, entity_id, reason, problem, not_before from marks`),
  ).toEqual([]);
});

test('a mark that came during the look is not cleared by it', async () => {
  const [unitId = ''] = await someIds('units', 1);
  await engine.mark('units', [unitId]);
  const claims = await claimAll('units');
  await engine.mark('units', [unitId]);
  await syncBatch(engine.job, resourceNamed('units'), claims);
  expect(
    await one(
      `select count(*) from marks where connection_id = $1 and resource = 'units' and claim_fence is null`,
    ),
  ).toBe(1);
  await engine.drain('units');
  expect(await one(`select count(*) from marks where connection_id = $1`)).toBe(0);
});

test('a claim that was passed on writes and remembers nothing', async () => {
  const [unitId = ''] = await someIds('units', 1);
  await engine.inBuildium('changeMarketRent', { unitId: Number(unitId), marketRent: 1888 });
  await engine.mark('units', [unitId]);
  const lapsed = await claimAll('units', { until: new Date(Date.now() - 1).toISOString(), owner: 'slow' });
  const taken = await claimAll('units', { owner: 'quick' });
  expect(taken).toHaveLength(1);
  const before = engine.calls.length;
  await syncBatch(engine.job, resourceNamed('units'), lapsed);
  expect(engine.airtableWrites(before)).toEqual([]);
  expect(await one(`select count(*) from marks where connection_id = $1 and claim_owner = 'quick'`)).toBe(1);
  await syncBatch(engine.job, resourceNamed('units'), taken);
  expect(await differencesApartFromBalances()).toEqual([]);
});

test('what a sweep read before an event is not planned over what the event brought', async () => {
  const [unitId = ''] = await someIds('units', 1);
  const readBefore = engine.network.buildium.world;
  expect(readBefore).toBeDefined();
  await engine.inBuildium('changeMarketRent', { unitId: Number(unitId), marketRent: 1999 });
  await engine.mark('units', [unitId]);
  const before = engine.calls.length;
  await sweep(engine.job, { resource: resourceNamed('units'), kind: 'full', reason: 'test' });
  // The id was marked already: the sweep leaves it to the look that the mark asks for.
  expect(engine.airtableWrites(before)).toEqual([]);
  await engine.drain('units');
  expect(engine.airtableWrites(before)).toHaveLength(1);
  expect(await differencesApartFromBalances()).toEqual([]);
});

test('invariant 4: what is remembered changed only together with an audit row that says why', async () => {
  const unexplained = await one(
    `select count(*) from links l where connection_id = $1 and standing = 'linked' and not exists
       (select 1 from audit a where a.connection_id = l.connection_id and a.resource = l.resource and a.entity_id = l.entity_id)`,
  );
  expect(unexplained).toBe(0);
});

test('the audit is append-only', async () => {
  await expect(
    engine.database.execute(`delete from audit where connection_id = $1`, [engine.job.connectionId]),
  ).rejects.toThrow('append-only');
  await expect(
    engine.database.execute(`update audit set why = 'x' where connection_id = $1`, [engine.job.connectionId]),
  ).rejects.toThrow('append-only');
});

test('link counts are exact', async () => {
  const counted = await engine.database.query(
    `select resource, standing, sum(links)::bigint as links from link_counts where connection_id = $1 group by 1, 2 having sum(links) > 0 order by 1, 2`,
    [engine.job.connectionId],
  );
  const real = await engine.database.query(
    `select resource, standing, count(*) as links from links where connection_id = $1 group by 1, 2 order by 1, 2`,
    [engine.job.connectionId],
  );
  expect(counted).toEqual(real);
});
