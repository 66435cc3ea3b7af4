import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { dueChores, runChore } from '../../server/jobs/chores.ts';
import type { Job } from '../../server/jobs/job.ts';
import { statusSays } from '../support/doctor.ts';
import { startEngine, type Engine } from '../support/engine.ts';
import { apiOf, type Journey } from '../support/journey.ts';

/** A resource that was off at the first sync has neither a table nor rows. */
let engine: Engine;
let ask: Journey['ask'];
beforeAll(async () => {
  engine = await startEngine({ otherFirstSync: { resources: { vendors: { enabled: false } } } });
  ask = await apiOf(engine.network, engine.database, engine.job.clock);
  // The night's work is done already on the day on which somebody switches it on.
  await runChore(engine.job, 'nightly');
  await runChore(engine.job, 'hearAirtable');
}, 90_000);
afterAll(() => engine.close());

async function switchOn(): Promise<Job> {
  await ask('changeConnection', {}, { settings: { resources: { vendors: { enabled: true } } } });
  return engine.network.job();
}

const vendorRows = (): Promise<unknown[]> =>
  engine.database.query(`select 1 from links where resource = 'vendors' and airtable_record_id is not null`);

const aboutSweeps = async (): Promise<string[]> =>
  (await statusSays({ ask })).filter((line) => line.startsWith('Sweep:'));

test('what keeps a table from being made is told, and so is what keeps its list from being read', async () => {
  const job = await switchOn();
  const refused = (status: number) => ({ kind: 'status', status, body: {} }) as const;
  engine.network.airtable.faults.add([
    { method: 'POST', path: '/meta/bases/.*/tables$', effect: refused(403) },
  ]);
  await runChore(job, 'nightly');
  expect(await aboutSweeps()).toEqual([
    expect.stringMatching(
      /The list of vendors is due to be read whole .* did not let us create the table "Vendors"/,
    ),
  ]);
  expect(await dueChores(job)).not.toContain('nightly');

  engine.network.airtable.faults.clear();
  engine.network.buildium.faults.add([{ path: '^/v1/vendors', effect: refused(403) }]);
  await runChore(job, 'nightly');
  expect(await aboutSweeps()).toEqual([
    expect.stringMatching(/The list of vendors is due to be read whole .*403 on GET \/v1\/vendors/),
  ]);
  engine.network.buildium.faults.clear();
}, 30_000);

test('it gets its table and its rows on the same day', async () => {
  const job = await switchOn();
  expect(await vendorRows()).toEqual([]);
  await runChore(job, 'nightly');
  expect((await vendorRows()).length).toBeGreaterThan(0);
  expect(await aboutSweeps()).toEqual([]);
}, 30_000);
