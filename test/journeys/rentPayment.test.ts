import { expect, test } from '@jest/globals';
import { walk } from '../support/journey.ts';
import { eventually } from '../support/journeyEventually.ts';

test(
  'A rent payment recorded in Buildium appears in Airtable, linked to its lease, unit and property',
  walk(async ({ grid, inBuildium, afterSweeps }) => {
    const lease = grid.rows('Leases').find(({ cells }) => cells['Name'] === '1A from 2026-03-01');

    const { transactionId } = await inBuildium('recordRentPayment', {
      leaseId: Number(lease?.cells['Buildium ID']),
      amount: 2300,
      memo: 'December rent',
    });

    const { cells } = await eventually(() => grid.row('Transactions', transactionId));
    expect(cells).toMatchObject({
      Type: 'Payment',
      Amount: 2300,
      Date: '2026-11-16',
      Lease: ['1A from 2026-03-01'],
      Unit: ['Harbor View Apartments – 1A'],
      Properties: ['Harbor View Apartments'],
      Tenant: ['Amara Osei'],
      Memo: 'December rent',
      'Sync Status': 'Synced',
    });
    // The accounts’ balances have changed with it, which Buildium tells nobody.
    await afterSweeps();
  }),
);
