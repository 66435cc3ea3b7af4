import { expect, test } from '@jest/globals';
import { MINUTE_MS, walk } from '../support/journey.ts';
import { eventually } from '../support/journeyEventually.ts';

test(
  'A row that somebody copies in Airtable is listed as a copy and never written; the original goes on',
  walk(async ({ grid, inAirtable, inBuildium, later, ask, quiet }) => {
    const [unit] = grid.rows('Units');
    const unitId = Number(unit?.cells['Buildium ID']);
    const rentBefore = unit?.cells['Market Rent'];
    const rowWithId = (id: unknown) => grid.rows('Units').find((row) => row.id === id);

    const { id } = await inAirtable('duplicateRecord', { table: 'Units', id: unit?.id });
    await eventually(async () => {
      const { notices } = await ask('listNotices');
      expect(notices.map(({ kind, message }) => [kind, message])).toContainEqual([
        'copy',
        `Row “${String(unit?.cells['Name'])}” (${String(id)}) is a copy of unit ${unitId}. It is not synced; clear its Buildium ID or delete it.`,
      ]);
    });
    // A person's name stays where it is: what is kept of the row is its id.
    const [owner] = grid.rows('Owners');
    const copied = await inAirtable('duplicateRecord', { table: 'Owners', id: owner?.id });
    await eventually(async () => {
      const { notices } = await ask('listNotices');
      expect(notices.map(({ message }) => message)).toContainEqual(
        `Row ${String(copied['id'])} is a copy of owner ${String(owner?.cells['Buildium ID'])}. It is not synced; clear its Buildium ID or delete it.`,
      );
    });
    await inBuildium('changeMarketRent', { unitId, marketRent: 2600 });

    await eventually(() => expect(rowWithId(unit?.id)?.cells['Market Rent']).toBe(2600));
    await later(61 * MINUTE_MS);
    await quiet();
    expect(rowWithId(id)?.cells['Market Rent']).toBe(rentBefore);
    expect(grid.rows('Units').filter(({ cells }) => cells['Buildium ID'] === String(unitId))).toHaveLength(2);
  }),
);
