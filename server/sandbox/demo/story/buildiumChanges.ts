import { addDays } from '../../../../shared/dates.ts';
import { formatCents } from '../../../../shared/money.ts';
import { rowsOf, stillDiffers } from '../rows.ts';
import { must, timed, type Step } from './step.ts';

const EVENTS_HELP =
  'See whether the webhook was answered 2xx: GET <Buildium>/__control/state shows every delivery.';

/** What an office does all day, each found in Airtable a few seconds later. */
export const rentPayment: Step = {
  name: 'a rent payment appears, linked to its lease, unit and property',
  whatToDo: EVENTS_HELP,
  play: async ({ network, people, cast }) => {
    const { leaseId, unitId, propertyId, tenantId } = cast.leaseOf('Liam Haddad');
    let transactionId = 0;
    const latencyMs = await timed(
      async () => {
        const touched = await people.inBuildium('recordRentPayment', { leaseId, amount: 850 });
        transactionId = Number(touched['transactionId']);
      },
      'the payment to appear in Airtable',
      () =>
        stillDiffers(network, 'transactions', transactionId, {
          type: 'Payment',
          amount: 85_000,
          lease: [String(leaseId)],
          unit: [String(unitId)],
          properties: [String(propertyId)],
          tenant: [String(tenantId)],
        }),
    );
    return {
      latencyMs,
      checked: [`one row: ${formatCents(85_000)}, with links to lease, unit, property and tenant`],
    };
  },
};

export const marketRent: Step = {
  name: "a unit's market rent changes",
  whatToDo: EVENTS_HELP,
  play: async ({ network, people, cast }) => {
    const { unitId } = cast.unit('Harbor View Apartments', '1A');
    const latencyMs = await timed(
      () => people.inBuildium('changeMarketRent', { unitId, marketRent: 2475.5 }),
      'the new market rent',
      () => stillDiffers(network, 'units', unitId, { marketRent: 247_550 }),
    );
    return { latencyMs, checked: [`unit 1A shows ${formatCents(247_550)}`] };
  },
};

export const leaseTermination: Step = {
  name: 'a lease is terminated',
  whatToDo: EVENTS_HELP,
  play: async ({ network, people, cast }) => {
    const { leaseId } = cast.leaseOf('Victor Alves');
    const date = new Date(network.simulatorClock.nowMs()).toISOString().slice(0, 10);
    const latencyMs = await timed(
      () => people.inBuildium('terminateLease', { leaseId, date }),
      'the lease to end',
      () => stillDiffers(network, 'leases', leaseId, { status: 'Past', to: date }),
    );
    return { latencyMs, checked: [`the lease is "Past" and ends on ${date}`] };
  },
};

export const billAddedAndPaid: readonly Step[] = [
  {
    name: 'a bill with two lines is added',
    whatToDo: EVENTS_HELP,
    play: async (scene) => {
      const { network, people, cast } = scene;
      const { propertyId, unitId } = cast.unit('Maple Street Duplex', '2');
      const date = new Date(network.simulatorClock.nowMs()).toISOString().slice(0, 10);
      const dueDate = addDays(date, 30);
      const entity = { Id: propertyId, AccountingEntityType: 'Rental', UnitId: unitId };
      const accounts = [cast.glAccountId('Plumbing'), cast.glAccountId('Electrical')];
      let billId = 0;
      const latencyMs = await timed(
        async () => {
          const bill = await people.postToBuildium('/v1/bills', {
            Date: date,
            DueDate: dueDate,
            VendorId: cast.vendorId('Fairway Plumbing & Heating'),
            ReferenceNumber: BILL_REFERENCE,
            Memo: 'Water heater',
            Lines: accounts.map((GlAccountId, index) => ({
              AccountingEntity: entity,
              GlAccountId,
              Amount: index === 0 ? 940 : 185.25,
              Memo: index === 0 ? 'Heater' : 'Wiring',
            })),
          });
          billId = bill.Id;
        },
        'the bill and its lines',
        () =>
          stillDiffers(network, 'bills', billId, {
            total: 112_525,
            dueDate,
            status: 'Unpaid',
            properties: [String(propertyId)],
          }) ?? linesMissing(scene, billId, accounts),
      );
      return {
        latencyMs,
        checked: [`the bill of ${formatCents(112_525)}`, 'two lines with their accounts and unit'],
      };
    },
  },
  {
    name: 'the bill is paid',
    whatToDo: EVENTS_HELP,
    play: async (scene) => {
      const { network, people } = scene;
      const billId = addedBillId(scene);
      let paymentId = 0;
      const latencyMs = await timed(
        async () => {
          const touched = await people.inBuildium('payBill', { billId, checkNumber: '2201' });
          paymentId = Number(touched['paymentId']);
        },
        'the bill to be paid',
        () =>
          stillDiffers(network, 'bills', billId, { status: 'Paid', paid: 112_525 }) ??
          stillDiffers(network, 'billPayments', paymentId, {
            amount: 112_525,
            bills: [String(billId)],
            checkNumber: '2201',
          }),
      );
      return { latencyMs, checked: ['status "Paid"', 'a payment row with check 2201, linked to the bill'] };
    },
  },
];

