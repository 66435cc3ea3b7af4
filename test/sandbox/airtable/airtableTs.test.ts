import { AirtableTs } from 'airtable-ts';
import type { Table } from 'airtable-ts';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startAirtableSimulator } from '../../../server/sandbox/airtable/index.ts';
import type { AirtableSimulator } from '../../../server/sandbox/airtable/index.ts';
import { actAsPerson } from '../../../server/sandbox/airtable/person.ts';
import { steppingClock } from './steppingClock.ts';

type Job = { id: string; name: string; cost: number | null; done: boolean; workers: string[] };
type Worker = { id: string; name: string };

let simulator: AirtableSimulator;
let db: AirtableTs;
let jobs: Table<Job>;
let workers: Table<Worker>;

beforeAll(async () => {
  simulator = await startAirtableSimulator({ clock: steppingClock() });
  const { world, baseId, clock, token, url } = simulator;
  const name = { name: 'Name', type: 'singleLineText' };
  const makeTable = (
    tableName: string,
    fields: { name: string; type: string; options?: unknown }[],
  ): string =>
    String(actAsPerson(world, { action: 'createTable', name: tableName, fields }, clock.nowMs())['id']);
  const workersId = makeTable('Workers', [name]);
  const jobsId = makeTable('Jobs', [
    name,
    { name: 'Cost', type: 'number', options: { precision: 2 } },
    { name: 'Done', type: 'checkbox', options: { icon: 'check', color: 'greenBright' } },
    { name: 'Workers', type: 'multipleRecordLinks', options: { linkedTableId: workersId } },
  ]);
  const table = world.bases.get(baseId)?.tableById(jobsId);
  jobs = {
    name: 'job',
    baseId,
    tableId: jobsId,
    schema: { name: 'string', cost: 'number | null', done: 'boolean', workers: 'string[]' },
    // Names and ids both work.
    mappings: { name: 'Name', cost: table?.field('Cost')?.id ?? '', done: 'Done', workers: 'Workers' },
  };
  workers = {
    name: 'worker',
    baseId,
    tableId: workersId,
    schema: { name: 'string' },
    mappings: { name: 'Name' },
  };
  db = new AirtableTs({ apiKey: token, endpointUrl: url, noRetryIfRateLimited: true });
});
afterAll(() => simulator.close());

test('airtable-ts inserts, gets, scans, updates and removes', async () => {
  const worker = await db.insert(workers, { name: 'Pat' });
  const made = await db.insert(jobs, { name: 'Roof', cost: 12.5, workers: [worker.id] });
  expect(made).toEqual({ id: made.id, name: 'Roof', cost: 12.5, done: false, workers: [worker.id] });
  await db.insert(jobs, { name: 'Wall' });
  await db.update(jobs, { id: made.id, done: true, cost: null });
  expect(await db.get(jobs, made.id)).toMatchObject({ name: 'Roof', cost: null, done: true });
  const found = await db.scan(jobs, { filterByFormula: '{Done}', maxRecords: 5 });
  expect(found.map((job) => job.name)).toEqual(['Roof']);
  expect(await db.scan(jobs)).toHaveLength(2);
  await db.remove(jobs, made.id);
  expect(await db.scan(jobs)).toHaveLength(1);
});

test('airtable-ts sees the schema and reports refusals', async () => {
  const table = await db.table(jobs);
  expect(table.fields.map((field) => field.type)).toEqual([
    'singleLineText',
    'number',
    'checkbox',
    'multipleRecordLinks',
  ]);
  await expect(db.get(jobs, 'recAAAAAAAAAAAAAA')).rejects.toMatchObject({ statusCode: 403 });
  await expect(db.scan(jobs, { filterByFormula: '{Nope}=1' })).rejects.toMatchObject({
    error: 'INVALID_FILTER_BY_FORMULA',
  });
});
