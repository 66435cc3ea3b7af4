import { describe, expect, test } from '@jest/globals';
import { error, testWorld } from './support.ts';

const RATE = error('RATE_LIMIT_REACHED', 'Rate limit exceeded. Please try again later');
const QUOTA = error(
  'PUBLIC_API_BILLING_LIMIT_EXCEEDED',
  "API billing plan limit exceeded. You've reached the maximum number of requests allowed for this month.",
);

function paced(stepMs: number, options: Parameters<typeof testWorld>[0] = {}) {
  const sandbox = testWorld(options);
  sandbox.time.stepMs = stepMs;
  const path = `/${sandbox.baseId}/Table%201`;
  const statuses = (count: number, to = path): number[] =>
    Array.from({ length: count }, () => sandbox.call('GET', to).status);
  return { ...sandbox, path, statuses };
}
const times = (count: number, status: number): number[] => Array.from({ length: count }, () => status);

describe('five requests a second for a base', () => {
  test('pass for ever at that pace', () => {
    expect(paced(200).statuses(100)).toEqual(times(100, 200));
  });

  test('pass as a burst, the sixth does not', () => {
    const { statuses, call, path } = paced(1);
    expect(statuses(5)).toEqual(times(5, 200));
    expect(call('GET', path)).toEqual({ status: 429, body: RATE });
  });

  test('one too many shuts the base for thirty seconds, whoever knocks', () => {
    const { statuses, time } = paced(1);
    statuses(6);
    time.nowMs += 15_000;
    expect(statuses(3)).toEqual(times(3, 429));
    time.nowMs += 14_900;
    expect(statuses(1)).toEqual([429]);
    time.nowMs += 200;
    expect(statuses(5)).toEqual(times(5, 200));
  });

  test('count the meta and webhook endpoints of the base too', () => {
    const { statuses, baseId } = paced(1);
    expect(statuses(3, `/meta/bases/${baseId}/tables`)).toEqual(times(3, 200));
    expect(statuses(2, `/bases/${baseId}/webhooks`)).toEqual(times(2, 200));
    expect(statuses(1)).toEqual([429]);
  });

  test('leave other bases alone', () => {
    const { statuses, world } = paced(1);
    const [workspaceId = ''] = world.workspaces;
    const [ownerId = ''] = world.users.keys();
    const second = world.addBase({ name: 'Second', workspaceId, ownerId });
    statuses(6);
    expect(statuses(1, `/meta/bases/${second.id}/tables`)).toEqual([200]);
  });

  test('refused parameters count, a wrong token does not', () => {
    const { call, path } = paced(1);
    for (let count = 0; count < 10; count += 1) expect(call('GET', path, undefined, null).status).toBe(401);
    for (let count = 0; count < 5; count += 1) expect(call('GET', `${path}?pageSize=0`).status).toBe(422);
    expect(call('GET', path).status).toBe(429);
  });
});

test('fifty requests a second for all bases of a user together', () => {
  const { statuses } = paced(1);
  expect(statuses(50, '/meta/whoami')).toEqual(times(50, 200));
  expect(statuses(1, '/meta/bases')).toEqual([429]);
});

describe('the monthly quota', () => {
  const quota = { monthlyCallLimit: 10, whenExceeded: 'refuse' as const };

  test('refuses data for the rest of the month while the meta API answers', () => {
    const { statuses, call, path, baseId, time } = paced(250, { quota });
    expect(statuses(12)).toEqual([...times(10, 200), 429, 429]);
    expect(call('GET', path)).toEqual({ status: 429, body: QUOTA });
    expect(statuses(2, `/meta/bases/${baseId}/tables`)).toEqual([200, 200]);
    time.nowMs = Date.parse('2026-12-01T00:00:00Z');
    expect(statuses(1)).toEqual([200]);
  });

  test('does not count the meta API', () => {
    const { statuses, baseId } = paced(250, { quota });
    statuses(20, `/meta/bases/${baseId}/tables`);
    expect(statuses(10)).toEqual(times(10, 200));
  });

  test('only slows a paid workspace down to two a second', () => {
    const { statuses, time } = paced(1, { quota: { monthlyCallLimit: 4, whenExceeded: 'slow' } });
    expect(statuses(4)).toEqual(times(4, 200));
    time.nowMs += 2000;
    expect(statuses(3)).toEqual([200, 200, 429]);
  });
});

test('calls are counted by kind and by status', () => {
  const { statuses, ok, world, path } = paced(250);
  statuses(2);
  const upsert = { performUpsert: { fieldsToMergeOn: ['Name'] }, records: [{ fields: { Name: 'a' } }] };
  ok('PATCH', path, upsert);
  statuses(1, '/nowhere');
  expect(Object.fromEntries(world.calls.byKind)).toEqual({ listRecords: 2, upsertRecords: 1 });
  expect(Object.fromEntries(world.calls.byStatus)).toEqual({ 200: 3, 404: 1 });
});
