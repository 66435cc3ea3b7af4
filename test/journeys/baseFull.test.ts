import { expect, test } from '@jest/globals';
import { doctorSays, statusSays } from '../support/doctor.ts';
import { MINUTE_MS, walk } from '../support/journey.ts';
import { eventually } from '../support/journeyEventually.ts';

test(
  'When the base is full new rows wait and the status says so, changes of rows that are there go on, and room helps',
  walk(async (journey) => {
    const { grid, network, control, inBuildium, later, ask, afterSweeps } = journey;
    const { airtable } = network;
    const unitId = Number(grid.rows('Units')[0]?.cells['Buildium ID']);
    const lease = grid.rows('Leases').find(({ cells }) => cells['Name'] === '1A from 2026-03-01');
    const leaseId = Number(lease?.cells['Buildium ID']);
    const recordsPerBase = airtable.world.bases.get(airtable.baseId)?.recordCount() ?? 0;
    await control('airtable', 'quota', { recordsPerBase });

    const { transactionId } = await inBuildium('recordRentPayment', { leaseId, amount: 500 });
    await eventually(async () => {
      const side = (await ask('readStatus')).sides.find((one) => one.side === 'airtable');
      expect(side).toMatchObject({
        state: 'down',
        kind: 'baseFull',
        whatToDo: 'Delete rows, keep transactions for fewer months (settings), or upgrade the plan.',
      });
    });
    await inBuildium('changeMarketRent', { unitId, marketRent: 2222 });
    await eventually(() => expect(grid.row('Units', unitId).cells['Market Rent']).toBe(2222));
    const full = (await ask('readStatus')).sides.find((one) => one.side === 'airtable');
    expect(full).toMatchObject({ state: 'down', kind: 'baseFull' });

    const noRoom = expect.stringMatching(
      /^Airtable side: The base has no room for more rows: new rows wait; changes.*Delete rows, keep transactions/,
    );
    expect(await doctorSays(journey)).toContainEqual(noRoom);
    expect(await statusSays(journey)).toContainEqual(noRoom);

    await control('airtable', 'quota', { recordsPerBase: null });
    await later(16 * MINUTE_MS);

    await eventually(() => grid.row('Transactions', transactionId));
    await afterSweeps();
    expect((await ask('readStatus')).sides.map(({ state }) => state)).toEqual(['up', 'up']);
  }),
);
