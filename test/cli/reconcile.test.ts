import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from '../../server/context.ts';
import { lastFinished } from '../../server/db/reconciliations.ts';
import type { Job } from '../../server/jobs/job.ts';
import { finishPairing } from '../../server/jobs/connect/pairingDecisions.ts';
import { advanceRuns } from '../../server/jobs/runs.ts';
import { connectTwoSides, contextOn, jobOn, startTwoSides, type TwoSides } from '../support/twoSides.ts';
import { environmentFor, runCli } from './runCli.ts';

let sides: TwoSides;
let context: Context;
let job: Job;
let folder: string;

beforeAll(async () => {
  sides = await startTwoSides();
  context = await contextOn(sides);
  folder = await mkdtemp(join(tmpdir(), 'cli-reconcile-'));
  job = await connectTwoSides(context, sides);
  const finished = await finishPairing(job, 'test', null);
  if (!finished.ok) throw new Error(finished.error.message);
  job = await jobOn(context, job.connectionId);
  await advanceRuns(job);
}, 120_000);
afterAll(async () => {
  await context.close();
  await sides.close();
  await rm(folder, { recursive: true, force: true });
});

test('reconcile says what differs and why, mends it on demand, and leaves a certificate', async () => {
  const [unit] = sides.rows('Units');
  sides.inAirtable({
    ...{ action: 'updateRecords', table: 'Units' },
    records: [{ id: unit?.id ?? '', fields: { Name: 'My own name' } }],
  });
  const file = join(folder, 'certificate.json');
  const environment = environmentFor(sides);
  const said = await runCli(['reconcile', '--repair', '--certificate', file], environment);
  expect(said.stderr).toBe('');
  expect(said.stdout).toMatch(
    /^Reading both sides afresh…\n99\.\d\d% of \d+ records are equal on both sides\.\n1 of 1 that were not are equal now/,
  );
  expect(said.code).toBe(0);
  const [after] = sides.rows('Units').filter(({ id }) => id === unit?.id);
  expect(after?.cells['Name']).toBe(unit?.cells['Name']);

  const last = await lastFinished(job.database, job.connectionId);
  const certificate = await readFile(file);
  expect(createHash('sha256').update(certificate).digest('hex')).toBe(last?.certificateHash);
  const status = await runCli(['status'], environment);
  expect(status.stdout).toMatch(/Reconciliation: 99\.\d\d% of \d+ records were equal on both sides at/);
}, 120_000);
