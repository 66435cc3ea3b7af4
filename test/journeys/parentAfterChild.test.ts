import { expect, test } from '@jest/globals';
import { walk } from '../support/journey.ts';
import { eventually } from '../support/journeyEventually.ts';

test(
  'A charge that we hear of before its new lease and tenant brings both with it, and is linked to them',
  walk(async ({ grid, control, inBuildium, inSync, afterSweeps, ask }) => {
    const unit = grid.rows('Units').find(({ cells }) => cells['Unit Number'] === '2A');
    // Of the lease and its tenant no event arrives.
    await control('buildium', 'faults', { webhooks: { drop: 100 } });
    const { leaseId } = await inBuildium('createLease', {
      body: {
        LeaseType: 'Fixed',
        UnitId: Number(unit?.cells['Buildium ID']),
        LeaseFromDate: '2028-01-01',
        LeaseToDate: '2028-12-31',
        SendWelcomeEmail: false,
        Tenants: [
          {
            FirstName: 'Nadia',
            LastName: 'Rahimi',
            Address: {
              AddressLine1: '5 Pearl Street',
              City: 'Boston',
              State: 'MA',
              PostalCode: '02110',
              Country: 'UnitedStates',
            },
          },
        ],
      },
    });
    await control('buildium', 'faults', { webhooks: { drop: 0 } });

    const { transactionId } = await inBuildium('postCharge', { leaseId, amount: 75, memo: 'Key deposit' });

    const { cells } = await eventually(() => {
      const row = grid.row('Transactions', transactionId);
      expect(row.cells['Lease']).toEqual(['2A from 2028-01-01']);
      return row;
    });
    expect(cells).toMatchObject({ Amount: 75, 'Sync Status': 'Synced' });
    const lease = await eventually(() => {
      const row = grid.row('Leases', leaseId);
      expect(row.cells['Tenants']).toEqual(['Nadia Rahimi']);
      return row;
    });
    expect(lease.cells['Unit']).toEqual(['Harbor View Apartments – 2A']);
    await afterSweeps();
    await inSync();
    expect((await ask('listHeld')).held).toEqual([]);
  }),
);
