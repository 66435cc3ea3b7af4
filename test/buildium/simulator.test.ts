import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createBuildiumClient, type BuildiumClient } from '../../server/buildium/client.ts';
import { parseBuildiumEvent, verifyBuildiumSignature } from '../../server/buildium/webhook.ts';
import { startBuildiumSimulator, type BuildiumSimulator } from '../../server/sandbox/buildium/index.ts';
import { freshDatabase, type FreshDatabase } from '../support/database.ts';
import { asSimulatorClock } from '../support/manualClock.ts';
import { scriptedServer } from '../support/scriptedServer.ts';
import { testOutbound, type TestOutbound } from '../support/testOutbound.ts';

/** Our client against the Buildium simulator, both on one clock: its rate limiter sees exactly when we call. */
let fresh: FreshDatabase;
let out: TestOutbound;
let buildium: BuildiumSimulator;
let client: BuildiumClient;

beforeAll(async () => {
  fresh = await freshDatabase();
  out = testOutbound(fresh.database);
  buildium = await startBuildiumSimulator({ clock: asSimulatorClock(out.clock), seed: { properties: 600 } });
  client = createBuildiumClient({
    outbound: out.outbound,
    connectionId: 'c1',
    baseUrl: buildium.url,
    credentials: { kind: 'apiKey', clientId: buildium.clientId, clientSecret: buildium.clientSecret },
  });
});
afterAll(async () => {
  await out.close();
  await buildium.close();
  await fresh.drop();
});

async function control(path: string, body: unknown): Promise<void> {
  const answer = await fetch(`${buildium.url}/__control/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(await answer.text());
}

describe('our client', () => {
  test('reads a list of more than a page, each entry once', async () => {
    await control('reset', { seed: { properties: 500, transactionsPerLease: 0 } });
    const units = await client.list('/v1/rentals/units');
    const ids = units.ok ? units.value.items.map((unit) => (unit as { Id: number }).Id) : [];
    expect(ids.length).toBeGreaterThan(1_000);
    expect(new Set(ids).size).toBe(ids.length);
    expect(units.ok && units.value.serverDate).toBe('2026-11-20T12:00:00.000Z');
  });

  test('a hundred calls at once never meet the limit of ten a second', async () => {
    const before = out.calls.length;
    await Promise.all(
      Array.from({ length: 100 }, () => client.page('/v1/rentals', {}, { offset: 0, limit: 1 })),
    );
    const ours = out.calls.slice(before).map((call) => call.status);
    expect(ours).toEqual(Array.from({ length: 100 }, () => 200));
  });

  test('tells a thing that is gone, a refused value and a revoked key apart', async () => {
    expect(await client.get('/v1/rentals/99999999')).toMatchObject({
      ok: false,
      error: { kind: 'notFound', status: 404 },
    });
    const refused = await client.post('/v1/rentals', { Name: 'Without an address' });
    expect(refused).toMatchObject({ ok: false, error: { kind: 'invalid', status: 422, outcome: 'refused' } });
    await control('keys', { revoked: true });
    expect(await client.get('/v1/rentals')).toMatchObject({
      ok: false,
      error: { kind: 'unauthorized', status: 401 },
    });
    await control('keys', { revoked: false });
  });

  test('waits out refusals for rate by itself', async () => {
    const before = out.calls.length;
    await control('faults', {
      faults: [{ path: '/v1/rentals', times: 3, effect: { kind: 'status', status: 429 } }],
    });
    expect(await client.get('/v1/rentals')).toMatchObject({ ok: true });
    expect(out.calls.slice(before).map((call) => call.status)).toEqual([429, 429, 429, 200]);
  });

  test('says of a write that was carried out and never answered that it may have taken effect', async () => {
    const [first] = (await good(client.list('/v1/rentals/units'))) as Record<string, unknown>[];
    const path = `/v1/rentals/units/${String(first?.Id)}`;
    await control('faults', { faults: [{ method: 'PUT', times: 1, effect: { kind: 'tornAfter' } }] });
    const { UnitNumber, UnitSize, MarketRent, Address, UnitBedrooms, UnitBathrooms } = first ?? {};
    const body = {
      UnitNumber,
      UnitSize,
      MarketRent,
      Address,
      UnitBedrooms,
      UnitBathrooms,
      Description: 'Repainted',
    };
    expect(await client.put(path, body)).toMatchObject({
      ok: false,
      error: { kind: 'unavailable', outcome: 'unknown' },
    });
    expect(await client.get(path)).toMatchObject({ ok: true, value: { Description: 'Repainted' } });
  });
});

test("the simulator's webhooks carry a signature that fits and an event that we read", async () => {
  const receiver = await scriptedServer(() => ({ status: 200 }));
  const secret = 'webhook-secret-1';
  const live = await startBuildiumSimulator({
    seed: 'story',
    webhook: { url: receiver.url, secret },
    webhookLagMs: 0,
  });
  try {
    const headers = { 'x-buildium-client-id': live.clientId, 'x-buildium-client-secret': live.clientSecret };
    const [lease] = (await (await fetch(`${live.url}/v1/leases?limit=1`, { headers })).json()) as {
      Id: number;
    }[];
    const action = { action: 'recordRentPayment', leaseId: lease?.Id };
    await fetch(`${live.url}/__control/person`, { method: 'POST', body: JSON.stringify(action) });
    await receiver.arrived(1);
    const [hook] = receiver.received;
    const rawBody = Buffer.from(hook?.text ?? '');
    const verified = verifyBuildiumSignature({
      rawBody,
      headers: hook?.headers ?? {},
      secrets: ['an older one', secret],
      nowMs: live.clock.nowMs(),
    });
    expect(verified).toMatchObject({ ok: true });
    expect(parseBuildiumEvent(rawBody)).toMatchObject({
      ok: true,
      value: { accountId: live.accountId, ids: { TransactionId: expect.any(Number) } },
    });
  } finally {
    await live.close();
    await receiver.close();
  }
});

async function good(answer: ReturnType<BuildiumClient['list']>): Promise<unknown[]> {
  const result = await answer;
  if (!result.ok) throw new Error(result.error.message);
  return result.value.items;
}
