import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { connectionById } from '../../server/db/connections.ts';
import { runById } from '../../server/db/runs.ts';
import { dueChores } from '../../server/jobs/chores.ts';
import { advanceRuns, hasSynced, startRun } from '../../server/jobs/runs.ts';
import { examineConnection } from '../../server/jobs/watch/doctor.ts';
import { startEngine, type Engine } from '../support/engine.ts';
import { journeyClock, type JourneyClock } from '../support/journeyClock.ts';
import { pressSyncNow } from '../support/manyRuns.ts';

/** Runs are kept for ever, and the first sync is further back with each that comes after it. */
const DAY_MS = 86_400_000;

let engine: Engine;
let clock: JourneyClock;
beforeAll(async () => {
  clock = journeyClock(Date.parse('2026-11-16T14:00:00Z'));
  engine = await startEngine({ clock });
}, 60_000);
afterAll(() => engine.close());

test('what is due stays due however often people press "Sync now": sweeps, nights, month ends, comparisons', async () => {
  clock.advanceMs(DAY_MS);
  const due = await dueChores(engine.job);
  expect(due).toEqual(expect.arrayContaining(['sweep', 'nightly', 'reconcile']));
  await pressSyncNow(engine, 120);
  expect(await dueChores(engine.job)).toEqual(due);
  expect(await hasSynced(engine.job)).toBe(true);
  const connection = await connectionById(engine.database, engine.job.connectionId);
  if (!connection) throw new Error('The connection is gone');
  const findings = await examineConnection(engine.job, connection);
  expect(findings.filter(({ about }) => about === 'State')).toEqual([
    expect.objectContaining({ level: 'ok', message: 'Running; the first sync is through.' }),
  ]);
});

test('a run that many others have passed is carried on all the same', async () => {
  const { runId } = await startRun(engine.job, 'syncNow', 'test', ['vendors']);
  clock.advanceMs(1_000);
  await pressSyncNow(engine, 20);
  expect(await dueChores(engine.job)).toContain('runs');
  await advanceRuns(engine.job);
  expect(await runById(engine.database, engine.job.connectionId, runId)).toMatchObject({ state: 'finished' });
});
