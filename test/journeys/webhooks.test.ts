import { expect, test } from '@jest/globals';
import { MINUTE_MS, walk } from '../support/journey.ts';
import { eventually } from '../support/journeyEventually.ts';

test(
  'Webhooks that come twice, in the wrong order or not at all leave both sides equal and one row a thing',
  walk(async ({ grid, inBuildium, control, ask, afterSweeps, inSync, later }) => {
    const lease = grid.rows('Leases').find(({ cells }) => cells['Name'] === '1A from 2026-03-01');
    const leaseId = Number(lease?.cells['Buildium ID']);
    const [unit] = grid.rows('Units');
    const unitId = Number(unit?.cells['Buildium ID']);

    // Twice.
    await control('buildium', 'faults', { webhooks: { double: 10 } });
    const { transactionId } = await inBuildium('recordRentPayment', { leaseId, amount: 100 });
    await eventually(() => grid.row('Transactions', transactionId));
    await afterSweeps();
    const audited = await ask('listAudit', { resource: 'transactions', entityId: String(transactionId) });
    expect(audited.entries.map(({ action }) => action)).toEqual(['rowCreated']);

    // In the wrong order: the events are held back and come as they like.
    await control('buildium', 'faults', { webhooks: { double: 0, reorder: true, lagMs: 200 } });
    for (const marketRent of [2360, 2370, 2380]) await inBuildium('changeMarketRent', { unitId, marketRent });
    await eventually(() => expect(grid.row('Units', unitId).cells['Market Rent']).toBe(2380));
    await later(5_000);
    await inSync();

    // Lost: nobody tells us, so the sweep has to find it. Of owners Buildium never tells.
    await control('buildium', 'faults', { webhooks: { reorder: false, lagMs: 0, drop: 100 } });
    await inBuildium('changeMarketRent', { unitId, marketRent: 2500 });
    const [owner] = grid.rows('Owners');
    const ownerId = Number(owner?.cells['Buildium ID']);
    await inBuildium('updateOwner', { id: ownerId, patch: { Comment: 'Moved to Vermont.' } });
    const lost = await inBuildium('recordRentPayment', { leaseId, amount: 200 });

    await later(11 * MINUTE_MS);

    await eventually(() => grid.row('Transactions', lost['transactionId']));
    await afterSweeps();
    expect(grid.row('Owners', ownerId).cells['Comment']).toBe('Moved to Vermont.');
    expect(grid.row('Units', unitId).cells['Market Rent']).toBe(2500);
  }),
);
