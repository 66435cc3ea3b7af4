import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { hearAirtable } from '../../server/jobs/hearAirtable.ts';
import { apiOf, type Journey } from '../support/journey.ts';
import { journeyClock } from '../support/journeyClock.ts';
import { JOURNEY_START_MS } from '../support/syncedTemplate.ts';
import { startEngine, type Engine } from '../support/engine.ts';

const clock = journeyClock(JOURNEY_START_MS);
let engine: Engine;
let ask: Journey['ask'];
let bill: string;
beforeAll(async () => {
  engine = await startEngine({ settings: { twoWay: true, stillSeconds: 0 }, clock });
  ask = await apiOf(engine.network, engine.database, clock);
  const [row] = await engine.database.query<{ id: string }>(
    `select entity_id as id from links where resource = 'bills' and standing = 'linked' order by 1 limit 1`,
  );
  bill = row?.id ?? '';
}, 60_000);
afterAll(() => engine.close());
afterEach(() => engine.network.buildium.faults.clear());

const SAID = 'There is a request conflict with the current state of the target resource.';

function conflict(times?: number): void {
  engine.network.buildium.faults.add([
    {
      ...{ method: 'PATCH', path: `^/v1/bills/${bill}$`, ...(times === undefined ? {} : { times }) },
      effect: { kind: 'status', status: 409, body: { UserMessage: SAID, ErrorCode: null, Errors: [] } },
    },
  ]);
}

async function typeMemo(memo: string): Promise<void> {
  const { tableId, recordId, fieldIds } = await engine.rowOf('bills', bill);
  const fields = { [fieldIds['memo'] ?? '']: memo };
  await engine.inAirtable('updateRecords', { table: tableId, records: [{ id: recordId, fields }] });
  await engine.mark('bills', [bill]);
}

const callsOf = (since: number, method: string): number =>
  engine.calls.slice(since).filter(({ call }) => call === `${method} /v1/bills/${bill}`).length;

const saves = (since: number): number => callsOf(since, 'PATCH');

/** Looks as often as it is tried by itself. */
async function lookOn(times: number): Promise<void> {
  for (let at = 0; at < times; at += 1) {
    await engine.drain('bills');
    clock.advanceMs(20_000);
  }
}

test('An edit that meets another change in Buildium is read and saved anew by itself, and nobody is troubled', async () => {
  conflict(2);
  const since = engine.calls.length;
  await typeMemo('Met another change');
  await lookOn(4);
  expect(saves(since)).toBe(3);
  expect(callsOf(since, 'GET')).toBeGreaterThanOrEqual(3);
  expect(await engine.job.buildium.get(`/v1/bills/${bill}`)).toMatchObject({
    value: { Memo: 'Met another change' },
  });
  expect(await engine.cellsOf('bills', bill)).toMatchObject({ syncStatus: 'Synced', syncNote: null });
  expect((await ask('listHeld')).held).toEqual([]);
});

test('An edit that the state of its bill stands against is held after a few tries, in plain words, and goes through once it can', async () => {
  conflict();
  const since = engine.calls.length;
  await typeMemo('Stood against');
  await lookOn(6);
  expect(saves(since)).toBe(4);
  const { syncStatus, syncNote } = await engine.cellsOf('bills', bill);
  expect(syncStatus).toBe('Problem');
  expect(syncNote).toMatch(
    /^Not taken over into Buildium: Buildium does not save bill \d+ in the state that it is in there\. It says: There is a request conflict/,
  );
  const { recordId } = await engine.rowOf('bills', bill);
  const { now, steps } = await ask('readRecordTimeline', { airtableRecordId: recordId });
  const { held } = await ask('listHeld');
  expect(held).toMatchObject([{ kind: 'refused', entityId: bill, reason: syncNote }]);
  expect(now).toMatchObject({ state: 'held', sentence: syncNote });
  for (const { sentence } of steps) expect(sentence).not.toMatch(/409|\/v1\//);

  const later = engine.calls.length;
  await hearAirtable(engine.job);
  await engine.mark('bills', [bill]);
  await lookOn(3);
  expect(saves(later)).toBe(1);
  expect(engine.airtableWrites(later)).toEqual([]);

  engine.network.buildium.faults.clear();
  await engine.mark('bills', [bill]);
  await lookOn(1);
  expect(await engine.job.buildium.get(`/v1/bills/${bill}`)).toMatchObject({
    value: { Memo: 'Stood against' },
  });
  expect(await engine.cellsOf('bills', bill)).toMatchObject({ syncStatus: 'Synced', syncNote: null });
});
