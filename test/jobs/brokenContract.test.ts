import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { apiOf } from '../support/journey.ts';
import { journeyClock } from '../support/journeyClock.ts';
import { JOURNEY_START_MS } from '../support/syncedTemplate.ts';
import { startEngine, type Engine } from '../support/engine.ts';

const clock = journeyClock(JOURNEY_START_MS);
let engine: Engine;
beforeAll(async () => {
  engine = await startEngine({ clock });
}, 60_000);
afterAll(() => engine.close());

/** Buildium answers something that its own documentation rules out; no screen of its would let a person do it. */
function showDescription(unitId: string, description: unknown): void {
  const { world } = engine.network.buildium;
  world.act(clock.nowMs(), ({ units }) => {
    const unit = units.get(Number(unitId));
    if (!unit) throw new Error(`There is no unit ${unitId}`);
    unit.saved = { ...unit.saved, Description: description as never };
  });
}

test('A record that is not as Buildium documents it is held alone, its row says why, the others go on, and it heals by itself', async () => {
  const [broken, whole] = (
    await engine.database.query<{ id: string }>(
      `select entity_id as id from links where resource = 'units' and standing = 'linked' order by 1 limit 2`,
    )
  ).map(({ id }) => id) as [string, string];
  const { description: before } = await engine.cellsOf('units', broken);
  showDescription(broken, { en: 'Sunny' });
  await engine.inBuildium('changeMarketRent', { unitId: Number(whole), marketRent: 1717 });
  await engine.mark('units', [broken, whole]);
  await engine.drain('units');

  expect(await engine.cellsOf('units', whole)).toMatchObject({ marketRent: 1717 });
  expect(await engine.cellsOf('units', broken)).toMatchObject({
    description: before,
    syncStatus: 'Problem',
    syncNote: expect.stringMatching(/not as documented.*Description/),
  });
  const ask = await apiOf(engine.network, engine.database, clock);
  const { held } = await ask('listHeld');
  expect(held).toMatchObject([{ resource: 'units', entityId: broken }]);

  showDescription(broken, 'Sunny');
  await engine.mark('units', [broken]);
  await engine.drain('units');
  expect(await engine.cellsOf('units', broken)).toMatchObject({ description: 'Sunny', syncStatus: 'Synced' });
  expect((await ask('listHeld')).held).toEqual([]);
});
