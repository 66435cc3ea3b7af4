import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { checkSchema } from '../../../server/jobs/checkSchema.ts';
import type { ShownConflict } from '../../../server/jobs/conflicts/conflictView.ts';
import { resolveConflict, undoConflict } from '../../../server/jobs/conflicts/conflicts.ts';
import { repair } from '../../../server/jobs/connect/repair.ts';
import type { Engine } from '../../support/engine.ts';
import { openBench, type Bench } from './bench.ts';

/** What a person has typed is in conflict, and then its column or its table is deleted: the value is in the conflict alone. */
let bench: Bench;
let engine: Engine;
let unitId: string;
/** Every test has rents of its own. */
let rent = 1_000;
beforeAll(async () => {
  bench = await openBench();
  engine = bench.engine;
  unitId = bench.unit();
}, 60_000);
afterAll(() => engine.close());

const look = () => bench.look('units', unitId);
const theConflict = () => bench.theConflict(unitId);
const typeRent = (marketRent: number) => bench.type('units', unitId, 'marketRent', marketRent);
const changeRent = (marketRent: number) =>
  engine.inBuildium('changeMarketRent', { unitId: Number(unitId), marketRent });
const rents = async (): Promise<unknown[]> => [
  (await bench.inBuildium(unitId))['MarketRent'],
  (await engine.cellsOf('units', unitId))['marketRent'],
];

/** Buildium's rent is ten dollars higher than before, Airtable's twenty. */
async function inConflict(): Promise<ShownConflict> {
  rent += 100;
  const [buildium, airtable] = [rent + 10, rent + 20];
  await changeRent(buildium);
  await typeRent(airtable);
  await look();
  const conflict = await theConflict();
  expect(conflict).toMatchObject({ state: 'open', airtable: airtable * 100, buildium: buildium * 100 });
  return conflict;
}

async function choose(choice: { side: 'buildium' | 'airtable' } | { value: number }): Promise<void> {
  const { conflictId, version } = await theConflict();
  expect(await resolveConflict(engine.job, { conflictId, version, ...choice }, 'person')).toEqual({
    ...{ ok: true, value: null },
  });
  await engine.drain('units');
}

async function repaired(): Promise<void> {
  expect(await repair(bench.job, 'person', null)).toMatchObject({ ok: true });
  // What was typed before is heard of by the repair, and would wait until its row is still.
  await look();
}

/** Each test leaves its own settled, and both sides equal. */
afterEach(async () => {
  expect(await theConflict()).not.toMatchObject({ state: 'open' });
  const [buildium, airtable] = await rents();
  expect(airtable).toBe(buildium);
});

test('while its resource is switched off nothing can be decided, and both values stay', async () => {
  const { conflictId, version } = await inConflict();
  const { job, database } = engine;
  const off = { ...job.settings, resources: { ...job.settings.resources, units: { enabled: false } } };
  const choice = { conflictId, version, side: 'airtable' } as const;
  const refused = await resolveConflict({ ...job, settings: off }, choice, 'person');
  expect(refused.ok ? '' : refused.error.message).toBe(
    'The units are switched off. Both values are kept, and can be chosen from once they are switched on.',
  );
  expect(await database.query(`select state from conflicts where conflict_id = $1`, [conflictId])).toEqual([
    { state: 'open' },
  ]);
  await choose({ side: 'airtable' });
});

const LOSSES = [
  ['its column', () => engine.inAirtable('deleteField', { table: 'Units', field: 'Market Rent' })],
  ['its table', () => engine.inAirtable('deleteTable', { table: 'Units' })],
] as const;

