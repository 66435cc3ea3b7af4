import { expect, test } from '@jest/globals';
import { HOUR_MS, MINUTE_MS, walk } from '../support/journey.ts';
import { eventually } from '../support/journeyEventually.ts';

const DOWN = [{ effect: { kind: 'status', status: 503 } }] as const;

test(
  'Airtable is down for three hours: Buildium’s changes wait, the status says so, and then everything arrives',
  walk(async ({ grid, inBuildium, breakDown, mend, ask, inSync, later }) => {
    const lease = grid.rows('Leases').find(({ cells }) => cells['Name'] === '1A from 2026-03-01');
    const leaseId = Number(lease?.cells['Buildium ID']);
    const [unit] = grid.rows('Units');
    const unitId = Number(unit?.cells['Buildium ID']);
    await breakDown('airtable', DOWN);

    const payments: unknown[] = [];
    for (let hour = 0; hour < 3; hour += 1) {
      const paid = await inBuildium('recordRentPayment', { leaseId, amount: 100 + hour });
      payments.push(paid['transactionId']);
      await inBuildium('changeMarketRent', { unitId, marketRent: 2400 + hour });
      await eventually(async () => {
        const { sides } = await ask('readStatus');
        const airtable = sides.find(({ side }) => side === 'airtable');
        expect(airtable).toMatchObject({ state: 'down', kind: 'unavailable' });
        expect(airtable?.whatToDo).toContain('tries again by itself');
      });
      await later(HOUR_MS);
    }
    const { held } = await ask('listHeld');
    expect(held.filter(({ parkedAt }) => parkedAt !== null)).toEqual([]);

    await mend('airtable');
    await later(16 * MINUTE_MS);

    await inSync();
    expect(payments.map((id) => grid.row('Transactions', id).cells['Amount'])).toEqual([100, 101, 102]);
    expect(grid.row('Units', unitId).cells['Market Rent']).toBe(2402);
    const { sides } = await ask('readStatus');
    expect(sides.map(({ state }) => state)).toEqual(['up', 'up']);
  }),
);

test(
  'Buildium is down for an hour: nothing is taken for deleted, and what happened meanwhile arrives afterwards',
  walk(async ({ grid, inBuildium, breakDown, mend, ask, inSync, later }) => {
    const [unit] = grid.rows('Units');
    const unitId = Number(unit?.cells['Buildium ID']);
    await breakDown('buildium', DOWN);
    await inBuildium('changeMarketRent', { unitId, marketRent: 2444 });
    await eventually(async () => {
      const { sides } = await ask('readStatus');
      expect(sides.find(({ side }) => side === 'buildium')).toMatchObject({
        state: 'down',
        kind: 'unavailable',
      });
    });
    await later(HOUR_MS);

    await mend('buildium');
    await later(16 * MINUTE_MS);

    await inSync();
    expect(grid.row('Units', unitId).cells['Market Rent']).toBe(2444);
    const marked = await ask('listAudit', { action: 'markedDeleted' });
    expect(marked.entries).toEqual([]);
  }),
);
