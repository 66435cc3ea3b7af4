import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { insertRun } from '../../server/db/runs.ts';
import { advanceCalculations, startCalculation } from '../../server/jobs/money/calculations.ts';
import { figuresOf } from '../../server/jobs/money/calculationViews.ts';
import { writeDueTables } from '../../server/jobs/money/runTables.ts';
import type { FaultPlan } from '../../server/sandbox/faults.ts';
import { startEngine, type Engine } from '../support/engine.ts';
import { dollars, MONTH, rowsOf } from '../tables/month.ts';
import type { CalculationInput } from './calculationProcess.ts';

const REQUESTS_A_SECOND = 200;
/** Long enough for the kill to come first; what was asked is carried out all the same. */
const ANSWER_AFTER_MS = 150;
const TABLES = ['NOI', 'Owner Draws', 'Owner Statements', 'Rent Roll', 'Monthly Balance Sheet'];

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
  const now = new Date().toISOString();
  await insertRun(engine.database, engine.job.connectionId, {
    ...{ runId: 'first', kind: 'firstSync', state: 'finished', requestedBy: 'test', problem: null },
    ...{ startedAt: now, finishedAt: now, progress: {} },
  });
}, 60_000);
afterAll(() => engine.close());

test('a calculation whose process is killed with SIGKILL, wherever it was, leaves one result and one row for each of its figures', async () => {
  const whole = await requestsOfOne();
  expect(whole).toBeGreaterThan(30);
  // In the reading, in the proof, around the keeping, and among the rows and files of the tables.
  const moments = [0.15, 0.5, 0.65, 0.85, 1].map((part) => Math.floor(part * whole));
  for (const at of moments) {
    const before = await versions();
    const calculationId = await asked(at);
    expect([at, await killedAtRequest(at)]).toEqual([at, 'SIGKILL']);
    const { job } = engine;
    const later = { ...job, clock: { ...job.clock, nowMs: () => job.clock.nowMs() + 10 * 60_000 } };
    await advanceCalculations(later);
    await writeDueTables(later);
    expect([at, await versions()]).toEqual([at, before + 1]);
    await expectOneRowEach(calculationId);
  }
}, 120_000);

/** Something new in the books, so that it is another run than the last, and a calculation that waits. */
async function asked(amount: number): Promise<string> {
  const [leaseId] = engine.network.buildium.world.records.leases.keys();
  await engine.inBuildium('postCharge', {
    leaseId,
    amount: amount + 1,
    date: `${MONTH.from.slice(0, 7)}-15`,
  });
  const scope = { period: MONTH, basis: 'accrual', propertyIds: null, ownerIds: null } as const;
  const request = { ...scope, dryRun: false, override: null, reason: null };
  const started = await startCalculation(engine.job, { kind: 'asked', request, by: 'test' });
  return started?.calculationId ?? '';
}

async function requestsOfOne(): Promise<number> {
  await asked(0);
  const worker = await startWorker();
  const counted = watchRequests(() => null);
  worker.send('go');
  await once(worker, 'message');
  worker.kill('SIGKILL');
  counted.stop();
  return counted.requests();
}

/** @returns how the process ended. */
async function killedAtRequest(at: number): Promise<NodeJS.Signals | null> {
  const worker = await startWorker();
  const gone = once(worker, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const watch = watchRequests((request) => {
    if (request < at) return null;
    if (request === at) worker.kill('SIGKILL');
    return ANSWER_AFTER_MS;
  });
  worker.send('go');
  const [, signal] = await gone;
  watch.stop();
  return signal;
}

async function startWorker(): Promise<ChildProcess> {
  const { context } = engine.network.server;
  const module = fileURLToPath(new URL('./calculationProcess.ts', import.meta.url));
  const input: CalculationInput = {
    databaseUrl: engine.databaseUrl,
    connectionId: engine.job.connectionId,
    encryptionKeys: context.config.encryptionKeys.map(({ id, base64 }) => ({
      id,
      base64: typeof base64 === 'string' ? base64 : base64.reveal(),
    })),
    requestsPerSecond: REQUESTS_A_SECOND,
  };
  const child = fork(module, [JSON.stringify(input)], { execArgv: [] });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`The worker ended by itself with code ${String(code)}.`);
  });
  await Promise.race([once(child, 'message'), ended]);
  ended.catch(() => undefined);
  return child;
}

/** Counts the requests that reach either service; `delayOf` says how long one is to wait for its answer. */
function watchRequests(delayOf: (request: number) => number | null): { requests(): number; stop(): void } {
  let requests = 0;
  const { buildium, airtable } = engine.network;
  const restore = [buildium.faults, airtable.faults].map((faults: FaultPlan) => {
    const take = faults.take.bind(faults);
    faults.take = (...request) => {
      requests += 1;
      const delayMs = delayOf(requests);
      return delayMs === null ? take(...request) : { kind: 'delay', delayMs };
    };
    return () => (faults.take = take);
  });
  return { requests: () => requests, stop: () => restore.forEach((undo) => undo()) };
}

async function versions(): Promise<number> {
  const [row] = await engine.database.query<{ runs: number }>(
    'select count(*)::int as runs from calculation_runs',
  );
  return row?.runs ?? 0;
}

async function expectOneRowEach(calculationId: string): Promise<void> {
  for (const table of TABLES) {
    const keys = rowsOf(engine, table).map(({ cells }) => String(cells['Key']));
    expect([table, keys.length]).toEqual([table, new Set(keys).size]);
    expect(keys.length).toBeGreaterThan(0);
  }
  const figures = await figuresOf(engine.job, calculationId);
  const shown = rowsOf(engine, 'NOI').map(({ cells }) => [cells['Key'], cells['NOI'] ?? null]);
  for (const { propertyId, statement } of figures?.result.properties ?? [])
    expect(shown).toContainEqual([
      `property ${propertyId} ${MONTH.from.slice(0, 7)} accrual`,
      dollars(statement.noiCents),
    ]);
  for (const { cells } of rowsOf(engine, 'Owner Statements'))
    expect((cells['Statement'] as unknown[]).length).toBe(1);
}
