import { describe, expect, test } from '@jest/globals';
import { actAsPerson } from '../../../server/sandbox/buildium/person.ts';
import { signedHeaders, type Delivery } from '../../../server/sandbox/buildium/webhooks.ts';
import { Account, ADDRESS } from './account.ts';
import { charge, deposit, entity, payment, portfolio, posted, bill, payBill } from './portfolio.ts';

const MINUTE = 60_000;

function listening(account = new Account()): Account {
  account.world.outbox.subscribe({ url: 'http://127.0.0.1:1/hook', secret: 'test-secret' });
  account.world.outbox.behaviour.lagMs = 0;
  return account;
}

type Event = Record<string, unknown> & { EventName: string };

const eventsOf = (deliveries: Delivery[]): Event[] => deliveries.map(({ body }) => JSON.parse(body) as Event);

/** Takes what is due and answers it with one status. */
function deliver(account: Account, status: number | null = 200, atMs = account.nowMs): Event[] {
  const due = account.world.outbox.due(atMs);
  for (const { id } of due) account.world.outbox.settle(id, status, atMs);
  return eventsOf(due);
}

function rename(account: Account, name = 'New name'): void {
  actAsPerson(account.world, { action: 'updateProperty', id: 1001, patch: { Name: name } }, account.nowMs);
}

test('the signature of the reference’s example comes out', () => {
  const body =
    '{"EventName":"Rental.Created","EventDateTime":"2022-12-22T16:18:20.876772Z","AccountId":123456,"PropertyId":78910}';
  expect(signedHeaders('test-secret', body, 1_671_725_900_500)).toMatchObject({
    'buildium-webhook-timestamp': '1671725900',
    'buildium-webhook-signature': 'BIqb3JTqGarXaKQujgPZor3DBVy83lb6MWRCq2qjNWk=',
  });
});

test('an event is flat, carries ids only, and its time has seven digits', () => {
  const account = listening();
  rename(account);
  const [delivery] = account.world.outbox.due(account.nowMs);
  expect(delivery?.body).toMatch(
    /^\{"EventName":"Rental\.Updated","EventDateTime":"2026-11-22T12:00:00\.\d{7}Z","AccountId":4711,"PropertyId":1001\}$/,
  );
});

describe('which events are fired', () => {
  test('lease transactions name no lease; deposits, bills and their payments are heard from every side', () => {
    const at = portfolio();
    listening(at.account);
    const charged = charge(at, '2026-10-01', 3, 100);
    expect(deliver(at.account)).toMatchObject([
      { EventName: 'LeaseTransaction.Created', TransactionId: charged, TransactionType: 'Charge' },
    ]);
    const paid = payment(at, '2026-10-02', 3, 100);
    const [event] = deliver(at.account);
    expect(event).not.toHaveProperty('LeaseId');
    const deposited = deposit(at, '2026-10-03', [paid]);
    expect(deliver(at.account)).toMatchObject([
      {
        EventName: 'BankAccount.Transaction.Created',
        BankAccountId: 701,
        TransactionId: deposited,
        TransactionType: 'Deposit',
      },
    ]);
    const due = bill(at, '2026-10-01', 109, 100);
    expect(deliver(at.account).map(({ EventName }) => EventName)).toEqual([
      'Bill.Created',
      'Vendor.Transaction.Created',
    ]);
    const paidBill = payBill(at, '2026-10-09', due, 100);
    expect(deliver(at.account)).toMatchObject([
      { EventName: 'Bill.Payment.Created', PaymentId: paidBill, BillIds: [due.id] },
      { EventName: 'Bill.Updated', BillId: due.id },
      { EventName: 'BankAccount.Transaction.Created', TransactionId: paidBill, TransactionType: 'Check' },
      { EventName: 'Vendor.Transaction.Created', TransactionId: paidBill, VendorId: at.vendorId },
    ]);
  });

  test('owners, journal entries, rent schedules, amenities and inactivations fire none', () => {
    const at = portfolio();
    listening(at.account);
    const { account } = at;
    const owner = { IsCompany: true, CompanyName: 'O', Address: ADDRESS, PropertyIds: [at.propertyId] };
    const ownerId = posted(account, '/v1/rentals/owners', owner);
    account.put(`/v1/rentals/owners/${ownerId}`, owner);
    const line = (PostingType: string, GLAccountId: number) => ({ GLAccountId, PostingType, Amount: 5 });
    const entry = {
      AccountingEntity: entity(at),
      Date: '2026-10-01',
      Lines: [line('Debit', 109), line('Credit', 3)],
    };
    const entryId = posted(account, '/v1/generalledger/journalentries', entry);
    account.put(`/v1/generalledger/journalentries/${entryId}`, entry);
    const Charges = [{ GlAccountId: 3, Amount: 9, NextDueDate: '2026-12-01' }];
    posted(account, `/v1/leases/${at.leaseId}/rent`, {
      RentCycle: 'Monthly',
      BackdateCharges: false,
      Charges,
    });
    account.put(`/v1/rentals/${at.propertyId}/amenities`, { Features: [] });
    account.post(`/v1/rentals/${at.propertyId}/inactivationrequest`);
    expect(deliver(account)).toEqual([]);
  });

  test.each([
    [{ action: 'changeMarketRent', unitId: 2001, marketRent: 2500 }, ['RentalUnit.Updated']],
    [{ action: 'updateTenant', id: 40_001, patch: { Email: 'new@mail.example' } }, ['LeaseTenant.Updated']],
    [{ action: 'terminateLease', leaseId: 3001 }, ['Lease.MoveOut.Created', 'Lease.Updated']],
    [{ action: 'renameGlAccount', glAccountId: 3, name: 'Rents' }, ['GLAccount.Updated']],
    [{ action: 'deleteTransaction', transactionId: 100_002 }, ['LeaseTransaction.Deleted']],
    [{ action: 'updateOwner', id: 5001, patch: { Comment: 'x' } }, []],
  ])('%j', (action, names) => {
    const account = listening();
    expect(actAsPerson(account.world, action, account.nowMs)).toMatchObject({ status: 200 });
    expect(deliver(account).map(({ EventName }) => EventName)).toEqual(names);
  });
});

