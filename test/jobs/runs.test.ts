import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { listRuns, type RunRow } from '../../server/db/runs.ts';
import { listSweeps } from '../../server/db/sweeps.ts';
import { createLogger } from '../../server/log.ts';
import { advanceRuns, startRun } from '../../server/jobs/runs.ts';
import { sweepDue } from '../../server/jobs/sweepRounds.ts';
import { startEngine, type Engine } from '../support/engine.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterAll(() => engine.close());

async function newestRun(): Promise<RunRow | undefined> {
  const [run] = await listRuns(engine.database, engine.job.connectionId, 1);
  return run;
}

test('a run that two workers carry on at once ends when everything is read, and reads nothing twice', async () => {
  await startRun(engine.job, 'firstSync', 'test');
  const callsBefore = engine.calls.length;
  await Promise.all([advanceRuns(engine.job), advanceRuns(engine.job), advanceRuns(engine.job)]);
  const run = await newestRun();
  expect(run?.state).toBe('finished');
  const sweeps = await listSweeps(engine.database, engine.job.connectionId);
  const swept = sweeps.filter(({ kind, resource }) => kind === 'full' && resource !== 'airtable');
  expect(swept.length).toBe(Object.keys(run?.progress ?? {}).length);
  for (const { finishedAt } of swept) {
    expect([run?.startedAt, finishedAt, run?.finishedAt]).toEqual(
      [run?.startedAt, finishedAt, run?.finishedAt].sort(),
    );
  }
  const kinds = engine.calls.slice(callsBefore).map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === 'rentals.list')).toEqual(['rentals.list']);
}, 30_000);

test('a list that Buildium refuses keeps no other back: the run ends with its reason, and the list is read once it may be', async () => {
  const { faults } = engine.network.buildium;
  // As in a base whose list of vendors was never read.
  await engine.database.execute(`delete from sweeps where resource = 'vendors'`);
  await startRun(engine.job, 'firstSync', 'test');
  faults.add([{ path: '^/v1/vendors', effect: { kind: 'status', status: 403, body: {} } }]);
  await advanceRuns(engine.job);
  const run = await newestRun();
  expect(run?.state).toBe('finished');
  expect(run?.problem).toMatch(
    /^Buildium did not let us read: vendors\. .*GET \/v1\/vendors.*asked for again/,
  );
  const notDone = Object.entries(run?.progress ?? {}).filter(([, { done }]) => !done);
  expect(notDone.map(([name]) => name)).toEqual(['vendors']);

  faults.clear();
  const [vendor] = await engine.database.query<{ id: string }>(
    `select entity_id as id from links where resource = 'vendors' and standing = 'linked' order by 1 limit 1`,
  );
  await engine.inBuildium('updateVendor', {
    id: Number(vendor?.id),
    patch: { CompanyName: 'Late Roofing', IsCompany: true },
  });
  await sweepDue(engine.job);
  await engine.drain('vendors');
  expect(await engine.cellsOf('vendors', vendor?.id ?? '')).toMatchObject({ name: 'Late Roofing' });
  expect(await engine.differences()).toEqual([]);
}, 30_000);

test('a side that is away stops the run with its reason; later it goes on, and nothing passes for deleted', async () => {
  const { faults } = engine.network.buildium;
  await startRun(engine.job, 'firstSync', 'test');
  faults.add([{ path: '^/v1/vendors', effect: { kind: 'status', status: 401, body: {} } }]);
  await advanceRuns(engine.job);
  const stopped = await newestRun();
  expect(stopped?.state).toBe('running');
  expect(stopped?.problem).toContain('GET /v1/vendors');
  expect(stopped?.progress['tenants']?.done).toBe(true);
  expect(stopped?.progress['leases']?.done).toBe(false);

  faults.clear();
  const lines: string[] = [];
  const log = createLogger('info', { write: (line) => void lines.push(line) });
  await advanceRuns({ ...engine.job, log });
  expect((await newestRun())?.state).toBe('finished');
  // Whoever has started the server sees in its log how far it is.
  expect(lines.some((line) => /First sync: leases are done, 8 read \(\d+ of \d+\)/.test(line))).toBe(true);
  expect(lines.at(-1)).toContain('First sync: it is through.');
  const gone = await engine.database.query(`select * from links where standing = 'deletedInBuildium'`);
  expect(gone).toEqual([]);
  expect(await engine.differences()).toEqual([]);
}, 30_000);

test('a key that may read nothing at all leaves the run open with the reason', async () => {
  const { faults } = engine.network.buildium;
  await startRun(engine.job, 'firstSync', 'test');
  faults.add([{ path: '^/v1/', effect: { kind: 'status', status: 403, body: {} } }]);
  await advanceRuns(engine.job);
  expect(await newestRun()).toMatchObject({
    state: 'running',
    problem: expect.stringContaining('did not let us read'),
  });
  faults.clear();
  await advanceRuns(engine.job);
  expect(await newestRun()).toMatchObject({ state: 'finished', problem: null });
}, 30_000);