describe.each(LOSSES)('%s is deleted', (_what, lose) => {
  test('nothing can be decided meanwhile, and it says why; made anew, the value that was typed can be chosen', async () => {
    const { conflictId, version } = await inConflict();
    await lose();
    await checkSchema(engine.job);
    await look();
    const refused = await resolveConflict(engine.job, { conflictId, version, side: 'airtable' }, 'person');
    expect(refused.ok ? '' : refused.error.message).toMatch(
      /deleted.* Both values are kept, and can be chosen from/,
    );
    await repaired();
    expect(await theConflict()).toMatchObject({
      conflictId,
      state: 'open',
      airtable: (rent + 20) * 100,
      buildium: (rent + 10) * 100,
    });
    expect(await engine.cellsOf('units', unitId)).toMatchObject({ marketRent: null, syncStatus: 'Conflict' });
    await choose({ side: 'airtable' });
    expect(await rents()).toEqual([rent + 20, rent + 20]);
    expect(await theConflict()).toMatchObject({ conflictId, state: 'resolved', decision: 'airtable' });
  });

  test('what somebody has blanked in Buildium stays in conflict with what was typed, until a person decides', async () => {
    rent += 100;
    await engine.inBuildium('updateUnit', { id: Number(unitId), patch: { MarketRent: null } });
    await typeRent(rent + 20);
    await look();
    await lose();
    await checkSchema(engine.job);
    await look();
    await repaired();
    await look();
    const blank = { state: 'open', buildium: null, airtable: (rent + 20) * 100 };
    expect(await theConflict()).toMatchObject(blank);
    expect(await rents()).toEqual([null, null]);
    await choose({ side: 'buildium' });
    expect(await theConflict()).toMatchObject({ state: 'resolved', decision: 'buildium' });
    await engine.inBuildium('changeMarketRent', { unitId: Number(unitId), marketRent: rent });
    await look();
  });

  test.each([
    ['Buildium’s value', { side: 'buildium' }, (): number => rent + 10],
    ['a typed one', { value: 99_900 }, (): number => 999],
  ] as const)('made anew, %s can be chosen', async (_which, choice, result) => {
    await inConflict();
    await lose();
    await checkSchema(engine.job);
    await repaired();
    await choose(choice);
    expect(await rents()).toEqual([result(), result()]);
  });

  test('what was decided a moment before lands when it is back', async () => {
    const { conflictId, version } = await inConflict();
    expect(
      await resolveConflict(engine.job, { conflictId, version, side: 'airtable' }, 'person'),
    ).toMatchObject({
      ok: true,
    });
    await lose();
    await checkSchema(engine.job);
    await engine.drain('units');
    expect(await theConflict()).toMatchObject({ state: 'resolving' });
    await repaired();
    expect(await rents()).toEqual([rent + 20, rent + 20]);
    expect(await theConflict()).toMatchObject({ conflictId, state: 'resolved', decision: 'airtable' });
  });

  test('a policy that decides meanwhile is on record with the value that it took away, and can be undone', async () => {
    const { conflictId } = await inConflict();
    await bench.setPolicies({ fields: { 'units.marketRent': 'buildium' } });
    await lose();
    await checkSchema(engine.job);
    await repaired();
    await bench.setPolicies({});
    expect(await rents()).toEqual([rent + 10, rent + 10]);
    const settled = { conflictId, state: 'resolved', decision: 'buildium', policy: 'buildium' };
    expect(await theConflict()).toMatchObject({ ...settled, airtable: (rent + 20) * 100 });
    expect(await undoConflict(engine.job, conflictId, 'person')).toMatchObject({ ok: true });
    await engine.drain('units');
    expect(await rents()).toEqual([rent + 20, rent + 20]);
  });

  test('a policy’s decision that Buildium refuses is told on the row once, and written no more after that', async () => {
    const { conflictId } = await inConflict();
    await bench.setPolicies({ fields: { 'units.marketRent': 'airtable' } });
    await lose();
    await checkSchema(engine.job);
    const { faults } = engine.network.buildium;
    faults.add([
      { method: 'PUT', effect: { kind: 'status', status: 422, body: { UserMessage: 'Not now.' } } },
    ]);
    await repaired();
    expect(await engine.cellsOf('units', unitId)).toMatchObject({ marketRent: null, syncStatus: 'Problem' });
    expect(await theConflict()).toMatchObject({ conflictId, state: 'open', airtable: (rent + 20) * 100 });
    const since = engine.calls.length;
    await look();
    expect(engine.airtableWrites(since)).toEqual([]);
    faults.clear();
    await look();
    await bench.setPolicies({});
    expect(await rents()).toEqual([rent + 20, rent + 20]);
  });

  test('where Buildium comes to show the same meanwhile the conflict is over', async () => {
    await inConflict();
    await lose();
    await checkSchema(engine.job);
    await changeRent(rent + 20);
    await repaired();
    expect(await rents()).toEqual([rent + 20, rent + 20]);
    expect(await theConflict()).toMatchObject({ state: 'closed' });
  });

  test('what somebody types into the new cell counts, and not what was kept', async () => {
    await inConflict();
    await lose();
    await checkSchema(engine.job);
    await repaired();
    await typeRent(rent + 30);
    await look();
    expect(await theConflict()).toMatchObject({ state: 'open', airtable: (rent + 30) * 100 });
    await choose({ side: 'airtable' });
    expect(await rents()).toEqual([rent + 30, rent + 30]);
  });
});
