import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { resourceNamed } from '../../shared/resources/index.ts';
import { claimMarks } from '../../server/db/claims.ts';
import { syncBatch } from '../../server/jobs/syncBatch.ts';
import { hearAirtable } from '../../server/jobs/hearAirtable.ts';
import { apiOf, type Journey } from '../support/journey.ts';
import { journeyClock } from '../support/journeyClock.ts';
import { JOURNEY_START_MS } from '../support/syncedTemplate.ts';
import { startEngine, type Engine } from '../support/engine.ts';

const clock = journeyClock(JOURNEY_START_MS);
let engine: Engine;
let ask: Journey['ask'];
beforeAll(async () => {
  engine = await startEngine({ settings: { twoWay: true, stillSeconds: 0 }, clock });
  ask = await apiOf(engine.network, engine.database, clock);
}, 60_000);
afterAll(() => engine.close());
afterEach(() => engine.network.airtable.faults.clear());

const SAID = 'Field "Market Rent" cannot accept the provided value';
const TOLD =
  'Airtable refuses the value for Market Rent. It says: Field "Market Rent" cannot accept the provided value. ' +
  'Set that right, in Airtable or in Buildium, then retry it in the extension.';

/** Every write that holds the text is refused for its value. */
function refuse(body: string): void {
  const error = { type: 'INVALID_VALUE_FOR_COLUMN', message: SAID };
  engine.network.airtable.faults.add([
    { method: 'PATCH', body, effect: { kind: 'status', status: 422, body: { error } } },
  ]);
}

async function unitAt(at: number): Promise<string> {
  const rows = await engine.database.query<{ id: string }>(
    `select entity_id as id from links where resource = 'units' and standing = 'linked' order by 1 limit 1 offset $1`,
    [at],
  );
  return rows[0]?.id ?? '';
}

const rentInBuildium = (id: string, marketRent: number): Promise<unknown> =>
  engine.inBuildium('changeMarketRent', { unitId: Number(id), marketRent });

async function look(id: string): Promise<void> {
  await engine.mark('units', [id]);
  await engine.drain('units');
}

/** What of the writes since then Airtable has taken. */
const taken = (since: number): unknown[] =>
  engine.airtableWrites(since).filter(({ status }) => status === 200);

async function agreedRent(id: string): Promise<unknown> {
  const [row] = await engine.database.query<{ rent: unknown }>(
    `select synced_buildium->'marketRent' as rent from links where resource = 'units' and entity_id = $1`,
    [id],
  );
  return row?.rent;
}

test('A row whose new value Airtable refuses says so itself, in the words of the story and of the list, once, until it is mended', async () => {
  const id = await unitAt(0);
  const before = await engine.cellsOf('units', id);
  const agreed = await agreedRent(id);
  refuse('1723');
  await rentInBuildium(id, 1723);
  await look(id);

  expect(await engine.cellsOf('units', id)).toMatchObject({
    ...{ marketRent: before['marketRent'], syncStatus: 'Problem', syncNote: TOLD },
  });
  expect(await agreedRent(id)).toEqual(agreed);
  const { held } = await ask('listHeld');
  expect(held).toMatchObject([{ kind: 'parked', entityId: id, reason: TOLD }]);
  const { recordId } = await engine.rowOf('units', id);
  const { now, steps } = await ask('readRecordTimeline', { airtableRecordId: recordId });
  expect(now).toMatchObject({ state: 'held', sentence: TOLD });
  expect(steps[0]?.sentence).toBe(`It was given up until somebody retries it: ${TOLD}`);

  const since = engine.calls.length;
  await hearAirtable(engine.job);
  await engine.drain('units');
  expect(engine.airtableWrites(since)).toEqual([]);
  await look(id);
  expect(taken(since)).toEqual([]);
  expect((await ask('listHeld')).held).toMatchObject([{ kind: 'parked', entityId: id, reason: TOLD }]);

  engine.network.airtable.faults.clear();
  expect(await ask('redrive', {}, { resource: 'units', entityId: id })).toEqual({ redriven: 1 });
  await engine.drain('units');
  expect(await engine.cellsOf('units', id)).toMatchObject({
    ...{ marketRent: 1723, syncStatus: 'Synced', syncNote: null },
  });
  expect((await ask('listHeld')).held).toEqual([]);
});

