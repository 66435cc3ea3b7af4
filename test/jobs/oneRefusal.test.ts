import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
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
  expect(held[0]?.reason).toMatch(/^No access: .*\b403\b.*let the key see it/);

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

test('A key that may read no units at all holds the units back and not the vendors, and blames none of them', async () => {
  const [one, other] = (await idsOf('units')) as [string, string];
  answer('^/v1/rentals/units', 403);
  const marketRent = await changeBoth([one, other]);
  await engine.drain('units');
  expect(await buildiumState()).toBe('up');
  expect((await ask('listHeld')).held).toMatchObject([
    { kind: 'retrying', attempts: 0, entityId: one },
    { kind: 'retrying', attempts: 0, entityId: other },
  ]);

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
