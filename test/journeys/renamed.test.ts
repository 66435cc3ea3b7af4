import { expect, test } from '@jest/globals';
import { walk } from '../support/journey.ts';
import { eventually } from '../support/journeyEventually.ts';

test(
  'A table, a field and a choice that people rename go on being synced under their new names',
  walk(async ({ grid, inBuildium, inAirtable, inSync, ask }) => {
    const [unit] = grid.rows('Units');
    const unitId = Number(unit?.cells['Buildium ID']);

    await inAirtable('renameField', { table: 'Units', field: 'Market Rent', name: 'Asking Rent' });
    await inAirtable('renameField', { table: 'Units', field: 'Buildium ID', name: 'ID' });
    await inAirtable('renameField', { table: 'Units', field: 'ID', name: 'Buildium ID' });
    await inAirtable('renameTable', { table: 'Units', name: 'Apartments' });
    await inBuildium('changeMarketRent', { unitId, marketRent: 2345 });

    await eventually(() => expect(grid.row('Apartments', unitId).cells['Asking Rent']).toBe(2345));
    expect(grid.columns('Apartments')).not.toContain('Market Rent');
    await inSync();
    const { resources } = await ask('readStatus');
    expect(resources.filter(({ problem }) => problem !== null)).toEqual([]);
  }),
);
