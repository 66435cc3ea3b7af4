import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { resourceNamed } from '../../shared/resources/index.ts';
import { claimMarks } from '../../server/db/claims.ts';
import { loadBaseMapping } from '../../server/jobs/baseMapping.ts';
import { afterStop } from '../../server/jobs/drain.ts';
import { checkSchema } from '../../server/jobs/checkSchema.ts';
import { sweep } from '../../server/jobs/sweep.ts';
import { syncBatch } from '../../server/jobs/syncBatch.ts';
import { startEngine, type Engine } from '../support/engine.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterAll(() => engine.close());

async function unitChangedInBuildium(patch: Record<string, unknown>): Promise<string> {
  const [unit] = await engine.database.query<{ id: string }>(
    `select entity_id as id from links where resource = 'units' and standing = 'linked' order by 1 limit 1`,
  );
  await engine.inBuildium('updateUnit', { id: Number(unit?.id), patch });
  return unit?.id ?? '';
}

async function anyVendor(): Promise<string> {
  const [vendor] = await engine.database.query<{ id: string }>(
    `select entity_id as id from links where resource = 'vendors' and standing = 'linked' limit 1`,
  );
  return vendor?.id ?? '';
}

test('Where a field is found deleted in the middle of a look, its row goes on without it, also when somebody else has noticed first', async () => {
  const unitId = await unitChangedInBuildium({ MarketRent: 2345, Description: 'New kitchen' });
  await engine.mark('units', [unitId]);
  const nowMs = engine.job.clock.nowMs();
  const claims = await claimMarks(engine.database, {
    ...{ connectionId: engine.job.connectionId, resource: 'units', owner: 'test', limit: 10 },
    ...{ now: new Date(nowMs).toISOString(), until: new Date(nowMs + 60_000).toISOString() },
  });
  await engine.inAirtable('deleteField', { table: 'Units', field: 'Market Rent' });
  const result = await syncBatch(engine.job, resourceNamed('units'), claims);
  expect(result.stopped).toMatchObject({ side: 'airtable', failure: { type: 'UNKNOWN_FIELD_NAME' } });
  await checkSchema(engine.job);

  await afterStop(engine.job, 'units', result);
  await engine.drain('units');

  expect(await engine.cellsOf('units', unitId)).toMatchObject({ description: 'New kitchen' });
});

test('A sweep that meets a deleted field has the rest of the row written right after it', async () => {
  const unitId = await unitChangedInBuildium({ UnitSize: 987, Description: 'New roof' });
  await engine.inAirtable('deleteField', { table: 'Units', field: 'Size (sq ft)' });

  await sweep(engine.job, { resource: resourceNamed('units'), kind: 'full', reason: 'test' });
  await engine.drain('units');

  expect(await engine.cellsOf('units', unitId)).toMatchObject({ description: 'New roof' });
  const problems = await engine.database.query<{ problem: string }>(
    `select problem from airtable_fields where resource = 'units' and problem is not null order by 1`,
  );
  expect(problems.map(({ problem }) => problem.split(';')[0])).toEqual([
    'The field "Market Rent" was deleted from "Units"',
    'The field "Size (sq ft)" was deleted from "Units"',
  ]);
});

test('A "Buildium ID" that was made a number stops its table, and what is told of it is not that it were missing', async () => {
  const { tableId, fieldIds } = await engine.rowOf('vendors', await anyVendor());
  const field = fieldIds['buildiumId'];
  await engine.inAirtable('changeFieldType', {
    ...{ table: tableId, field, type: 'number', options: { precision: 0 } },
  });
  await checkSchema(engine.job);
  const mapping = await loadBaseMapping(engine.database, engine.job.connectionId);
  expect(mapping.get('vendors')?.problem).toMatch(
    /^The sync finds rows by "Buildium ID".* The field "Buildium ID" in "Vendors" is now of type number; .*Change it back/,
  );
});
