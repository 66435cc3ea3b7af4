import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { resourceNamed } from '../../shared/resources/index.ts';
import { claimMarks } from '../../server/db/claims.ts';
import { readScope } from '../../server/jobs/look.ts';
import { pagesOf, type PageRead } from '../../server/jobs/readAhead.ts';
import { sweep } from '../../server/jobs/sweep.ts';
import { syncBatch } from '../../server/jobs/syncBatch.ts';
import { startEngine, type Engine } from '../support/engine.ts';

const units = resourceNamed('units');

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine({ settings: { twoWay: true, stillSeconds: 0 } });
}, 60_000);
afterAll(() => engine.close());

async function* among(pages: readonly PageRead[]): AsyncGenerator<PageRead> {
  yield* pages;
}

async function readNow(): Promise<PageRead[]> {
  const pages: PageRead[] = [];
  for await (const page of pagesOf(engine.job, units, readScope(engine.job))) pages.push(page);
  return pages;
}

test('What a sweep has read before a look wrote there is no change of Buildium’s: it is looked at anew, and nothing is put back', async () => {
  const { job } = engine;
  const [unit] = await engine.database.query<{ id: string }>(
    `select entity_id as id from links where resource = 'units' and standing = 'linked' order by 1 limit 1`,
  );
  const id = unit?.id ?? '';
  const { tableId, recordId, fieldIds } = await engine.rowOf('units', id);
  const fields = { [fieldIds['marketRent'] ?? '']: 1_925 };
  await engine.inAirtable('updateRecords', { table: tableId, records: [{ id: recordId, fields }] });
  await engine.mark('units', [id]);
  const nowMs = job.clock.nowMs();
  const claims = await claimMarks(engine.database, {
    ...{ connectionId: job.connectionId, resource: 'units', owner: 'test', limit: 10 },
    ...{ now: new Date(nowMs).toISOString(), until: new Date(nowMs + 60_000).toISOString() },
  });
  const pages = await readNow();
  await syncBatch(job, units, claims);
  expect(await job.buildium.get(`/v1/rentals/units/${id}`)).toMatchObject({ value: { MarketRent: 1_925 } });

  const since = engine.calls.length;
  await sweep(job, { resource: units, kind: 'full', reason: 'test', pages: among(pages) });
  expect(engine.airtableWrites(since)).toEqual([]);
  expect(await engine.database.query(`select entity_id as id from marks where resource = 'units'`)).toEqual([
    { id },
  ]);
  await engine.drain('units');
  expect(engine.airtableWrites(since)).toEqual([]);
  expect(await engine.cellsOf('units', id)).toMatchObject({ marketRent: 1_925 });
});