const BILL_REFERENCE = 'FP-10501';

function addedBillId({ network }: Parameters<Step['play']>[0]): number {
  for (const transaction of network.buildium.world.records.transactions.values()) {
    if (transaction.kind === 'Bill' && transaction.referenceNumber === BILL_REFERENCE) return transaction.id;
  }
  throw new Error(`Buildium has no bill ${BILL_REFERENCE}: the step that adds it must come first`);
}

function linesMissing(
  { network }: Parameters<Step['play']>[0],
  billId: number,
  accounts: number[],
): string | null {
  const bill = network.buildium.world.records.transactions.get(billId);
  for (const line of bill?.lines ?? []) {
    const missing = stillDiffers(network, 'billLines', `${billId}-${line.id}`, {
      bill: [String(billId)],
      glAccount: [String(line.glAccountId)],
      amount: line.amountCents,
    });
    if (missing || !accounts.includes(line.glAccountId)) return missing ?? 'a line has another account';
  }
  return null;
}

export const tenantPhone: Step = {
  name: "a tenant's phone number changes",
  whatToDo: EVENTS_HELP,
  play: async ({ network, people, cast }) => {
    const { tenantId } = cast.leaseOf('Ruth Nyman');
    const phone = '(617) 555-0199';
    const latencyMs = await timed(
      () => people.inBuildium('updateTenant', { id: tenantId, patch: { PhoneNumbers: { Mobile: phone } } }),
      'the new number',
      () => stillDiffers(network, 'tenants', tenantId, { mobilePhone: phone }),
    );
    return { latencyMs, checked: [`Ruth Nyman's row shows ${phone}`] };
  },
};

export const ownerFoundBySweep: Step = {
  name: 'an owner changes: Buildium announces nothing, the sweep finds it',
  whatToDo: 'Press "Sync now" (POST /api/v1/sync/trigger) and see the run with GET /api/v1/sync/runs.',
  play: async ({ network, people, cast, api }) => {
    const ownerId = cast.ownerId('Elaine');
    const events = network.buildium.world.outbox.log.length;
    const comment = 'Prefers e-mail since this week.';
    const latencyMs = await timed(
      async () => {
        await people.inBuildium('updateOwner', { id: ownerId, patch: { Comment: comment } });
        await api('triggerSync', { body: { resources: ['owners'] } });
      },
      "the owner's new comment",
      () => stillDiffers(network, 'owners', ownerId, { comment }),
    );
    const told = network.buildium.world.outbox.log.slice(events).some(({ body }) => body.includes('Owner'));
    must(!told, 'Buildium sent an event for the owner, which it does not do');
    return {
      latencyMs,
      checked: ["the owner's comment, found by the sweep that runs every 10 minutes (asked for now)"],
    };
  },
};

export const deletedTransaction: Step = {
  name: 'a transaction deleted in Buildium is marked, and its row stays',
  whatToDo: EVENTS_HELP,
  play: async ({ network, people, cast }) => {
    const { leaseId } = cast.leaseOf('Sofia Petrov');
    const touched = await people.inBuildium('postCharge', { leaseId, amount: 60, memo: 'Key copies' });
    const transactionId = Number(touched['transactionId']);
    await timed(
      async () => undefined,
      'the charge to appear',
      () => stillDiffers(network, 'transactions', transactionId, { amount: 6_000 }),
    );
    const latencyMs = await timed(
      () => people.inBuildium('deleteTransaction', { transactionId }),
      'the row to say that it was deleted',
      () => {
        const [row] = rowsOf(network, 'transactions', transactionId);
        if (!row) return 'the row is gone';
        return row.status === 'Deleted in Buildium' ? null : `Sync Status is "${row.status}"`;
      },
    );
    return { latencyMs, checked: ['the row is still there and says "Deleted in Buildium"'] };
  },
};
