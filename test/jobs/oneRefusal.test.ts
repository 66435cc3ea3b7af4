import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { resourceNamed } from '../../shared/resources/index.ts';
import { sweep, type SweepOutcome } from '../../server/jobs/sweep.ts';
import { apiOf } from '../support/journey.ts';
import { journeyClock } from '../support/journeyClock.ts';
import { JOURNEY_START_MS } from '../support/syncedTemplate.ts';
import { startEngine, type Engine } from '../support/engine.ts';

const clock = journeyClock(JOURNEY_START_MS);
let engine: Engine;
let ask: Awaited<ReturnType<typeof apiOf>>;
beforeAll(async () => {
  engine = await startEngine({ clock });
  ask = await apiOf(engine.network, engine.database, clock);
}, 60_000);
afterAll(() => engine.close());
afterEach(() => engine.network.buildium.faults.clear());

function answer(path: string, status: number): void {
  const body = { UserMessage: status === 403 ? 'You may not see this.' : 'Internal error' };
  engine.network.buildium.faults.add([{ path, effect: { kind: 'status', status, body } }]);
}

async function idsOf(resource: string): Promise<string[]> {
  const rows = await engine.database.query<{ id: string }>(
    `select entity_id as id from links where resource = $1 and standing = 'linked' order by 1`,
    [resource],
  );
  return rows.map(({ id }) => id);
}

let rent = 1700;

/** Both are due at the same moment; @returns the market rent that each must come to show. */
async function changeBoth(units: readonly string[]): Promise<number> {
  rent += 1;
  for (const id of units)
    await engine.inBuildium('changeMarketRent', { unitId: Number(id), marketRent: rent });
  await engine.mark('units', units);
  return rent;
}

const rentOf = async (id: string): Promise<unknown> => (await engine.cellsOf('units', id))['marketRent'];

async function buildiumState(): Promise<string | undefined> {
  const { sides } = await ask('readStatus');
  return sides.find(({ side }) => side === 'buildium')?.state;
}

/** Looks as often as it takes to park what is refused, each time when it is due again. */
async function drainFor(resource: string, minutes: number): Promise<void> {
  for (let at = 0; at < minutes * 2; at += 1) {
    await engine.drain(resource);
    clock.advanceMs(30_000);
  }
}

test('A unit that the key may not see is held with "no access", alone: the one beside it gets its rent, and the side stays up', async () => {
  const [hidden, shown] = (await idsOf('units')) as [string, string];
  answer(`^/v1/rentals/units/${hidden}$`, 403);
  const marketRent = await changeBoth([hidden, shown]);
  await engine.drain('units');

  expect(await rentOf(shown)).toBe(marketRent);
  expect(await buildiumState()).toBe('up');
  await drainFor('units', 12);
  const { held } = await ask('listHeld');
  expect(held).toMatchObject([{ kind: 'parked', resource: 'units', entityId: hidden }]);
  const { recordId } = await engine.rowOf('units', hidden);
  const { now, steps } = await ask('readRecordTimeline', { airtableRecordId: recordId });
  expect(now.sentence).toBe(held[0]?.reason);
  for (const { sentence } of steps) expect(sentence).not.toContain('/v1/');
  expect(held[0]?.reason).toMatch(
    /^No access: Buildium does not show unit \d+ to the API key, though it shows others\. .*let the key see it/,
  );

  engine.network.buildium.faults.clear();
  await engine.mark('units', [hidden]);
  await engine.drain('units');
  expect(await rentOf(hidden)).toBe(marketRent);
  expect((await ask('listHeld')).held).toEqual([]);
}, 30_000);

test('An event of nothing but a unit that the key may not see stops no other resource', async () => {
  const [hidden] = (await idsOf('units')) as [string];
  answer(`^/v1/rentals/units/${hidden}$`, 403);
  await engine.mark('units', [hidden]);
  await engine.drain('units');
  expect(await buildiumState()).toBe('up');
  expect((await ask('listHeld')).held).toMatchObject([{ entityId: hidden }]);

  engine.network.buildium.faults.clear();
  await drainFor('units', 1);
  expect((await ask('listHeld')).held).toEqual([]);
});

const MAY_NOT_READ =
  'The Buildium API key may not read units: "View" for Rentals > Rental properties and units is not ticked. What changes in them waits.';
const TICK =
  'In Buildium, Settings > Developer Tools > API Keys, open the key and tick "View" for: Rentals > Rental properties and units. It goes on by itself within a quarter of an hour.';

