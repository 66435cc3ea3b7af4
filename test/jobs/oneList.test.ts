import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { ROOT_RESOURCES } from '../../shared/resources/index.ts';
import { listSweeps } from '../../server/db/sweeps.ts';
import { dueChores, runChore } from '../../server/jobs/chores.ts';
import { advanceReconciliations, startReconciliation } from '../../server/jobs/reconcile/reconcile.ts';
import { createLogger } from '../../server/log.ts';
import { statusSays } from '../support/doctor.ts';
import { startEngine, type Engine } from '../support/engine.ts';
import { apiOf } from '../support/journey.ts';
import { journeyClock } from '../support/journeyClock.ts';
import { JOURNEY_START_MS } from '../support/syncedTemplate.ts';

const HOUR_MS = 3_600_000;

const clock = journeyClock(JOURNEY_START_MS);
let engine: Engine;
let ask: Awaited<ReturnType<typeof apiOf>>;
beforeAll(async () => {
  engine = await startEngine({ clock });
  ask = await apiOf(engine.network, engine.database, clock);
}, 60_000);
afterAll(() => engine.close());
afterEach(() => engine.network.buildium.faults.clear());

/** Somebody unticks "Bank Accounts" on the key. */
function untick(status = 403, path = '^/v1/bankaccounts'): void {
  const body = { UserMessage: 'The key lacks a permission.' };
  engine.network.buildium.faults.add([{ path, effect: { kind: 'status', status, body } }]);
}

/** The lists that were read to their end since the moment. */
async function readSince(kind: 'changes' | 'full', since: string): Promise<string[]> {
  const sweeps = await listSweeps(engine.database, engine.job.connectionId);
  const names = ROOT_RESOURCES.map(({ name }) => name);
  return sweeps
    .filter((row) => row.kind === kind && names.includes(row.resource) && (row.finishedAt ?? '') >= since)
    .map(({ resource }) => resource)
    .sort();
}

const allBut = (resource: string): string[] =>
  ROOT_RESOURCES.map(({ name }) => name)
    .filter((name) => name !== resource)
    .sort();

const now = (): string => new Date(clock.nowMs()).toISOString();

test.each([403, 404, 422])(
  'A list that Buildium refuses (%s) is told, and the lists after it are swept',
  async (status) => {
    clock.advanceMs(25 * HOUR_MS);
    const since = now();
    untick(status);
    await runChore(engine.job, 'sweep');
    expect(await readSince('changes', since)).toEqual(allBut('bankAccounts'));
  },
);

test('A side that is away is not asked for one list after the other', async () => {
  clock.advanceMs(25 * HOUR_MS);
  const since = engine.calls.length;
  untick(503, '^/v1');
  await runChore(engine.job, 'sweep');
  expect(new Set(engine.calls.slice(since).map(({ call }) => call)).size).toBeLessThan(4);
}, 30_000);

test('The night goes on after a list that is refused, does its other work once, and asks for that list again after a while', async () => {
  clock.advanceMs(25 * HOUR_MS);
  const since = now();
  untick();
  const lines: string[] = [];
  const job = { ...engine.job, log: createLogger('info', { write: (line) => void lines.push(line) }) };
  const isThrough = (): number => lines.filter((line) => line.includes('The nightly read is through')).length;
  expect(await dueChores(job)).toContain('nightly');
  await runChore(job, 'nightly');
  expect(await readSince('full', since)).toEqual(allBut('bankAccounts'));
  expect(lines.filter((line) => line.includes('"resource":"bankAccounts"'))).toHaveLength(1);
  expect(isThrough()).toBe(1);
  expect(await dueChores(job)).not.toContain('nightly');

  clock.advanceMs(11 * 60_000);
  expect(await dueChores(job)).toContain('nightly');
  engine.network.buildium.faults.clear();
  await runChore(job, 'nightly');
  expect(await readSince('full', since)).toEqual([...allBut('bankAccounts'), 'bankAccounts'].sort());
  expect(isThrough()).toBe(1);
  expect(await dueChores(job)).not.toContain('nightly');
}, 30_000);

test('A list that has not been read for far too long is a problem that says since when and why', async () => {
  const about = async (): Promise<string[]> =>
    (await statusSays({ ask })).filter((line) => line.startsWith('Sweep:'));
  await runChore(engine.job, 'sweep');
  await runChore(engine.job, 'hearAirtable');
  expect(await about()).toEqual([]);
  untick();
  clock.advanceMs(25 * HOUR_MS);
  await runChore(engine.job, 'sweep');
  await runChore(engine.job, 'hearAirtable');
  const [told, ...others] = await about();
  expect(others).toEqual([]);
  expect(told).toMatch(/The list of bank accounts is due .* last read at 2.*403 on GET \/v1\/bankaccounts/);
}, 30_000);

test('A reconciliation ends without the table that it may not read, and says which and why', async () => {
  untick();
  const { reconciliationId } = await startReconciliation(engine.job, 'test');
  await advanceReconciliations(engine.job, { settlingMs: 0 });
  const detail = await ask('readReconciliation', { reconciliationId });
  expect(detail).toMatchObject({ state: 'finished', problem: null });
  const unread = detail.resources.filter(({ problem }) => problem !== null);
  expect(unread).toMatchObject([{ resource: 'bankAccounts', records: 0 }]);
  expect(unread[0]?.problem).toContain('403 on GET /v1/bankaccounts');
  expect(detail.resources.find(({ resource }) => resource === 'units')?.records).toBeGreaterThan(0);
  const said = (await statusSays({ ask })).filter((line) => line.startsWith('Reconciliation:'));
  expect(said).toEqual([expect.stringMatching(/bank accounts could not be compared .* 403/)]);
}, 60_000);

test('One that may read nothing is not finished with an empty certificate', async () => {
  untick(403, '^/v1');
  const { reconciliationId } = await startReconciliation(engine.job, 'test');
  await advanceReconciliations(engine.job, { settlingMs: 0 });
  const { state, problem } = await ask('readReconciliation', { reconciliationId });
  expect({ state, problem }).toMatchObject({ state: 'running', problem: expect.stringContaining('403') });
});
