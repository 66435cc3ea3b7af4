import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { MINUTE_MS, openDesk, type Desk } from './desk.ts';

/** Rows that are booked already are each read in Buildium: a preview of many of them must not take them one by one. */
let desk: Desk;
let ids: string[];
let bookedAs: string[];
beforeAll(async () => {
  desk = await openDesk();
  const lease = await desk.to('leases', desk.cast.leaseOf('Amara Osei').leaseId);
  const lateFee = await desk.to('glAccounts', desk.cast.glAccountId('Late Fee Income'));
  const common = { Kind: 'Lease charge', Date: '2026-11-16', Lease: lease, 'GL Account': lateFee };
  ids = await desk.plan(...[41, 42, 43].map((Amount) => ({ ...common, Amount })));
  const { pushId } = await desk.push(...ids);
  // The row of one may be on its way with that of another: it is looked for once more.
  desk.clock.advanceMs(MINUTE_MS);
  await desk.work();
  expect(await desk.read(pushId)).toMatchObject({ state: 'finished', counts: { done: 3 } });
  bookedAs = ids.map((id) => String(desk.row(id).cells['Buildium ID']));
});
afterAll(() => desk.close());

const pathOf = (entityId: string | undefined): string => `/v1/generalledger/transactions/${entityId ?? ''}`;

test('While Buildium takes its time over one booked row the next ones are read, and the preview has them in their order', async () => {
  desk.breakBuildium({
    ...{ method: 'GET', path: `${pathOf(bookedAs[0])}$`, times: 1 },
    effect: { kind: 'lateAnswer', delayMs: 1_000 },
  });
  const since = desk.engine.calls.length;
  const { records } = await desk.preview(...ids);
  expect(records.map(({ recordId, outcome }) => [recordId, outcome])).toEqual(
    ids.map((id) => [id, 'unchanged']),
  );
  const answered = desk.engine.calls.slice(since).flatMap(({ call }) => call.split('/').at(-1) ?? []);
  const inOrder = answered.filter((id) => bookedAs.includes(id));
  expect(inOrder.at(-1)).toBe(bookedAs[0]);
  expect(inOrder.toSorted()).toEqual(bookedAs.toSorted());
});

test('A row that Buildium cannot show ends the preview with what it said', async () => {
  const effect = { kind: 'status', status: 403, body: { UserMessage: 'Not yours.' } } as const;
  desk.breakBuildium({ method: 'GET', path: `${pathOf(bookedAs[1])}$`, times: 1, effect });
  await expect(desk.preview(...ids)).rejects.toThrow(/Not yours/);
  expect((await desk.preview(...ids)).records).toHaveLength(3);
});
