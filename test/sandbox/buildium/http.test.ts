import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import {
  startBuildiumSimulator,
  type BuildiumSimulator,
  type BuildiumSimulatorOptions,
} from '../../../server/sandbox/buildium/index.ts';
import { PERSON_ACTIONS } from '../../../server/sandbox/buildium/person.ts';
import { signedHeaders } from '../../../server/sandbox/buildium/webhooks.ts';
import { simulatorClock } from '../../../server/sandbox/clock.ts';
import { ADDRESS, NOW } from './account.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function start(options: BuildiumSimulatorOptions = {}): Promise<BuildiumSimulator> {
  const clock = simulatorClock(Date.parse(NOW));
  const simulator = await startBuildiumSimulator({ clock, webhookLagMs: 0, ...options });
  open.push(simulator);
  return simulator;
}

type Reply = { status: number; body: unknown };

async function call(
  { url, clientId, clientSecret }: BuildiumSimulator,
  path: string,
  init: RequestInit = {},
): Promise<Reply> {
  const headers = {
    'x-buildium-client-id': clientId,
    'x-buildium-client-secret': clientSecret,
    'content-type': 'application/json',
  };
  const answer = await fetch(url + path, { ...init, headers });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? null : JSON.parse(text) };
}

async function control(simulator: BuildiumSimulator, path: string, body?: unknown): Promise<Reply> {
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const answer = await fetch(`${simulator.url}/__control/${path}`, init);
  return { status: answer.status, body: await answer.json() };
}

const person = (simulator: BuildiumSimulator, body: object): Promise<Reply> =>
  control(simulator, 'person', body);

/** A receiver of webhooks that keeps what it hears. */
async function receiver(status = 200) {
  const heard: { body: string; headers: Record<string, unknown> }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      heard.push({ body, headers: request.headers });
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  open.push({ close });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, heard };
}

test('events are posted over HTTP, signed, after writes of the API and of people', async () => {
  const { url, heard } = await receiver();
  const simulator = await start({ webhook: { url, secret: 'whisper' } });
  await person(simulator, { action: 'recordRentPayment', leaseId: 3002, amount: 100 });
  const Lines = [{ GLAccountId: 3, Amount: 5 }];
  await call(simulator, '/v1/leases/3001/charges', {
    method: 'POST',
    body: JSON.stringify({ Date: '2026-11-20', Lines }),
  });
  await simulator.deliveriesIdle();
  expect(heard).toHaveLength(2);
  for (const { body, headers } of heard) {
    const sentMs = Number(headers['buildium-webhook-timestamp']) * 1000;
    expect(headers).toMatchObject(signedHeaders('whisper', body, sentMs));
  }
});

test('a receiver that answers 500 is tried again when the clock has moved a minute', async () => {
  const { url, heard } = await receiver(500);
  const simulator = await start({ webhook: { url, secret: 's' } });
  await person(simulator, { action: 'changeMarketRent', unitId: 2001, marketRent: 1 });
  await simulator.deliveriesIdle();
  expect(heard).toHaveLength(1);
  await control(simulator, 'clock', { advanceMs: 61_000 });
  while (heard.length < 2) await new Promise((resolve) => setImmediate(resolve));
  expect((await control(simulator, 'state')).body).toMatchObject({
    webhook: { suspended: false, pending: 1 },
  });
});

