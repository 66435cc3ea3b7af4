import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { keepFrom } from '../../server/jobs/calendar.ts';
import { runChore } from '../../server/jobs/chores.ts';
import { drain } from '../../server/jobs/drain.ts';
import { hearAirtable } from '../../server/jobs/hearAirtable.ts';
import type { Job } from '../../server/jobs/job.ts';
import { startEngine, type Engine } from '../support/engine.ts';
import { apiOf, type Journey } from '../support/journey.ts';

let engine: Engine;
let ask: Journey['ask'];
beforeAll(async () => {
  engine = await startEngine({
    otherFirstSync: { twoWay: true, keepMonthsInAirtable: 1, stillSeconds: 0 },
  });
  ask = await apiOf(engine.network, engine.database, engine.job.clock);
}, 60_000);
afterAll(() => engine.close());

/** @returns the connection's job by its newest settings. */
async function change(settings: Record<string, unknown>): Promise<Job> {
  await ask('changeConnection', {}, { settings });
  return engine.network.job();
}

const oldOnes = async (resource: string): Promise<string[]> => {
  const rows = await engine.database.query<{ id: string }>(
    `select entity_id as id from links where resource = $1 and standing = 'outsideWindow'`,
    [resource],
  );
  return rows.map(({ id }) => id);
};

test('what was typed while a resource was switched off is heard once it is switched on', async () => {
  const [unit] = await engine.database.query<{ id: string }>(
    `select entity_id as id from links where resource = 'units' and standing = 'linked' order by 1 limit 1`,
  );
  const id = unit?.id ?? '';
  const off = await change({ resources: { units: { enabled: false } } });
  const { tableId, recordId, fieldIds } = await engine.rowOf('units', id);
  const fields = { [fieldIds['description'] ?? '']: 'Typed while it was off' };
  await engine.inAirtable('updateRecords', { table: tableId, records: [{ id: recordId, fields }] });
  await hearAirtable(off);
  await drain(off, 'units');

  const on = await change({ resources: { units: { enabled: true } } });
  await hearAirtable(on);
  await engine.drain('units');
  const answer = await engine.job.buildium.get(`/v1/rentals/units/${id}`);
  expect(answer).toMatchObject({ ok: true, value: { Description: 'Typed while it was off' } });
});

test('what a look under way still called too old when more months were asked for comes with the next night', async () => {
  const old = await oldOnes('transactions');
  const before = await engine.network.job();
  const job = await change({ keepMonthsInAirtable: 3 });
  await runChore(before, 'nightly');
  await engine.database.execute(`update sweeps set finished_at = finished_at - interval '1 day'`);
  await runChore(job, 'nightly');
  const oldest = keepFrom(job);
  const left = await engine.database.query<{ day: string }>(
    `select entity_date as day from links where resource = 'transactions' and standing = 'outsideWindow'`,
  );
  expect(left.filter(({ day }) => day >= oldest)).toEqual([]);
  expect(left.length).toBeLessThan(old.length);
}, 30_000);

test('what was too old comes into Airtable once more months are kept there', async () => {
  expect((await oldOnes('transactions')).length).toBeGreaterThan(0);
  expect((await oldOnes('billLines')).length).toBeGreaterThan(0);
  const job = await change({ keepMonthsInAirtable: 24 });
  await runChore(job, 'nightly');
  expect(await oldOnes('transactions')).toEqual([]);
  expect(await oldOnes('billLines')).toEqual([]);
  expect(await engine.differences()).toEqual([]);
});
