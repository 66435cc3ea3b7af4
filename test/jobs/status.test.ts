import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { saveFields, saveTable } from '../../server/db/airtableSchema.ts';
import { addApiCalls } from '../../server/db/apiCalls.ts';
import { noteBaseRows } from '../../server/db/baseRows.ts';
import { countDelays } from '../../server/db/delays.ts';
import { saveLinks, type LinkRow } from '../../server/db/links.ts';
import { markDirty } from '../../server/db/marks.ts';
import { openNotices } from '../../server/db/notices.ts';
import { saveOwnFields, saveOwnTable } from '../../server/db/ownTables.ts';
import { blockBudget } from '../../server/db/rateBudgets.ts';
import { reportSideDown } from '../../server/db/sideHealth.ts';
import { claimSweep, finishSweep } from '../../server/db/sweeps.ts';
import { AWAITS_UNDO } from '../../server/jobs/postponements.ts';
import { dayReached, noteRowsInBase } from '../../server/jobs/watch/quotas.ts';
import { readStatus } from '../../server/jobs/watch/status.ts';
import { syncStatus, type StandingStatus } from '../../shared/syncStatus.ts';
import { addConnection, newId } from '../http/testApp.ts';
import { freshDatabase, type FreshDatabase } from '../support/database.ts';

const NOW = '2026-11-20T12:00:00.000Z';
const clock = { nowMs: () => Date.parse(NOW) };
const ago = (minutes: number): string => new Date(clock.nowMs() - minutes * 60_000).toISOString();

let fresh: FreshDatabase;

beforeAll(async () => {
  fresh = await freshDatabase();
});

afterAll(() => fresh.drop());

async function connection(changes: Parameters<typeof addConnection>[1] = {}): Promise<string> {
  const base = `app${newId()}`;
  return (
    await addConnection(fresh.database, {
      createdAt: '2026-01-01T00:00:00Z',
      airtableBaseId: base,
      ...changes,
    })
  ).connectionId;
}

async function statusOf(connectionId: string): Promise<StandingStatus> {
  const status = await readStatus(fresh.database, connectionId, clock);
  expect(syncStatus.omit({ attention: true }).safeParse(status).error?.issues).toBeUndefined();
  return status;
}

const resourceOf = (status: StandingStatus, name: string) =>
  status.resources.find(({ resource }) => resource === name);

function link(resource: string, entityId: string, standing: LinkRow['standing']): LinkRow {
  return {
    ...{
      resource,
      entityId,
      standing,
      airtableRecordId: standing === 'linked' ? `rec${resource}${entityId}` : null,
    },
    ...{ parentId: null, syncedBuildium: {}, syncedAirtable: null, syncedSealed: null, buildiumHash: null },
    ...{ status: null, note: null, entityDate: null, lookedGeneration: 0 },
  };
}

async function swept(
  connectionId: string,
  resource: string,
  at: string,
  kind: 'changes' | 'full' = 'changes',
  problem: string | null = null,
) {
  const sweep = { resource, kind, owner: 'test', now: at };
  await claimSweep(fresh.database, connectionId, { ...sweep, until: at, dueBefore: at });
  await finishSweep(fresh.database, connectionId, { ...sweep, cursorAt: at, entities: 1, problem });
}

test('of a connection that has done nothing is all zeros, and every resource is listed', async () => {
  const status = await statusOf(await connection());
  expect(status.resources.map(({ resource }) => resource)).toContain('billLines');
  expect(resourceOf(status, 'leases')).toMatchObject({
    ...{ label: 'leases', table: 'Leases', enabled: true, linked: 0, dirty: 0, parked: 0, lagMs: 0 },
    ...{ lastSweepAt: null, nextSweepAt: NOW, delayP50Ms: null, problem: null },
  });
  expect(status.sides).toMatchObject([
    { side: 'buildium', state: 'up', message: null },
    { side: 'airtable', state: 'up', message: null },
  ]);
  expect(status.webhooks).toEqual({ lastBuildiumEventAt: null, airtable: [] });
});

test('counts links by how they stand, and marks by what they wait for', async () => {
  const id = await connection();
  const standings = [
    'linked',
    'linked',
    'unpaired',
    'outsideWindow',
    'outOfScope',
    'deletedInBuildium',
    'detached',
  ] as const;
  await saveLinks(
    fresh.database,
    id,
    standings.map((standing, index) => link('leases', String(index), standing)),
    NOW,
  );
  const marks = ['a', 'b', 'c', 'deleted'].map(
    (entityId) =>
      ({
        entityId,
        resource: 'leases',
        reason: '',
        onBehalfOf: '',
        priority: 'normal',
        happenedAt: NOW,
      }) as const,
  );
  await markDirty(fresh.database, id, marks, ago(5));
  await fresh.database.execute(
    `update marks set parked_at = case entity_id when 'a' then $2::timestamptz end,
       waiting_for_resource = case entity_id when 'b' then 'units' end, waiting_for_id = case entity_id when 'b' then '1' end
      where connection_id = $1`,
    [id, NOW],
  );
  // A row that may come back is no change that is late.
  await fresh.database.execute(
    `update marks set problem = $2, since = $3 where connection_id = $1 and entity_id = 'deleted'`,
    [id, AWAITS_UNDO, ago(25)],
  );
  expect(resourceOf(await statusOf(id), 'leases')).toMatchObject({
    ...{ linked: 2, unpaired: 1, outsideWindow: 1, outOfScope: 1, deleted: 1, detached: 1 },
    ...{ dirty: 3, waiting: 2, parked: 1, oldestDirtySince: ago(5), lagMs: 300_000 },
  });
});

