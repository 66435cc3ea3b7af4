import { expect, test } from '@jest/globals';
import { doctorSays, statusSays } from '../support/doctor.ts';
import { walk, type Journey } from '../support/journey.ts';
import { eventually } from '../support/journeyEventually.ts';

test(
  'A field that somebody deletes is left out with a plain sentence, the others go on, and one repair brings it back',
  walk(async (journey) => {
    const { grid, inBuildium, inAirtable, inSync } = journey;
    const [unit] = grid.rows('Units');
    const unitId = Number(unit?.cells['Buildium ID']);

    await inAirtable('deleteField', { table: 'Units', field: 'Market Rent' });
    const patch = { MarketRent: 2777, Description: 'New kitchen' };
    await inBuildium('updateUnit', { id: unitId, patch });

    await eventually(() => expect(grid.row('Units', unitId).cells['Description']).toBe('New kitchen'));
    await eventually(async () =>
      expect(await problemOf(journey, 'units')).toBe(
        'The field "Market Rent" was deleted from "Units"; it is not synced. Restore it from the base\'s trash, or have it made anew: in the extension, or with "npm run cli -- repair".',
      ),
    );

    const deleted = expect.stringMatching(
      /^Base: The field "Market Rent" was deleted.*npm run cli -- repair/,
    );
    expect(await doctorSays(journey)).toContainEqual(deleted);
    expect(await statusSays(journey)).toContainEqual(deleted);
    await repairBase(journey, 'field "Units.Market Rent"');

    await eventually(() => expect(grid.row('Units', unitId).cells['Market Rent']).toBe(2777));
    await inSync();
    expect(await problemOf(journey, 'units')).toBeNull();
  }),
);

test(
  'A table that somebody deletes is left out with a plain sentence, the others go on, and one repair fills it anew',
  walk(async (journey) => {
    const { grid, inBuildium, inAirtable, inSync } = journey;
    const [unit] = grid.rows('Units');
    const unitId = Number(unit?.cells['Buildium ID']);
    const vendors = grid.rows('Vendors').length;

    await inAirtable('deleteTable', { table: 'Vendors' });
    await inBuildium('changeMarketRent', { unitId, marketRent: 2888 });

    await eventually(() => expect(grid.row('Units', unitId).cells['Market Rent']).toBe(2888));
    await eventually(async () =>
      expect(await problemOf(journey, 'vendors')).toBe(
        'The table "Vendors" was deleted in Airtable. Restore it from the base\'s trash, or have it made anew: in the extension, or with "npm run cli -- repair".',
      ),
    );

    const deleted = expect.stringMatching(/^Base: The table "Vendors" was deleted.*npm run cli -- repair/);
    expect(await doctorSays(journey)).toContainEqual(deleted);
    expect(await statusSays(journey)).toContainEqual(deleted);
    await repairBase(journey, 'table "Vendors"');

    await eventually(() => expect(grid.rows('Vendors')).toHaveLength(vendors));
    const repairedBill = await eventually(() => {
      const [bill] = grid.rows('Bills').filter(({ cells }) => cells['Reference Number'] === 'FP-10233');
      expect(bill?.cells['Vendor (Buildium)']).toEqual(['Fairway Plumbing & Heating']);
      return bill;
    });
    // Airtable had turned the links to the deleted table into text; that column is the person's to remove.
    expect(repairedBill?.cells['Vendor']).toBe('Fairway Plumbing & Heating');
    for (const table of ['Bills', 'Transactions']) {
      await inAirtable('deleteField', { table, field: 'Vendor' });
      await inAirtable('renameField', { table, field: 'Vendor (Buildium)', name: 'Vendor' });
    }
    await inSync();
    expect(await problemOf(journey, 'vendors')).toBeNull();
  }),
);

/** What the button in the extension does, and `npm run cli -- repair`. */
async function repairBase({ ask }: Journey, made: string): Promise<void> {
  const { changes } = await ask('repairBase');
  expect(changes).toContain(`Made the ${made} anew.`);
  expect(await ask('repairBase')).toEqual({ changes: [] });
}

async function problemOf({ ask }: Journey, resource: string): Promise<string | null> {
  const { resources } = await ask('readStatus');
  return resources.find((one) => one.resource === resource)?.problem ?? null;
}
