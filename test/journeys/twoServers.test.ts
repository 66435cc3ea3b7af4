import { expect, test } from '@jest/globals';
import { startServerOf } from '../../server/sandbox/devNetwork.ts';
import { walk } from '../support/journey.ts';
import { eventually } from '../support/journeyEventually.ts';

/** What one server may ask of a side; two that did not share it would pass what the side allows. */
const SHARED_PER_SECOND = 20;
const ALLOWED_PER_SECOND = 30;

test(
  'Two servers on one database share the work and the limits, write nothing twice, and one goes on when the other stops',
  walk(
    async ({ network, options, grid, inBuildium, control, ask, afterSweeps }) => {
      const { buildium, airtable } = network;
      const other = await startServerOf(options);
      try {
        const callsOf = (server: typeof other): number =>
          server.context.outbound.counters().reduce((sum, { calls }) => sum + calls, 0);
        const callsBefore = callsOf(network.server);
        const lease = grid.rows('Leases').find(({ cells }) => cells['Name'] === '1A from 2026-03-01');
        const leaseId = Number(lease?.cells['Buildium ID']);
        const pay = async (amount: number): Promise<unknown> =>
          (await inBuildium('recordRentPayment', { leaseId, amount }))['transactionId'];

        const payments: unknown[] = [];
        await control('buildium', 'faults', { webhooks: { hold: true, double: 100 } });
        for (let number = 1; number <= 40; number += 1) payments.push(await pay(number));
        for (const [index, { cells }] of grid.rows('Units').entries())
          await inBuildium('changeMarketRent', {
            unitId: Number(cells['Buildium ID']),
            marketRent: 2000 + index,
          });
        for (const { cells } of grid.rows('Tenants'))
          await inBuildium('updateTenant', {
            id: Number(cells['Buildium ID']),
            patch: { Comment: 'Called' },
          });
        await control('buildium', 'faults', { webhooks: { hold: false } });
        await buildium.deliveriesIdle();

        await eventually(() => payments.map((id) => grid.row('Transactions', id)));
        await afterSweeps();
        expect(callsOf(other)).toBeGreaterThan(0);
        expect(callsOf(network.server)).toBeGreaterThan(callsBefore);
        expect([airtable.world.calls.byStatus.get(429), buildium.world.statuses.get(429)]).toEqual([
          undefined,
          undefined,
        ]);
        const { entries } = await ask('listAudit', { resource: 'transactions', limit: '200' });
        const created = entries
          .filter(({ action }) => action === 'rowCreated')
          .map(({ entityId }) => entityId);
        expect(new Set(created).size).toBe(created.length);

        await network.server.stop();
        buildium.setWebhook({
          url: (buildium.world.outbox.subscription?.url ?? '').replace(network.server.url, other.url),
          secret: buildium.world.outbox.subscription?.secret ?? '',
        });
        const last = await pay(41);
        await eventually(() => grid.row('Transactions', last));
      } finally {
        await other.stop();
      }
    },
    {
      requestsPerSecond: { buildium: SHARED_PER_SECOND, airtable: SHARED_PER_SECOND },
      allowedPerSecond: ALLOWED_PER_SECOND,
    },
  ),
);