test('A key that may read no units at all holds the units back and not the vendors, and blames none of them', async () => {
  const [one, other] = (await idsOf('units')) as [string, string];
  answer('^/v1/rentals/units', 403);
  const marketRent = await changeBoth([one, other]);
  await engine.drain('units');
  expect(await buildiumState()).toBe('up');
  const reason = `${MAY_NOT_READ} ${TICK}`;
  expect((await ask('listHeld')).held).toMatchObject([
    { kind: 'retrying', attempts: 0, entityId: one, reason },
    { kind: 'retrying', attempts: 0, entityId: other, reason },
  ]);
  const { recordId } = await engine.rowOf('units', one);
  const { now } = await ask('readRecordTimeline', { airtableRecordId: recordId });
  expect(now).toMatchObject({ state: 'stopped', sentence: MAY_NOT_READ, whatToDo: TICK });

  engine.network.buildium.faults.clear();
  clock.advanceMs(16 * 60_000);
  await engine.drain('units');
  expect([await rentOf(one), await rentOf(other)]).toEqual([marketRent, marketRent]);
});

test.each([
  ['the key has lost every right', 403],
  ['every answer is an error of the server', 500],
])('Where %s (%s) the side is down as a whole, and all goes on when it answers', async (_why, status) => {
  const [one, other] = (await idsOf('units')) as [string, string];
  answer('^/v1', status);
  const marketRent = await changeBoth([one, other]);
  await engine.drain('units');
  expect(await buildiumState()).toBe('down');

  engine.network.buildium.faults.clear();
  clock.advanceMs(16 * 60_000);
  await engine.drain('units');
  expect([await rentOf(one), await rentOf(other)]).toEqual([marketRent, marketRent]);
  expect(await buildiumState()).toBe('up');
});

test('A unit whose own answer is an error is set aside and tried ever more seldom; the one beside it goes on, and it comes back by itself', async () => {
  const [broken, whole] = (await idsOf('units')) as [string, string];
  answer(`^/v1/rentals/units/${broken}$`, 500);
  const marketRent = await changeBoth([broken, whole]);
  await engine.drain('units');
  expect(await rentOf(whole)).toBe(marketRent);
  expect(await buildiumState()).toBe('up');

  const waits: number[] = [];
  for (let tries = 0; tries < 3; tries += 1) {
    const { held } = await ask('listHeld');
    expect(held).toMatchObject([
      { kind: 'retrying', entityId: broken, reason: expect.stringContaining('500') },
    ]);
    const nextMs = Date.parse(held[0]?.nextTryAt ?? '');
    waits.push(nextMs - clock.nowMs());
    clock.setMs(nextMs + 1);
    await engine.drain('units');
  }
  expect(waits).toEqual([...waits].sort((a, b) => a - b));
  expect((await engine.database.query(`select 1 from marks where parked_at is not null`)).length).toBe(0);

  engine.network.buildium.faults.clear();
  clock.advanceMs(16 * 60_000);
  await engine.drain('units');
  expect(await rentOf(broken)).toBe(marketRent);
}, 30_000);

async function sweepBills(): Promise<SweepOutcome> {
  const outcome = await sweep(engine.job, { resource: resourceNamed('bills'), kind: 'full', reason: 'test' });
  await engine.drain('bills');
  return outcome;
}

async function addBill(): Promise<string> {
  const [known] = await engine.database.query<{ vendor: string; property: string; account: string }>(
    `select b.synced_buildium->'vendor'->>0 as vendor, b.synced_buildium->'properties'->>0 as property,
       l.synced_buildium->'glAccount'->>0 as account
       from links b join links l on l.resource = 'billLines' and l.parent_id = b.entity_id
      where b.resource = 'bills' limit 1`,
  );
  const { billId } = await engine.inBuildium('addBill', {
    vendorId: Number(known?.vendor),
    propertyId: Number(known?.property),
    glAccountId: Number(known?.account),
    amount: 120.5,
  });
  return String(billId);
}

test('A bill whose payments cannot be read is set aside by itself: the bills listed after it come over, and nothing is taken for deleted', async () => {
  const [broken] = (await idsOf('bills')) as [string];
  answer(`^/v1/bills/${broken}/payments`, 500);
  const added = await addBill();
  expect(await sweepBills()).toMatchObject({ kind: 'swept', failure: null });
  expect(await engine.cellsOf('bills', added)).toMatchObject({ status: 'Unpaid', syncStatus: 'Synced' });
  const { held } = await ask('listHeld');
  expect(held).toMatchObject([
    { kind: 'retrying', entityId: broken, reason: expect.stringMatching(/cannot show bill \d+ .*\(500\)/) },
  ]);
  expect(await idsOf('bills')).toContain(broken);

  engine.network.buildium.faults.clear();
  clock.advanceMs(16 * 60_000);
  await engine.drain('bills');
  expect((await ask('listHeld')).held).toEqual([]);
}, 30_000);

