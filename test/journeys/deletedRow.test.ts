import { expect, test } from '@jest/globals';
import { MINUTE_MS, walk } from '../support/journey.ts';
import { eventually } from '../support/journeyEventually.ts';

test(
  'A row that somebody deletes in Airtable comes back after half an hour, and what linked to it links to it again',
  walk(async ({ grid, inAirtable, inSync, later, ask, quiet }) => {
    const unit = grid.rows('Units').find(({ cells }) => cells['Unit Number'] === '1A');
    const unitId = unit?.cells['Buildium ID'];
    const leaseId = grid.rows('Leases').find(({ cells }) => cells['Name'] === '1A from 2026-03-01')?.cells[
      'Buildium ID'
    ];

    await inAirtable('deleteRecords', { table: 'Units', ids: [unit?.id] });
    await eventually(async () => {
      const { held } = await ask('listHeld');
      expect(
        held.find(({ resource, entityId }) => resource === 'units' && entityId === unitId)?.reason,
      ).toMatch(/^Its row was deleted in Airtable; it comes back after half an hour unless you undo/);
    });
    await later(20 * MINUTE_MS);
    await quiet();
    expect(() => grid.row('Units', unitId)).toThrow('0 rows');

    await later(11 * MINUTE_MS);
    const restored = await eventually(() => grid.row('Units', unitId));
    expect(restored.id).not.toBe(unit?.id);
    await later(11 * MINUTE_MS);
    await eventually(() =>
      expect(grid.row('Leases', leaseId).cells['Unit']).toEqual(['Harbor View Apartments – 1A']),
    );
    await inSync();
    expect((await ask('listHeld')).held).toEqual([]);
  }),
);

test(
  'A row that somebody deletes and brings back by undo stays the same row, and no second one is made',
  walk(async ({ grid, inAirtable, inBuildium, inSync, later, ask }) => {
    const unit = grid.rows('Units').find(({ cells }) => cells['Unit Number'] === '1A');
    const unitId = Number(unit?.cells['Buildium ID']);

    await inAirtable('deleteRecords', { table: 'Units', ids: [unit?.id] });
    await eventually(async () => expect((await ask('listHeld')).held).not.toEqual([]));
    await later(10 * MINUTE_MS);
    await inAirtable('undoDelete', { ids: [unit?.id] });
    await later(31 * MINUTE_MS);
    await inBuildium('changeMarketRent', { unitId, marketRent: 2399 });

    await eventually(() => expect(grid.row('Units', unitId).cells['Market Rent']).toBe(2399));
    expect(grid.row('Units', unitId).id).toBe(unit?.id);
    await inSync();
  }),
);