test('says when each resource was swept and will be; parts with their parent', async () => {
  const id = await connection({
    settings: { resources: { leases: { sweepMinutes: 30 }, vendors: { enabled: false } } },
  });
  await swept(id, 'leases', ago(10));
  await swept(id, 'bills', ago(500), 'full');
  const status = await statusOf(id);
  expect(resourceOf(status, 'leases')).toMatchObject({
    lastSweepAt: ago(10),
    nextSweepAt: '2026-11-20T12:20:00.000Z',
    lastFullReadAt: null,
  });
  expect(resourceOf(status, 'billLines')).toMatchObject({
    lastSweepAt: ago(500),
    nextSweepAt: NOW,
    lastFullReadAt: ago(500),
  });
  expect(resourceOf(status, 'vendors')).toMatchObject({ enabled: false, nextSweepAt: null });
  const paused = await statusOf(await connection({ state: 'paused' }));
  expect(resourceOf(paused, 'leases')?.nextSweepAt).toBeNull();
});

test('shows how long changes took, from the histogram of seven days', async () => {
  const id = await connection();
  const delays = (count: number, delayMs: number) =>
    Array.from({ length: count }, () => ({ resource: 'leases', delayMs }));
  await countDelays(fresh.database, id, '2026-11-19', [...delays(90, 900), ...delays(10, 5_000)]);
  await countDelays(fresh.database, id, '2026-11-01', delays(500, 600_000));
  expect(resourceOf(await statusOf(id), 'leases')).toMatchObject({ delayP50Ms: 1024, delayP95Ms: 8192 });
});

test('says which table of the base each one is, by its id, and which fields of planned rows the sync alone writes', async () => {
  const id = await connection();
  const checked = { checkedAt: NOW, problem: null };
  await saveTable(fresh.database, id, { resource: 'leases', tableId: 'tblContracts', ...checked });
  await fresh.database.transaction(async (tx) => {
    for (const name of ['plannedTransactions', 'noi'])
      await saveOwnTable(tx, id, { name, tableId: `tbl${name}`, ...checked });
    const field = { problem: null, choices: null };
    await saveOwnFields(tx, id, [
      { name: 'plannedTransactions', fieldKey: 'amount', fieldId: 'fldAmount', ...field },
      { name: 'plannedTransactions', fieldKey: 'syncStatus', fieldId: 'fldStand', ...field },
      { name: 'noi', fieldKey: 'syncStatus', fieldId: 'fldOther', ...field },
    ]);
  });
  const status = await statusOf(id);
  expect(resourceOf(status, 'leases')).toMatchObject({ table: 'Leases', tableId: 'tblContracts' });
  expect(resourceOf(status, 'units')).toMatchObject({ table: 'Units', tableId: null });
  expect(status.ownTables).toEqual([
    { name: 'noi', table: 'NOI', tableId: 'tblnoi', writtenFieldIds: [] },
    {
      ...{ name: 'plannedTransactions', table: 'Planned Transactions', tableId: 'tblplannedTransactions' },
      writtenFieldIds: ['fldStand'],
    },
  ]);
});

test('names what keeps a resource from syncing: its table, its fields, its sweep', async () => {
  const id = await connection();
  await saveTable(fresh.database, id, {
    resource: 'units',
    tableId: 'tblUnits',
    checkedAt: NOW,
    problem: 'The table Units was deleted.',
  });
  await saveTable(fresh.database, id, {
    resource: 'leases',
    tableId: 'tblLeases',
    checkedAt: NOW,
    problem: null,
  });
  const field = (fieldKey: string, problem: string | null) => ({
    resource: 'leases',
    fieldKey,
    fieldId: fieldKey,
    problem,
    choices: null,
  });
  await saveFields(fresh.database, id, [
    field('rent', 'The field Rent is text now.'),
    field('from', 'Gone.'),
    field('to', null),
  ]);
  await swept(id, 'bills', ago(3), 'changes', 'No answer to GET /v1/bills.');
  const status = await statusOf(id);
  expect(resourceOf(status, 'units')?.problem).toBe('The table Units was deleted.');
  expect(resourceOf(status, 'leases')?.problem).toBe(
    'The field Rent is text now. 1 more fields have a problem too.',
  );
  expect(resourceOf(status, 'bills')?.problem).toBe('No answer to GET /v1/bills.');
});