test('Where the payments of no bill can be read the list has failed as a whole, and holds nobody', async () => {
  answer('^/v1/bills/[0-9]+/payments', 403);
  const outcome = await sweepBills();
  expect(outcome).toMatchObject({ kind: 'failed', failure: { kind: 'forbidden' } });
  expect((await ask('listHeld')).held).toEqual([]);
});

/** What somebody types into a unit's row. */
async function typeRent(id: string, marketRent: number): Promise<void> {
  const { tableId, recordId, fieldIds } = await engine.rowOf('units', id);
  const fields = { [fieldIds['marketRent'] ?? '']: marketRent };
  await engine.inAirtable('updateRecords', { table: tableId, records: [{ id: recordId, fields }] });
}

test('A save that the key may not make is told on its row, and the save beside it is made', async () => {
  const [readOnly, free] = (await idsOf('units')) as [string, string];
  engine.network.buildium.faults.add([
    {
      method: 'PUT',
      path: `^/v1/rentals/units/${readOnly}$`,
      effect: { kind: 'status', status: 403, body: {} },
    },
  ]);
  await typeRent(readOnly, 2111);
  await typeRent(free, 2112);
  await engine.mark('units', [readOnly, free]);
  await engine.drain('units');

  expect(await buildiumState()).toBe('up');
  expect(await engine.cellsOf('units', free)).toMatchObject({ marketRent: 2112, syncStatus: 'Synced' });
  expect(await engine.cellsOf('units', readOnly)).toMatchObject({
    marketRent: 2111,
    syncStatus: 'Problem',
    syncNote: expect.stringMatching(
      /^Not taken over into Buildium: The Buildium API key may not save unit \d+: "Edit" for Rentals > Rental properties and units is not ticked/,
    ),
  });
  const rents = await engine.database.query(
    `select synced_buildium->'marketRent' as rent from links where resource = 'units' and entity_id = $1`,
    [free],
  );
  expect(rents).toEqual([{ rent: 211_200 }]);

  engine.network.buildium.faults.clear();
  await engine.mark('units', [readOnly]);
  await engine.drain('units');
  expect(await engine.cellsOf('units', readOnly)).toMatchObject({ marketRent: 2111, syncStatus: 'Synced' });
});

test('A save that always ends in an error of Buildium’s server holds up no other, is told on its row, and is made once it can be', async () => {
  const [broken, ...others] = (await idsOf('units')).slice(0, 12) as [string, ...string[]];
  engine.network.buildium.faults.add([
    {
      method: 'PUT',
      path: `^/v1/rentals/units/${broken}$`,
      effect: { kind: 'status', status: 500, body: {} },
    },
  ]);
  for (const id of [broken, ...others]) await typeRent(id, 2222);
  await engine.mark('units', [broken, ...others]);
  await engine.drain('units');
  const carried = await Promise.all(others.map((id) => engine.job.buildium.get(`/v1/rentals/units/${id}`)));
  expect(carried.map((answer) => answer.ok && answer.value)).toEqual(
    others.map((id) => expect.objectContaining({ Id: Number(id), MarketRent: 2222 })),
  );
  expect(await buildiumState()).toBe('up');

  for (let tries = 0; tries < 3; tries += 1) {
    const { held } = await ask('listHeld');
    expect(held).toMatchObject([
      {
        kind: 'retrying',
        entityId: broken,
        reason: expect.stringMatching(/fails at saving unit \d+.*500.*support/),
      },
    ]);
    clock.setMs(Date.parse(held[0]?.nextTryAt ?? '') + 1);
    await engine.drain('units');
  }
  expect(await engine.cellsOf('units', broken)).toMatchObject({
    marketRent: 2222,
    syncStatus: 'Problem',
    syncNote: expect.stringContaining('tried again by itself'),
  });
  const since = engine.calls.length;
  const [again] = (await ask('listHeld')).held;
  clock.setMs(Date.parse(again?.nextTryAt ?? '') + 1);
  await engine.drain('units');
  expect(engine.airtableWrites(since)).toEqual([]);
  expect((await ask('listHeld')).held).toMatchObject([{ kind: 'retrying', entityId: broken }]);

  engine.network.buildium.faults.clear();
  clock.advanceMs(16 * 60_000);
  await engine.drain('units');
  expect(await engine.job.buildium.get(`/v1/rentals/units/${broken}`)).toMatchObject({
    value: { MarketRent: 2222 },
  });
  expect(await engine.cellsOf('units', broken)).toMatchObject({ marketRent: 2222, syncStatus: 'Synced' });
}, 30_000);
