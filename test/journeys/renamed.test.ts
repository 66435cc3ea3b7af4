import { expect, test } from '@jest/globals';
import { walk } from '../support/journey.ts';
import { eventually } from '../support/journeyEventually.ts';

test(
  'A table and its fields that people rename go on being synced under their new names',
  walk(async ({ grid, inBuildium, inAirtable, inSync, ask }) => {
    const [unit] = grid.rows('Units');
    const unitId = Number(unit?.cells['Buildium ID']);

    await inAirtable('renameField', { table: 'Units', field: 'Market Rent', name: 'Asking Rent' });
    await inAirtable('renameField', { table: 'Units', field: 'Sync Status', name: 'In Step' });
    await inAirtable('renameTable', { table: 'Units', name: 'Apartments' });
    await inBuildium('changeMarketRent', { unitId, marketRent: 2345 });

    const expected = { 'Asking Rent': 2345, 'In Step': 'Synced' };
    await eventually(() => expect(grid.row('Apartments', unitId).cells).toMatchObject(expected));
    for (const column of ['Market Rent', 'Sync Status'])
      expect(grid.columns('Apartments')).not.toContain(column);
    await inSync();
    const { resources } = await ask('readStatus');
    expect(resources.filter(({ problem }) => problem !== null)).toEqual([]);
  }),
);
