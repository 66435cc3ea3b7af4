import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { beat } from '../../server/db/heartbeats.ts';
import { checkSchema } from '../../server/jobs/checkSchema.ts';
import type { RecordStanding } from '../../server/jobs/audit/recordStanding.ts';
import { entityTimeline } from '../../server/jobs/audit/timeline.ts';
import type { Job } from '../../server/jobs/job.ts';
import { hearAirtable } from '../../server/jobs/hearAirtable.ts';
import { showHeld } from '../../server/jobs/losses/held.ts';
import type { Fault } from '../../server/sandbox/faults.ts';
import { openBench, type Bench } from '../jobs/conflicts/bench.ts';

/** "Why has this not synced?", asked while something real stands in the way. */
let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
}, 90_000);
afterAll(() => bench.engine.close());
afterEach(async () => {
  const { airtable, buildium } = bench.engine.network;
  airtable.faults.clear();
  buildium.faults.clear();
  await hearAirtable(bench.job);
  await bench.engine.database.execute(`delete from marks`);
  await bench.engine.database.execute(`delete from side_health`);
});

const now = async (resource: string, entityId: string): Promise<RecordStanding> =>
  (await entityTimeline(bench.job, { resource, entityId }, { before: null, limit: 1 })).now;

async function tickPause(bill: string, isTicked: boolean): Promise<void> {
  const { tableId, recordId } = await bench.engine.rowOf('bills', bill);
  const records = [{ id: recordId, fields: { 'Pause sync': isTicked } }];
  await bench.engine.inAirtable('updateRecords', { table: tableId, records });
}

const AWAY: Fault = { effect: { kind: 'status', status: 503, body: {} } };
const REVOKED: Fault = { effect: { kind: 'status', status: 401, body: {} } };

test('Airtable is away and nothing is marked: what was typed meanwhile is not called agreed', async () => {
  const id = bench.unit();
  expect(await now('units', id)).toMatchObject({ state: 'inStep', sentence: 'Both sides agree.' });
  await bench.type('units', id, 'description', 'Typed while nobody hears of it');
  bench.engine.network.airtable.faults.add([AWAY]);
  await hearAirtable(bench.job);
  expect(await now('units', id)).toMatchObject({
    state: 'stopped',
    sentence: expect.stringMatching(
      /^Both sides agreed when they were last compared\. What has changed since is not known: edits in Airtable are not heard of\. Airtable is away: it does not answer, or its server ends in an error\.$/,
    ),
    whatToDo: expect.stringMatching(/^It is tried every five minutes, and nothing is lost meanwhile/),
  });
  bench.engine.network.airtable.faults.clear();
  await hearAirtable(bench.job);
  expect(await now('units', id)).toMatchObject({ state: 'soon' });
});

test.each([
  ['buildium', 'Buildium does not accept the stored API key', 'Make a key in Buildium'],
  ['airtable', 'Airtable does not accept the stored token', 'Make a token at https://airtable.com'],
] as const)(
  '%s refuses its key: it says what to do, and not that it goes on by itself',
  async (side, said, todo) => {
    const [id, other] = [bench.unit(), bench.unit()];
    bench.engine.network[side].faults.add([REVOKED]);
    await bench.look('units', id);
    const marked = await now('units', id);
    expect(marked).toMatchObject({ state: 'stopped', whatToDo: expect.stringContaining(todo) });
    expect(marked.sentence).toMatch(new RegExp(`^${said}`));
    expect(await now('units', other)).toMatchObject({
      state: 'stopped',
      sentence: expect.stringContaining(`What has changed since is not known: ${said}`),
      whatToDo: expect.stringContaining(todo),
    });
  },
);