test('Where Buildium goes back to what the row shows, the row says Synced again, though there is nothing left to write but that', async () => {
  const id = await unitAt(1);
  const { marketRent } = await engine.cellsOf('units', id);
  refuse('1724');
  await rentInBuildium(id, 1724);
  await look(id);
  expect(await engine.cellsOf('units', id)).toMatchObject({ syncStatus: 'Problem', syncNote: TOLD });

  await rentInBuildium(id, Number(marketRent));
  await look(id);
  expect(await engine.cellsOf('units', id)).toMatchObject({
    ...{ marketRent, syncStatus: 'Synced', syncNote: null },
  });
});

test('A row that takes not even its status cells is parked with the same sentence, and not written to again', async () => {
  const id = await unitAt(2);
  const { recordId } = await engine.rowOf('units', id);
  refuse(recordId);
  await rentInBuildium(id, 1725);
  await look(id);
  expect(await engine.cellsOf('units', id)).toMatchObject({ syncStatus: 'Synced' });
  expect((await ask('listHeld')).held).toMatchObject([{ kind: 'parked', entityId: id, reason: TOLD }]);
  const since = engine.calls.length;
  await engine.drain('units');
  expect(engine.airtableWrites(since)).toEqual([]);

  engine.network.airtable.faults.clear();
  await look(id);
  expect(await engine.cellsOf('units', id)).toMatchObject({ marketRent: 1725, syncStatus: 'Synced' });
});

test('A row whose status cells do not get through, because Airtable is away, is told when it is back', async () => {
  const id = await unitAt(3);
  refuse('1726');
  engine.network.airtable.faults.add([
    { method: 'PATCH', body: 'It says', times: 8, effect: { kind: 'status', status: 503 } },
  ]);
  await rentInBuildium(id, 1726);
  await look(id);
  expect(await engine.cellsOf('units', id)).toMatchObject({ syncStatus: 'Synced' });
  const reason = 'Airtable is away: it does not answer, or its server ends in an error.';
  const { recordId } = await engine.rowOf('units', id);
  expect((await ask('readRecordTimeline', { airtableRecordId: recordId })).now.sentence).toBe(reason);
  expect((await ask('listHeld')).held).toMatchObject([{ kind: 'retrying', entityId: id, reason }]);

  engine.network.airtable.faults.clear();
  refuse('1726');
  clock.advanceMs(60_000);
  await engine.drain('units');
  expect(await engine.cellsOf('units', id)).toMatchObject({ syncStatus: 'Problem', syncNote: TOLD });

  engine.network.airtable.faults.clear();
  await look(id);
  expect((await ask('listHeld')).held).toEqual([]);
});

test('What is corrected while the look that is refused goes on is looked at at once, and not parked over', async () => {
  const { job } = engine;
  const id = await unitAt(4);
  refuse('1727');
  await rentInBuildium(id, 1727);
  await engine.mark('units', [id]);
  const nowMs = clock.nowMs();
  const claims = await claimMarks(engine.database, {
    ...{ connectionId: job.connectionId, resource: 'units', owner: 'test', limit: 1 },
    ...{ now: new Date(nowMs).toISOString(), until: new Date(nowMs + 60_000).toISOString() },
  });
  expect(claims).toMatchObject([{ entityId: id }]);
  await engine.mark('units', [id]);
  await syncBatch(job, resourceNamed('units'), claims);
  expect(await engine.cellsOf('units', id)).toMatchObject({ syncStatus: 'Problem' });
  expect((await ask('listHeld')).held).toMatchObject([{ kind: 'retrying', entityId: id }]);

  await rentInBuildium(id, 1728);
  await engine.drain('units');
  expect(await engine.cellsOf('units', id)).toMatchObject({ marketRent: 1728, syncStatus: 'Synced' });
  expect((await ask('listHeld')).held).toEqual([]);
});