describe('deliveries', () => {
  test('come after a lag of their own when none is set', () => {
    const account = listening();
    account.world.outbox.behaviour.lagMs = null;
    rename(account);
    expect(deliver(account)).toEqual([]);
    const dueMs = account.world.outbox.nextDueMs() ?? 0;
    expect(dueMs - account.nowMs).toBeGreaterThanOrEqual(500);
    expect(deliver(account, 200, dueMs)).toHaveLength(1);
  });

  test.each([500, 404, null])(
    'an answer of %p is tried again after 1 minute, 10 minutes, 1 hour, then the event is lost',
    (status) => {
      const account = listening();
      rename(account);
      const start = account.nowMs;
      const attempts = [0, 1, 11, 71].map((minutes) => start + minutes * MINUTE);
      for (const atMs of attempts) {
        expect(deliver(account, status, atMs - 1)).toEqual([]);
        expect(deliver(account, status, atMs)).toHaveLength(1);
      }
      expect(account.world.outbox.pending).toBe(0);
      expect(account.world.outbox.log.map(({ outcome }) => outcome)).toEqual([
        'failed',
        'failed',
        'failed',
        'lost',
      ]);
    },
  );

  test('each attempt is signed with its own time', () => {
    const account = listening();
    rename(account);
    const [first] = account.world.outbox.due(account.nowMs);
    account.world.outbox.settle(first?.id ?? 0, 503, account.nowMs);
    const [second] = account.world.outbox.due(account.nowMs + MINUTE);
    expect(second?.body).toBe(first?.body);
    expect(second?.headers['buildium-webhook-signature']).not.toBe(
      first?.headers['buildium-webhook-signature'],
    );
  });

  test('twenty failures in a row suspend the webhook; what happens meanwhile is lost', () => {
    const account = listening();
    for (let index = 0; index < 19; index += 1) rename(account, `Name ${index}`);
    deliver(account, 500);
    expect(account.world.outbox.suspended).toBe(false);
    rename(account, 'The twentieth');
    deliver(account, 500);
    expect(account.world.outbox.suspended).toBe(true);
    rename(account, 'Unheard');
    account.world.outbox.subscribe({ url: 'http://127.0.0.1:1/hook', secret: 'test-secret' });
    expect(deliver(account, 200, account.nowMs + 120 * MINUTE)).toEqual([]);
    rename(account, 'Heard');
    expect(deliver(account)).toHaveLength(1);
  });

  test('a success in between starts the count anew', () => {
    const account = listening();
    for (let round = 0; round < 3; round += 1) {
      for (let index = 0; index < 15; index += 1) rename(account, `Name ${round} ${index}`);
      deliver(account, 500);
      rename(account, `Name ${round}`);
      deliver(account, 200);
    }
    expect(account.world.outbox.suspended).toBe(false);
  });

  test('can be dropped, doubled, held back and reordered', () => {
    const account = listening();
    const { behaviour } = account.world.outbox;
    Object.assign(behaviour, { drop: 1, double: 1 });
    rename(account, 'dropped');
    rename(account, 'doubled');
    const doubled = deliver(account);
    expect(doubled).toHaveLength(2);
    expect(doubled[0]).toEqual(doubled[1]);
    behaviour.hold = true;
    rename(account, 'held');
    expect(deliver(account)).toEqual([]);
    behaviour.hold = false;
    expect(deliver(account)).toHaveLength(1);
    behaviour.reorder = true;
    for (let index = 0; index < 20; index += 1) rename(account, `Name ${index}`);
    const times = deliver(account, 200, account.nowMs + MINUTE).map((event) =>
      String(event['EventDateTime']),
    );
    expect(times).toHaveLength(20);
    expect(times).not.toEqual([...times].sort());
  });
});
