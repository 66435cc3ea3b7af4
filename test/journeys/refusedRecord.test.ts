import { expect, test } from '@jest/globals';
import { walk } from '../support/journey.ts';
import { eventually } from '../support/journeyEventually.ts';

const REFUSED = {
  status: 422,
  body: { error: { type: 'INVALID_VALUE_FOR_COLUMN', message: 'Field "Memo" cannot accept the value' } },
};

test(
  'A record that Airtable refuses is parked with the reason, the others of its batch go through, and a redrive brings it in',
  walk(async ({ grid, inBuildium, breakDown, mend, ask, control, network, afterSweeps }) => {
    const lease = grid.rows('Leases').find(({ cells }) => cells['Name'] === '1A from 2026-03-01');
    const leaseId = Number(lease?.cells['Buildium ID']);
    await control('buildium', 'faults', { webhooks: { hold: true } });
    await breakDown('airtable', [{ body: 'cursed payment', effect: { kind: 'status', ...REFUSED } }]);
    const good: unknown[] = [];
    for (let number = 1; number <= 9; number += 1) {
      const paid = await inBuildium('recordRentPayment', { leaseId, amount: number, memo: `No. ${number}` });
      good.push(paid['transactionId']);
    }
    const bad = await inBuildium('recordRentPayment', { leaseId, amount: 10, memo: 'cursed payment' });
    const badId = String(bad['transactionId']);

    await control('buildium', 'faults', { webhooks: { hold: false } });
    await network.buildium.deliveriesIdle();

    await eventually(() => good.map((id) => grid.row('Transactions', id)));
    const parked = await eventually(async () => {
      const { held } = await ask('listHeld');
      const found = held.filter(({ parkedAt }) => parkedAt !== null);
      expect(found).toHaveLength(1);
      return found;
    });
    expect(parked).toMatchObject([{ resource: 'transactions', entityId: badId }]);
    expect(parked[0]?.reason).toBe(
      'Airtable refuses the value for Memo. It says: Field "Memo" cannot accept the value. Set that right, in Airtable or in Buildium, then retry it in the extension.',
    );
    expect(() => grid.row('Transactions', badId)).toThrow('0 rows');

    await mend('airtable');
    expect(await ask('redrive', {}, { resource: 'transactions', entityId: badId })).toEqual({ redriven: 1 });

    await eventually(() => grid.row('Transactions', badId));
    await afterSweeps();
    const { held } = await ask('listHeld');
    expect(held).toEqual([]);
  }),
);
