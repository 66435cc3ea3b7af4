import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openDesk, type Desk } from './desk.ts';

/** Rows that name their lease by the unit alone, while tenants come and go. */
let desk: Desk;
let rent: string[];
beforeAll(async () => {
  desk = await openDesk();
  rent = await desk.to('glAccounts', desk.cast.glAccountId('Rent Income'));
});
afterAll(() => desk.close());

const ADDRESS = {
  ...{ AddressLine1: '5 Pearl Street', City: 'Boston', State: 'MA', PostalCode: '02110' },
  Country: 'UnitedStates',
};

async function refresh(leaseIds: readonly unknown[]): Promise<void> {
  await desk.engine.mark('leases', leaseIds.map(String));
  // New tenants get their rows before the lease that they are on.
  for (const resource of ['leases', 'tenants', 'leases']) await desk.engine.drain(resource);
}

/** The tenants of a unit have moved out, and others in. */
async function changeTenants(tenant: string): Promise<{ newLeaseId: string }> {
  const { leaseId, unitId } = desk.cast.leaseOf(tenant);
  await desk.engine.inBuildium('terminateLease', { leaseId, date: '2026-11-05' });
  const made = await desk.engine.inBuildium('createLease', {
    body: {
      ...{ LeaseType: 'Fixed', UnitId: unitId, LeaseFromDate: '2026-11-10', LeaseToDate: '2027-11-09' },
      SendWelcomeEmail: false,
      Tenants: [{ FirstName: 'Nadia', LastName: 'Rahimi', Address: ADDRESS }],
    },
  });
  await refresh([leaseId, made['leaseId']]);
  return { newLeaseId: String(made['leaseId']) };
}

async function unitRow(tenant: string, Amount: number): Promise<Record<string, unknown>> {
  const { unitId } = desk.cast.leaseOf(tenant);
  const Unit = await desk.to('units', unitId);
  return { Kind: 'Lease charge', Date: '2026-11-02', Amount, Unit, 'GL Account': rent };
}

describe('a booked row with a unit and no lease', () => {
  test('stays on the lease that it was booked on when others move in, and can still be changed', async () => {
    const { leaseId } = desk.cast.leaseOf('Amara Osei');
    const [id = ''] = await desk.plan(await unitRow('Amara Osei', 71));
    expect(await desk.push(id)).toMatchObject({ counts: { done: 1 } });
    const { newLeaseId } = await changeTenants('Amara Osei');
    expect((await desk.preview(id)).records).toMatchObject([{ outcome: 'unchanged', problems: [] }]);
    expect(desk.row(id).cells).toMatchObject({ 'Sync Status': 'Posted' });
    expect(desk.row(id).cells['Sync Note'] ?? null).toBeNull();

    await desk.edit(id, { Amount: 72 });
    expect(await desk.push(id)).toMatchObject({ counts: { done: 1 } });
    expect(desk.booked().at(-1)).toMatchObject({ leaseId, lines: [{ amountCents: 7200 }] });

    // What starts afresh is for those who live there now.
    const [next = ''] = await desk.plan({ ...(await unitRow('Amara Osei', 73)), Date: '2026-11-12' });
    const [record] = (await desk.preview(next)).records;
    expect(record?.fields.find(({ key }) => key === 'lease')?.after).toEqual([newLeaseId]);
  });

  test('is no more of it once its unit is another one', async () => {
    const [id = ''] = await desk.plan(await unitRow('Grace Lin', 74));
    expect(await desk.push(id)).toMatchObject({ counts: { done: 1 } });
    await desk.edit(id, { Unit: await desk.to('units', desk.cast.leaseOf('Liam Haddad').unitId) });
    expect((await desk.preview(id)).records).toMatchObject([
      { outcome: 'refused', problems: [{ column: 'Lease', rule: 'fixed' }] },
    ]);
  });
});

test('a lease that was deleted in Buildium does not count as the unit’s', async () => {
  const { newLeaseId } = await changeTenants('Ruth Nyman');
  const [first = ''] = await desk.plan(await unitRow('Ruth Nyman', 75));
  expect((await desk.preview(first)).records).toMatchObject([{ outcome: 'create' }]);
  await desk.engine.inBuildium('deleteRecord', { kind: 'lease', id: Number(newLeaseId) });
  await refresh([newLeaseId]);
  const [record] = (await desk.preview(first)).records;
  expect(record?.problems).toMatchObject([{ column: 'Lease', rule: 'required' }]);
});