test('where no worker process is alive nothing comes next: it says so, since when, and what to start', async () => {
  const { database, job } = bench.engine;
  const [id, other] = [bench.unit(), bench.unit()];
  await bench.engine.mark('units', [id]);
  const startMs = job.clock.nowMs();
  const after = (minutes: number): Job => ({
    ...job,
    clock: { ...job.clock, nowMs: () => startMs + minutes * 60_000 },
  });
  const at = (minutes: number, entityId: string): Promise<RecordStanding> =>
    entityTimeline(after(minutes), { resource: 'units', entityId }, { before: null, limit: 1 }).then(
      (story) => story.now,
    );
  const silent = { state: 'stopped', whatToDo: expect.stringContaining('WORKER=all or WORKER=jobs') };

  expect(await at(1, id)).toMatchObject({ state: 'soon' });
  expect(await at(10, id)).toMatchObject({
    ...silent,
    sentence: 'It is marked (test) and waits. Nothing works off the queue: no worker process has ever run.',
  });

  const beatAt = new Date(startMs + 10 * 60_000).toISOString();
  await beat(database, job.connectionId, beatAt);
  expect(await at(11, id)).toMatchObject({ state: 'soon' });
  expect(await at(11, other)).toMatchObject({ state: 'inStep' });
  const since = `${beatAt.slice(0, 16)}:00`;
  const sentence = expect.stringContaining(`no worker process has been alive since ${since}`);
  expect(await at(20, id)).toMatchObject({ ...silent, sentence });
  expect(await at(20, other)).toMatchObject({ ...silent, sentence });
  await database.execute(`delete from heartbeats`);
});

test('a full base keeps nobody from editing a row that is there', async () => {
  const id = bench.unit();
  const [lease] = await bench.engine.database.query<{ id: string }>(
    `select entity_id as id from links where resource = 'leases' and standing = 'linked' order by 1 limit 1`,
  );
  for (const base of bench.engine.network.airtable.world.bases.values()) base.recordLimit = 10;
  const paid = await bench.engine.inBuildium('recordRentPayment', { leaseId: Number(lease?.id), amount: 7 });
  const payment = String(paid['transactionId']);
  await bench.look('transactions', payment);
  expect(await now('transactions', payment)).toMatchObject({
    ...{ state: 'stopped', sentence: expect.stringMatching(/^The base has no room for more rows/) },
    whatToDo: expect.stringMatching(/^Delete rows, keep transactions for fewer months/),
  });
  expect(await now('units', id)).toMatchObject({ state: 'inStep' });
  await bench.engine.mark('units', [id]);
  expect(await now('units', id)).toMatchObject({ state: 'soon' });
});

test('of a bill that is paused the line has no pause box of its own, and nobody is sent to untick it', async () => {
  const [line] = await bench.engine.database.query<{ id: string; bill: string }>(
    `select entity_id as id, parent_id as bill from links where resource = 'billLines' and standing = 'linked' limit 1`,
  );
  const [id, bill] = [line?.id ?? '', line?.bill ?? ''];
  await tickPause(bill, true);
  await bench.look('bills', bill);
  const whatToDo =
    'Untick the pause box of the bill, or take the bill back into the sync: this one goes on with it.';
  expect(await now('billLines', id)).toMatchObject({ state: 'paused', whatToDo });
  expect(await now('bills', bill)).toMatchObject({
    state: 'paused',
    whatToDo: 'Untick its pause box to go on.',
  });
  const held = await showHeld(bench.job, { kinds: ['paused'], resource: 'billLines', after: null, limit: 9 });
  expect(held.find(({ entityId }) => entityId === id)).toMatchObject({ whatToDo });

  await tickPause(bill, false);
  await bench.engine.mark('bills', [bill]);
  expect(await now('bills', bill)).toMatchObject({
    ...{
      state: 'paused',
      whatToDo: expect.stringMatching(/changed since, and it is looked at again shortly/),
    },
  });
  await bench.look('bills', bill);
  expect(await now('bills', bill)).toMatchObject({ state: 'inStep' });
});

test('a column that was deleted is named on every row of its table, looked at since or not', async () => {
  const id = bench.unit();
  await bench.engine.inAirtable('deleteField', { table: 'Units', field: 'Size (sq ft)' });
  await checkSchema(bench.job);
  expect(await now('units', id)).toMatchObject({
    state: 'held',
    sentence: expect.stringMatching(
      /^Both sides agree in all that is synced\. The field "Size \(sq ft\)" was deleted from "Units".*cli -- repair/,
    ),
  });
});
