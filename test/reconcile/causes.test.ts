import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { updateConnection } from '../../server/db/connections.ts';
import { reconciliationById } from '../../server/db/reconciliations.ts';
import { listDiscrepancies, type DiscrepancyRow } from '../../server/db/reconciliationParts.ts';
import { advanceReconciliations, startReconciliation } from '../../server/jobs/reconcile/reconcile.ts';
import { drain } from '../../server/jobs/drain.ts';
import { repair } from '../../server/jobs/reconcile/reconcileRepair.ts';
import { checkSchema } from '../../server/jobs/checkSchema.ts';
import { startEngine, type Engine } from '../support/engine.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine({ otherFirstSync: { keepMonthsInAirtable: 1 } });
}, 60_000);
afterAll(() => engine.close());

async function reconciled(): Promise<{ id: string; matching: boolean; found: DiscrepancyRow[] }> {
  const { database, network } = engine;
  const job = await network.job();
  const { reconciliationId: id } = await startReconciliation(job, 'test');
  await advanceReconciliations(job, { settlingMs: 0 });
  const row = await reconciliationById(database, job.connectionId, id);
  const every = { resource: null, entityIds: null, cause: null, onlyOpen: false, after: null, limit: 1_000 };
  const found = await listDiscrepancies(database, job.connectionId, id, every);
  return { id, matching: row?.records === row?.matching, found };
}

test('rows that the connection wants since its months were extended are named as such, and a repair brings them', async () => {
  expect((await reconciled()).matching).toBe(true);
  await updateConnection(engine.database, engine.network.connectionId, {
    settings: { keepMonthsInAirtable: 12 },
  });
  const { id, found } = await reconciled();
  const old = found.filter(({ resource }) => resource === 'transactions');
  expect(old.length).toBeGreaterThan(5);
  expect(new Set(old.map(({ kind, cause }) => `${kind} ${cause}`))).toEqual(new Set(['noRow outsideWindow']));
  expect(old[0]?.explanation).toMatch(/too old to stand in Airtable .* Repair brings it\./);
  const job = await engine.network.job();
  await repair(job, id, { entityIds: null, resource: null, by: 'test' });
  for (const resource of new Set(found.map((one) => one.resource))) await drain(job, resource);
  expect((await reconciled()).found).toEqual([]);
});

test('records of a table that was deleted in Airtable are held by that, and say how to mend it', async () => {
  await engine.inAirtable('deleteTable', { table: 'Vendors' });
  await checkSchema(await engine.network.job());
  const { found, matching } = await reconciled();
  expect(matching).toBe(false);
  const vendors = found.filter(({ resource }) => resource === 'vendors');
  expect(vendors.length).toBe(engine.network.buildium.world.records.vendors.size);
  for (const one of vendors)
    expect(one).toMatchObject({
      cause: 'tableProblem',
      repair: 'person',
      explanation: expect.stringContaining('npm run cli -- repair'),
    });
});