describe('faults', () => {
  const newVendor = { method: 'POST', body: JSON.stringify({ Name: 'Fault' }) };
  const count = (simulator: BuildiumSimulator): number =>
    [...simulator.world.records.vendorCategories.values()].filter(({ name }) => name === 'Fault').length;
  const path = '/v1/vendors/categories';

  test('a status instead of the answer, for so many requests', async () => {
    const simulator = await start();
    await control(simulator, 'faults', {
      faults: [{ method: 'GET', path: '^/v1/rentals', times: 2, effect: { kind: 'status', status: 503 } }],
    });
    const statuses = [];
    for (let index = 0; index < 3; index += 1) statuses.push((await call(simulator, '/v1/rentals')).status);
    expect(statuses).toEqual([503, 503, 200]);
    expect((await call(simulator, '/v1/vendors')).status).toBe(200);
  });

  test('a connection torn before the write has no effect, torn after it has', async () => {
    const simulator = await start();
    await control(simulator, 'faults', { faults: [{ times: 1, effect: { kind: 'tornBefore' } }] });
    await expect(call(simulator, path, newVendor)).rejects.toThrow();
    expect(count(simulator)).toBe(0);
    await control(simulator, 'faults', { faults: [{ times: 1, effect: { kind: 'tornAfter' } }] });
    await expect(call(simulator, path, newVendor)).rejects.toThrow();
    expect(count(simulator)).toBe(1);
  });

  test('an effect that lands after its connection died', async () => {
    const simulator = await start();
    await control(simulator, 'faults', {
      faults: [{ times: 1, effect: { kind: 'lateEffect', delayMs: 20 } }],
    });
    await expect(call(simulator, path, newVendor)).rejects.toThrow();
    while (count(simulator) === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(count(simulator)).toBe(1);
  });

  test('are gone after clear and after reset', async () => {
    const simulator = await start();
    const fault = {
      faults: [{ effect: { kind: 'status', status: 500 } }],
      webhooks: { drop: 3, hold: true },
    };
    await control(simulator, 'faults', fault);
    expect((await control(simulator, 'faults', { clear: true })).body).toMatchObject({
      drop: 0,
      hold: false,
    });
    expect((await call(simulator, '/v1/rentals')).status).toBe(200);
  });
});

describe('control', () => {
  test('keys can be revoked and restricted, and the webhook set', async () => {
    const simulator = await start();
    await control(simulator, 'keys', { revoked: true });
    expect((await call(simulator, '/v1/rentals')).status).toBe(401);
    await control(simulator, 'keys', { revoked: false, permissions: { 'Maintenance > Vendors': 'None' } });
    expect((await call(simulator, '/v1/vendors')).status).toBe(403);
    await control(simulator, 'webhook', { url: 'http://127.0.0.1:1/x', secret: 's' });
    expect((await control(simulator, 'state')).body).toMatchObject({
      webhook: { url: 'http://127.0.0.1:1/x' },
    });
  });

  test('calls are counted by route, statuses by number', async () => {
    const simulator = await start();
    await call(simulator, '/v1/rentals/1001');
    await call(simulator, '/v1/rentals/1002');
    await call(simulator, '/v1/nowhere');
    expect((await control(simulator, 'state')).body).toMatchObject({
      calls: {
        byRoute: { 'GET /v1/rentals/{propertyId}': 2, 'GET (unknown)': 1 },
        byStatus: { 200: 2, 404: 1 },
      },
    });
  });

  test('a reset brings the seed back, or another', async () => {
    const simulator = await start();
    const before = await call(simulator, '/v1/rentals');
    await person(simulator, { action: 'updateProperty', id: 1001, patch: { Name: 'Other' } });
    await control(simulator, 'clock', { now: NOW });
    await control(simulator, 'reset', {});
    expect(await call(simulator, '/v1/rentals')).toEqual(before);
    await control(simulator, 'reset', { seed: { properties: 4 } });
    expect((await call(simulator, '/v1/rentals')).body).toHaveLength(4);
  });

  test('an unknown control and a wrong body are told what is known', async () => {
    const simulator = await start();
    expect(await control(simulator, 'nothing', {})).toMatchObject({ status: 404 });
    expect(await control(simulator, 'clock', { speed: -1 })).toMatchObject({ status: 422 });
    expect(await person(simulator, { action: 'fly' })).toMatchObject({ status: 422 });
    expect(await person(simulator, { action: 'payBill', billId: 1 })).toMatchObject({
      status: 422,
      body: { error: 'The bill 1 does not exist.' },
    });
  });
});

describe('people', () => {
  const lease = { LeaseType: 'AtWill', UnitId: 2003, LeaseFromDate: '2026-11-01', SendWelcomeEmail: false };
  const rental = { Name: 'N', Address: ADDRESS, RentalSubType: 'SingleFamily', OperatingBankAccountId: 701 };
  /** Every action once, in an order in which each can be done. */
  const STORY: object[] = [
    { action: 'recordRentPayment', leaseId: 3002 },
    { action: 'postCharge', leaseId: 3001, amount: 75, glAccountId: 8 },
    { action: 'postMonthlyRent', month: '2026-12-01' },
    { action: 'addBill', vendorId: 6001, propertyId: 1001, amount: 88.5, glAccountId: 109, memo: 'Tap' },
    { action: 'payBill', billId: 100_121 },
    { action: 'depositPayments' },
    { action: 'editTransactionAmount', transactionId: 100_002, amount: 2299 },
    { action: 'editTransaction', transactionId: 100_002, date: '2026-06-02', glAccountId: 8, memo: 'Moved' },
    { action: 'deleteTransaction', transactionId: 100_002 },
    { action: 'changeMarketRent', unitId: 2001, marketRent: 2400 },
    { action: 'terminateLease', leaseId: 3001 },
    { action: 'updateProperty', id: 1001, patch: { Reserve: 99.5 } },
    { action: 'updateUnit', id: 2001, patch: { Description: 'Bright' } },
    { action: 'updateTenant', id: 40_001, patch: { PhoneNumbers: { Home: '(617) 555-0999' } } },
    { action: 'updateOwner', id: 5001, patch: { Comment: 'x' } },
    { action: 'updateVendor', id: 6001, patch: { Comments: 'x' } },
    { action: 'updateLease', id: 3002, patch: { IsEvictionPending: true } },
    {
      action: 'addOwner',
      body: { IsCompany: true, CompanyName: 'C', Address: ADDRESS, PropertyIds: [1001] },
    },
    { action: 'createProperty', body: rental },
    { action: 'createUnit', body: { PropertyId: 1002, UnitNumber: '3', Address: ADDRESS } },
    { action: 'createLease', body: lease },
    { action: 'setLockDate', date: '2026-01-31' },
    { action: 'deactivateProperty', propertyId: 1002 },
    { action: 'reactivateProperty', propertyId: 1002 },
    { action: 'renameGlAccount', glAccountId: 3, name: 'Rents' },
    { action: 'deleteRecord', kind: 'owner', id: 5004 },
  ];

  test('can do all that is offered, and the books stay balanced', async () => {
    const simulator = await start();
    const bill = await person(simulator, {
      action: 'addBill',
      vendorId: 6002,
      propertyId: 1001,
      amount: 5,
      glAccountId: 109,
    });
    const { billId } = bill.body as { billId: number };
    const story = [...STORY, { action: 'deleteBill', billId }];
    for (const action of story)
      expect([action, await person(simulator, action)]).toMatchObject([{}, { status: 200 }]);
    const online = await person(simulator, { action: 'payOnline', leaseId: 3002, amount: 120 });
    const { transactionId } = online.body as { transactionId: number };
    const clears = { action: 'onlinePaymentClears', transactionId };
    expect([online, await person(simulator, clears)]).toMatchObject([{ status: 200 }, { status: 200 }]);
    const done = [...story, { action: 'payOnline' }, clears].map(
      (action) => (action as { action: string }).action,
    );
    expect(Object.keys(PERSON_ACTIONS).filter((name) => !done.includes(name))).toEqual([]);
    for (const basis of ['Accrual', 'Cash'] as const) {
      const entries = simulator.world.records.ledger.entries({
        basis,
        glAccountIds: null,
        entities: null,
        from: null,
        to: null,
      });
      expect(entries.reduce((sum, { posting }) => sum + posting.debitCents, 0)).toBe(0);
    }
    expect((await call(simulator, '/v1/rentals/1001')).body).toMatchObject({
      Reserve: 99.5,
      YearBuilt: 1924,
    });
    expect((await call(simulator, '/v1/leases/3001')).body).toMatchObject({
      LeaseStatus: 'Past',
      CurrentTenants: [],
    });
  });
});
