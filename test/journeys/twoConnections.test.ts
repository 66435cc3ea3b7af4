import { expect, test } from '@jest/globals';
import { differencesBetween } from '../../server/sandbox/bothSides.ts';
import { startBuildiumSimulator } from '../../server/sandbox/buildium/index.ts';
import { pair, startFirstSync } from '../../server/sandbox/devNetwork.ts';
import { apiOf, walk } from '../support/journey.ts';
import { gridOf } from '../support/journeyBase.ts';
import { eventually } from '../support/journeyEventually.ts';

test(
  'Two connections on one server, with the same ids on both sides, never see or write each other’s rows',
  walk(async (first) => {
    const { network, clock, database } = first;
    const { server, airtable } = network;
    const buildium = await startBuildiumSimulator({
      ...{ clock, accountId: 77, clientId: 'second-id', clientSecret: 'second-secret', webhookLagMs: 0 },
    });
    buildium.world.rateLimit.perSecond = 200;
    try {
      const { id } = await first.control('airtable', 'base', { name: 'Second portfolio' });
      const base = { url: airtable.url, baseId: String(id), token: airtable.token };
      const { connectionId } = await pair(server, { buildium, airtable: base });
      const job = async () => {
        const found = await server.context.jobFor(connectionId);
        if (!found) throw new Error('The second connection is gone');
        return found;
      };
      const second = { ...network, buildium, connectionId, job };
      const sides = { buildium, airtable: { ...airtable, baseId: String(id) } };
      await startFirstSync(second, 'journey');
      await eventually(async () => expect(await differencesBetween(sides)).toEqual([]));
      const grids = [first.grid, gridOf(airtable.world, String(id), clock.nowMs)] as const;
      const [unit] = grids[0].rows('Units');
      const unitId = Number(unit?.cells['Buildium ID']);
      expect(grids[1].row('Units', unitId).id).not.toBe(unit?.id);

      const act = (action: string, input: object) =>
        fetch(`${buildium.url}/__control/person`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ action, ...input }),
        });
      await act('changeMarketRent', { unitId, marketRent: 3333 });
      await first.inBuildium('changeMarketRent', { unitId, marketRent: 1111 });

      await eventually(() => expect(grids[1].row('Units', unitId).cells['Market Rent']).toBe(3333));
      await eventually(() => expect(grids[0].row('Units', unitId).cells['Market Rent']).toBe(1111));
      await first.inSync();
      expect(await differencesBetween(sides)).toEqual([]);

      // Each token sees its own connection, and a revoked key stops its own connection.
      const askSecond = await apiOf(second, database, clock);
      const filter = { resource: 'units', entityId: String(unitId), action: 'rowUpdated' };
      const rents = async (ask: typeof askSecond) =>
        (await ask('listAudit', filter)).entries.map(({ changes }) => changes['marketRent']?.after);
      expect([await rents(first.ask), await rents(askSecond)]).toEqual([[111_100], [333_300]]);
      await first.control('buildium', 'keys', { revoked: true });
      await first.inBuildium('changeMarketRent', { unitId, marketRent: 1112 });
      await act('changeMarketRent', { unitId, marketRent: 3334 });
      await eventually(() => expect(grids[1].row('Units', unitId).cells['Market Rent']).toBe(3334));
      await eventually(async () => {
        const { sides: own } = await first.ask('readStatus');
        expect(own.find(({ side }) => side === 'buildium')).toMatchObject({ kind: 'unauthorized' });
      });
      expect((await askSecond('readStatus')).sides.map(({ state }) => state)).toEqual(['up', 'up']);
    } finally {
      await buildium.close();
    }
  }),
);
