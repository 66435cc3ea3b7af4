import { createHmac } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { at, list, testWorld, text } from './support.ts';

function notified() {
  const sandbox = testWorld();
  const { ok, world, time, baseId } = sandbox;
  const jobs = sandbox.table('Jobs');
  const path = `/bases/${baseId}/webhooks`;
  const specification = { options: { filters: { dataTypes: ['tableData'] } } };
  const made = ok('POST', path, { notificationUrl: 'https://example.com/hook', specification });
  const webhookId = text(made, 'id');
  /** Moves on by a second and answers every ping that is due. */
  const deliver = (outcome: 'ok' | 'fail', laterMs = 1000): number => {
    time.nowMs += laterMs;
    const pings = world.pings.due(time.nowMs);
    for (const ping of pings) {
      const how = outcome === 'ok' ? { ok: true as const } : { ok: false as const, message: 'answered 500' };
      world.pings.settle(ping.id, { ...how, durationMs: 5 }, time.nowMs);
    }
    return pings.length;
  };
  const state = (): unknown => list(ok('GET', path), 'webhooks')[0];
  deliver('ok');
  return { ...sandbox, jobs, path, webhookId, secret: text(made, 'macSecretBase64'), deliver, state };
}

describe('a ping', () => {
  test('carries no data and the MAC of its very bytes', () => {
    const { world, time, jobs, baseId, webhookId, secret } = notified();
    jobs.create({ Name: 'Roof' });
    time.nowMs += 1000;
    const [ping] = world.pings.due(time.nowMs);
    expect(JSON.parse(ping?.body ?? '')).toEqual({
      base: { id: baseId },
      webhook: { id: webhookId },
      timestamp: new Date(time.nowMs).toISOString(),
    });
    const mac = createHmac('sha256', Buffer.from(secret, 'base64'))
      .update(ping?.body ?? '')
      .digest('hex');
    expect(ping?.headers['x-airtable-content-mac']).toBe(`hmac-sha256=${mac}`);
    expect(ping?.url).toBe('https://example.com/hook');
  });

  test('follows the creation of the webhook although there is nothing to read', () => {
    const { state } = notified();
    expect(state()).toMatchObject({ cursorForNextPayload: 1, lastNotificationResult: { success: true } });
  });

  test('stands for all changes that come before it is posted', () => {
    const { jobs, deliver } = notified();
    for (let count = 0; count < 5; count += 1) jobs.create({ Name: `${count}` });
    expect(deliver('ok')).toBe(1);
    expect(deliver('ok')).toBe(0);
  });

  test('is followed by another when changes came while it was on its way', () => {
    const { world, time, jobs, deliver } = notified();
    jobs.create({ Name: 'a' });
    time.nowMs += 1000;
    const [ping] = world.pings.due(time.nowMs);
    jobs.create({ Name: 'b' });
    jobs.create({ Name: 'c' });
    expect(world.pings.due(time.nowMs + 1000)).toEqual([]);
    world.pings.settle(ping?.id ?? '', { ok: true, durationMs: 5 }, time.nowMs);
    expect(deliver('ok')).toBe(1);
    expect(deliver('ok')).toBe(0);
  });

  test('is not made for a webhook without an address', () => {
    const { ok, path, world } = testWorldWithSilentWebhook();
    ok('POST', path, { fields: { Name: 'a' } });
    expect(world.pings.nextDueMs()).toBeNull();
  });
});

function testWorldWithSilentWebhook() {
  const sandbox = testWorld();
  const specification = { options: { filters: { dataTypes: ['tableData'] } } };
  sandbox.ok('POST', `/bases/${sandbox.baseId}/webhooks`, { specification });
  return { ...sandbox, path: `/${sandbox.baseId}/Table%201` };
}

describe('a ping that fails', () => {
  test('is tried 13 times more over about a day, then notifications are turned off', () => {
    const { world, time, jobs, deliver, state } = notified();
    jobs.create({ Name: 'Roof' });
    deliver('fail');
    const waits: number[] = [];
    for (let retry = 1; retry <= 13; retry += 1) {
      const dueMs = world.pings.nextDueMs() ?? 0;
      waits.push((dueMs - time.nowMs) / 1000);
      expect(world.pings.due(dueMs - 1)).toEqual([]);
      expect(deliver('fail', dueMs - time.nowMs)).toBe(1);
    }
    expect(waits).toEqual([10, 20, 40, 80, 160, 320, 640, 1280, 2560, 5120, 10240, 20480, 40960]);
    expect(world.pings.nextDueMs()).toBeNull();
    expect(state()).toMatchObject({
      areNotificationsEnabled: false,
      isHookEnabled: true,
      lastNotificationResult: {
        success: false,
        retryNumber: 13,
        willBeRetried: false,
        error: { message: 'answered 500' },
      },
    });
  });

  test('can succeed later, and the result says at which try', () => {
    const { world, time, jobs, deliver, state } = notified();
    jobs.create({ Name: 'Roof' });
    deliver('fail');
    expect(at(state(), 'lastNotificationResult')).toMatchObject({ success: false, willBeRetried: true });
    deliver('ok', (world.pings.nextDueMs() ?? 0) - time.nowMs);
    expect(at(state(), 'lastNotificationResult')).toMatchObject({ success: true, retryNumber: 1 });
  });

  test('payloads go on while notifications are off; turning them on pings again', () => {
    const { ok, world, time, jobs, path, webhookId, deliver } = notified();
    ok('POST', `${path}/${webhookId}/enableNotifications`, { enable: false });
    jobs.create({ Name: 'Roof' });
    expect(deliver('ok')).toBe(0);
    expect(list(ok('GET', `${path}/${webhookId}/payloads`), 'payloads')).toHaveLength(1);
    ok('POST', `${path}/${webhookId}/enableNotifications`, { enable: true });
    expect(deliver('ok')).toBe(1);
    ok('DELETE', `${path}/${webhookId}`);
    jobs.create({ Name: 'Wall' });
    expect(world.pings.due(time.nowMs + 1000)).toEqual([]);
  });
});

describe('on request pings are', () => {
  test('lost', () => {
    const { world, jobs, deliver } = notified();
    world.pings.faults.drop = 1;
    jobs.create({ Name: 'a' });
    expect(deliver('ok')).toBe(0);
    jobs.create({ Name: 'b' });
    expect(deliver('ok')).toBe(1);
  });

  test('doubled', () => {
    const { world, jobs, deliver } = notified();
    world.pings.faults.double = 1;
    jobs.create({ Name: 'a' });
    expect(deliver('ok')).toBe(2);
    jobs.create({ Name: 'b' });
    expect(deliver('ok')).toBe(1);
  });

  test('late', () => {
    const { world, jobs, deliver } = notified();
    world.pings.faults.delayMs = 60_000;
    jobs.create({ Name: 'a' });
    expect(deliver('ok')).toBe(0);
    expect(deliver('ok', 60_000)).toBe(1);
  });
});
