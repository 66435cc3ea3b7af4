import { expect, test } from '@jest/globals';
import { walk } from '../support/journey.ts';
import { eventually } from '../support/journeyEventually.ts';

test(
  'An amount that somebody changes in Airtable is put back once the row has been still, and the audit says why',
  walk(async ({ grid, inAirtable, inSync, later, ask }) => {
    const payment = grid.rows('Transactions').find(({ cells }) => cells['Type'] === 'Payment');
    const before = payment?.cells['Amount'];
    const id = payment?.id ?? '';

    await inAirtable('updateRecords', {
      table: 'Transactions',
      records: [{ id, fields: { Amount: '1.00' } }],
    });
    await later(11_000);

    const entry = await eventually(async () => {
      const { entries } = await ask('listAudit', { action: 'putBack' });
      expect(entries).toHaveLength(1);
      return entries[0];
    });
    expect(grid.rows('Transactions').find((row) => row.id === id)?.cells['Amount']).toBe(before);
    expect(entry).toMatchObject({
      resource: 'transactions',
      airtableRecordId: id,
      changes: { amount: { before: 100, after: Number(before) * 100 } },
    });
    expect(entry?.actor).toMatch(/^airtable:/);
    expect(entry?.why).toMatch(
      /^Amount: changed in Airtable, but the value comes from Buildium; Buildium's value was put back/,
    );
    await inSync();
  }),
);