test('says which side is down, since when and what to do, how long calls wait, and counts open notices', async () => {
  const id = await connection({ airtableBaseId: 'appBlocked' });
  const health = {
    side: 'buildium',
    kind: 'unauthorized',
    message: '401 on GET /v1/leases.',
    retryAt: null,
  } as const;
  await reportSideDown(fresh.database, id, health, ago(60));
  await blockBudget(fresh.database, 'airtable:base:appBlocked', {
    untilMs: clock.nowMs() + 30_000,
    reason: '429',
  });
  const notice = { at: NOW, resource: null, entityId: null, kind: 'test' };
  await openNotices(
    fresh.database,
    id,
    ['one', 'two'].map((message) => ({ ...notice, noticeId: newId(), message })),
  );
  const status = await statusOf(id);
  expect(status.openNotices).toBe(2);
  expect(status.sides).toMatchObject([
    {
      side: 'buildium',
      state: 'down',
      kind: 'unauthorized',
      since: ago(60),
      message: expect.stringMatching(/^Buildium does not accept the stored API key: it was revoked/),
    },
    { side: 'airtable', state: 'up', pausedUntil: '2026-11-20T12:00:30.000Z', slowedUntil: null },
  ]);
  expect(status.sides[0]?.whatToDo).toContain('npm run cli -- setup');
});

test('says that a base is asked at the slower pace, until when, and what helps', async () => {
  const id = await connection({ airtableBaseId: 'appSlowed' });
  const refusedAt = (ms: number) =>
    blockBudget(
      fresh.database,
      'airtable:base:appSlowed',
      { untilMs: ms + 30_000, reason: 'rateLimited' },
      ms,
    );
  await refusedAt(clock.nowMs() - 60_000);
  await refusedAt(clock.nowMs());
  const status = await statusOf(id);
  expect(status.sides).toMatchObject([{ slowedUntil: null }, { slowedUntil: '2026-11-20T13:00:00.000Z' }]);
});

describe('quotas', () => {
  const calls = (connectionId: string, day: string, count: number) =>
    addApiCalls(fresh.database, [
      { connectionId, side: 'airtable', kind: 'records.update', day, calls: count, refused: 1 },
      { connectionId, side: 'buildium', kind: 'leases.get', day, calls: 5_000_000, refused: 0 },
    ]);

  test("forecast the day the month's calls are used up, at the pace of a week", async () => {
    const id = await connection();
    for (let day = 1; day <= 20; day += 1) await calls(id, `2026-11-${String(day).padStart(2, '0')}`, 4_000);
    await calls(id, '2026-10-30', 90_000);
    const { quota, sides } = await statusOf(id);
    expect(quota.airtable).toEqual({
      callsThisMonth: 80_000,
      allowance: 100_000,
      forecastExhaustedOn: '2026-11-25',
    });
    expect(sides[1]).toMatchObject({ side: 'airtable', callsToday: 4_000, refusedToday: 1 });
  });

  test('are no news when the month ends before, or when the plan has no limit', async () => {
    const calm = await connection();
    await calls(calm, '2026-11-20', 700);
    expect((await statusOf(calm)).quota.airtable.forecastExhaustedOn).toBeNull();
    const business = await connection({ settings: { airtablePlan: 'business' } });
    await calls(business, '2026-11-20', 10_000_000);
    expect((await statusOf(business)).quota.airtable).toMatchObject({
      allowance: null,
      forecastExhaustedOn: null,
    });
  });

  test('forecast the day the base is full, from its growth', async () => {
    const id = await connection({ settings: { airtablePlan: 'free' } });
    await noteBaseRows(fresh.database, id, { day: '2026-11-10', rowsInBase: 300 });
    const rows = Array.from({ length: 500 }, (_, index) => link('transactions', String(index), 'linked'));
    await saveLinks(fresh.database, id, [...rows, link('leases', '1', 'unpaired')], NOW);
    expect((await statusOf(id)).quota.rows).toEqual({
      inBase: 500,
      allowance: 1_000,
      forecastFullOn: '2026-12-15',
    });
    await noteRowsInBase(fresh.database, id, '2026-11-10');
    expect((await statusOf(id)).quota.rows.forecastFullOn).toBeNull();
  });

  test.each([
    [0, 10, '2026-11-20'],
    [-5, 0, '2026-11-20'],
    [100, 10, '2026-11-30'],
    [100, 0, null],
    [100, -3, null],
    [1_000_000, 0.001, null],
  ])('%s left at %s a day are used up on %s', (rest, aDay, day) => {
    expect(dayReached('2026-11-20', rest, aDay)).toBe(day);
  });
});
