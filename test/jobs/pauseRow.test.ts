import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { resourceNamed } from '../../shared/resources/index.ts';
import { markDirty } from '../../server/db/marks.ts';
import { drain } from '../../server/jobs/drain.ts';
import { attach, detach } from '../../server/jobs/losses/detach.ts';
import { showHeld } from '../../server/jobs/losses/held.ts';
import { sweep } from '../../server/jobs/sweep.ts';
import { entityTimeline } from '../../server/jobs/audit/timeline.ts';
import { startEngine, type Engine } from '../support/engine.ts';

let engine: Engine;
let id: string;
beforeAll(async () => {
  engine = await startEngine({ settings: { twoWay: true } });
  const [row] = await engine.database.query<{ id: string }>(
    `select entity_id as id from links where resource = 'units' and standing = 'linked' order by 1 limit 1`,
  );
  id = row?.id ?? '';
}, 60_000);
afterAll(() => engine.close());

async function type(values: Record<string, unknown>): Promise<void> {
  const { tableId, recordId, fieldIds } = await engine.rowOf('units', id);
  const fields = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [fieldIds[key] ?? key, value]),
  );
  await engine.inAirtable('updateRecords', { table: tableId, records: [{ id: recordId, fields }] });
}

/** As somebody asks for it: it does not wait until the row has been still. */
async function look(resource = 'units', entityId = id): Promise<void> {
  const now = new Date().toISOString();
  const asked = { reason: 'test', onBehalfOf: 'test', priority: 'person', happenedAt: now } as const;
  await markDirty(engine.database, engine.job.connectionId, [{ resource, entityId, ...asked }], now);
  await engine.drain(resource);
}

const ref = (): { resource: string; entityId: string } => ({ resource: 'units', entityId: id });

const rentInBuildium = async (): Promise<unknown> => {
  const answer = await engine.job.buildium.get(`/v1/rentals/units/${id}`);
  return answer.ok ? (answer.value as { MarketRent: unknown }).MarketRent : answer.error.message;
};
const why = async (): Promise<string> =>
  (await entityTimeline(engine.job, { resource: 'units', entityId: id }, { before: null, limit: 10 })).now
    .state;
const held = async (): Promise<string[]> => {
  const rows = await showHeld(engine.job, { kinds: null, resource: null, after: null, limit: 50 });
  return rows.map(({ kind, resource, entityId }) => `${kind} ${resource} ${entityId}`);
};

describe('a row whose pause box is ticked', () => {
  test('says so, is listed as held, and neither side moves for it', async () => {
    await type({ marketRent: 1500 });
    await look();
    await type({ pauseSync: true });
    await look();
    await type({ marketRent: 1700 });
    await engine.inBuildium('changeMarketRent', { unitId: Number(id), marketRent: 1600 });
    await look();
    expect(await rentInBuildium()).toBe(1600);
    expect(await engine.cellsOf('units', id)).toMatchObject({
      marketRent: 1700,
      syncStatus: 'Paused',
      syncNote: expect.stringContaining('Untick it'),
    });
    expect(await held()).toEqual([`paused units ${id}`]);
    expect(await why()).toBe('paused');
  });

  test('costs no write however often it is looked at', async () => {
    const since = engine.calls.length;
    await look();
    expect(engine.airtableWrites(since)).toEqual([]);
  });

  test('is compared again once it is unticked: what both sides changed meanwhile is a conflict', async () => {
    await type({ pauseSync: false });
    await look();
    expect(await engine.cellsOf('units', id)).toMatchObject({ syncStatus: 'Conflict', marketRent: 1700 });
    await engine.inBuildium('changeMarketRent', { unitId: Number(id), marketRent: 1700 });
    await look();
    expect(await engine.cellsOf('units', id)).toMatchObject({ syncStatus: 'Synced', syncNote: null });
    expect(await held()).toEqual([]);
  });

  test('that nobody told us of being unticked is found by the next sweep', async () => {
    await type({ pauseSync: true });
    await look();
    await type({ pauseSync: false });
    await sweep(engine.job, { resource: resourceNamed('units'), kind: 'full', reason: 'nightly read' });
    expect(await engine.cellsOf('units', id)).toMatchObject({ syncStatus: 'Synced' });
  });
});

describe('a paused bill', () => {
  /** A bill of one line, so that the line's amount is the bill's total. */
  async function billOfOneLine(): Promise<{ bill: string; line: string }> {
    const [row] = await engine.database.query<{ bill: string; line: string }>(
      `select parent_id as bill, min(entity_id) as line from links where resource = 'billLines' group by parent_id
        having count(*) = 1 order by 1 limit 1`,
    );
    return row ?? { bill: '', line: '' };
  }
  const amounts = async (bill: string, line: string): Promise<unknown[]> => [
    (await engine.cellsOf('bills', bill))['total'],
    (await engine.cellsOf('billLines', line))['amount'],
  ];
  async function tick(bill: string, pauseSync: boolean): Promise<void> {
    const { tableId, recordId, fieldIds } = await engine.rowOf('bills', bill);
    const records = [{ id: recordId, fields: { [fieldIds['pauseSync'] ?? '']: pauseSync } }];
    await engine.inAirtable('updateRecords', { table: tableId, records });
    await look('bills', bill);
  }

  test('rests with its lines, which say why, and both go on together', async () => {
    const { bill, line } = await billOfOneLine();
    const before = await amounts(bill, line);
    await tick(bill, true);
    await engine.inBuildium('editTransactionAmount', { transactionId: Number(bill), amount: 777 });
    await look('bills', bill);
    expect(await amounts(bill, line)).toEqual(before);
    expect(await engine.cellsOf('billLines', line)).toMatchObject({
      syncStatus: 'Paused',
      syncNote: expect.stringContaining('Paused with its bill'),
    });

    const since = engine.calls.length;
    const nightly = { resource: resourceNamed('bills'), kind: 'full', reason: 'nightly read' } as const;
    await sweep(engine.job, nightly);
    expect(engine.airtableWrites(since)).toEqual([]);

    await tick(bill, false);
    expect(await amounts(bill, line)).toEqual([777, 777]);
    expect(await engine.cellsOf('billLines', line)).toMatchObject({ syncStatus: 'Synced', syncNote: null });
  });
});

describe('a detached row', () => {
  test('is left alone in both directions and says so', async () => {
    await detach(engine.job, { resource: 'units', entityId: id }, 'jo');
    await type({ marketRent: 1900 });
    await engine.inBuildium('changeMarketRent', { unitId: Number(id), marketRent: 1800 });
    await look();
    expect(await rentInBuildium()).toBe(1800);
    expect(await engine.cellsOf('units', id)).toMatchObject({ marketRent: 1900, syncStatus: 'Paused' });
    expect(await why()).toBe('detached');
  });

  test('says so also where a write that was under way has said something else since', async () => {
    await type({ syncStatus: 'Synced', syncNote: null });
    await look();
    expect(await engine.cellsOf('units', id)).toMatchObject({
      syncStatus: 'Paused',
      syncNote: expect.stringMatching(/^Detached/),
    });
    const since = engine.calls.length;
    await look();
    expect(engine.airtableWrites(since)).toEqual([]);
  });

  test('stays deleted where somebody deletes it, and is made again once it is attached', async () => {
    const { tableId, recordId } = await engine.rowOf('units', id);
    await engine.inAirtable('deleteRecords', { table: tableId, ids: [recordId] });
    await engine.database.execute(`update marks set since = since - interval '1 hour'`);
    await look();
    expect(await why()).toBe('detached');

    await attach(engine.job, { resource: 'units', entityId: id }, 'jo');
    await engine.drain('units');
    expect((await engine.rowOf('units', id)).recordId).not.toBe(recordId);
    expect(await engine.cellsOf('units', id)).toMatchObject({ marketRent: 1800, syncStatus: 'Synced' });
    expect(await why()).toBe('inStep');
  });

  test('stays linked to by what was linked to it', async () => {
    const property = String(engine.network.buildium.world.records.units.get(Number(id))?.propertyId);
    const { recordId } = await engine.rowOf('properties', property);
    await detach(engine.job, { resource: 'properties', entityId: property }, 'jo');
    await look();
    expect(await engine.cellsOf('units', id)).toMatchObject({ property: [recordId], syncNote: null });
    await attach(engine.job, { resource: 'properties', entityId: property }, 'jo');
    await engine.drain('properties');
  });

  test('is linked to again, once it is attached, by what was left without it', async () => {
    const property = String(engine.network.buildium.world.records.units.get(Number(id))?.propertyId);
    await detach(engine.job, { resource: 'properties', entityId: property }, 'jo');
    await type({ property: [] });
    await look();
    expect(await engine.cellsOf('units', id)).toMatchObject({
      property: null,
      syncNote: expect.stringContaining(`Property: ${property} has no row in Airtable`),
    });
    await attach(engine.job, { resource: 'properties', entityId: property }, 'jo');
    await engine.drain('properties');
    await engine.drain('units');
    const { recordId } = await engine.rowOf('properties', property);
    expect(await engine.cellsOf('units', id)).toMatchObject({ property: [recordId], syncNote: null });
  });

  test('is linked to also by what was being looked at while it was attached', async () => {
    const property = String(engine.network.buildium.world.records.units.get(Number(id))?.propertyId);
    const { recordId } = await engine.rowOf('properties', property);
    await detach(engine.job, { resource: 'properties', entityId: property }, 'jo');
    await type({ property: [] });
    const { airtable } = engine.job;
    const updateRecords: typeof airtable.updateRecords = async (...request) => {
      await attach(engine.job, { resource: 'properties', entityId: property }, 'jo');
      return airtable.updateRecords(...request);
    };
    await engine.mark('units', [id]);
    await drain({ ...engine.job, airtable: { ...airtable, updateRecords } }, 'units');
    await engine.drain('properties');
    await engine.drain('units');
    expect(await engine.cellsOf('units', id)).toMatchObject({ property: [recordId], syncNote: null });
  });

  test('that could not be told so, as no answer came, does not go on saying it', async () => {
    engine.network.airtable.faults.add([{ method: 'PATCH', times: 1, effect: { kind: 'tornAfter' } }]);
    expect(await detach(engine.job, ref(), 'jo')).toMatchObject({ ok: false });
    expect(await engine.cellsOf('units', id)).toMatchObject({ syncStatus: 'Paused' });
    await engine.database.execute(`delete from side_health`);
    await engine.drain('units');
    expect(await engine.cellsOf('units', id)).toMatchObject({ syncStatus: 'Synced', syncNote: null });
  });

  test.each([
    ['detached', () => detach(engine.job, ref(), 'jo'), () => attach(engine.job, ref(), 'jo')],
    ['paused', () => type({ pauseSync: true }), () => type({ pauseSync: false })],
  ])(
    '%s while it was unclear whether our write had arrived takes what is typed meanwhile: what arrived is nobody’s edit',
    async (_why, rest, goOn) => {
      await type({ marketRent: 2100 });
      engine.network.buildium.faults.add([{ method: 'PUT', times: 1, effect: { kind: 'tornAfter' } }]);
      await look();
      expect(await rentInBuildium()).toBe(2100);
      await engine.database.execute(`delete from side_health`);
      await rest();
      await look();
      await engine.database.execute(
        `update sent set sent_at = sent_at - interval '1 hour', done_at = done_at - interval '1 hour'`,
      );
      await engine.database.execute(
        `update links set compared_at = compared_at - interval '2 hours' where resource = 'units'`,
      );
      await type({ marketRent: 2200 });
      await goOn();
      await look();
      expect(await engine.cellsOf('units', id)).toMatchObject({ marketRent: 2200, syncStatus: 'Synced' });
      expect(await rentInBuildium()).toBe(2200);
      await type({ marketRent: 1800 });
      await look();
    },
  );

  test('was detached and attached by a person whom the audit names', async () => {
    const { steps } = await entityTimeline(
      engine.job,
      { resource: 'units', entityId: id },
      { before: null, limit: 50 },
    );
    const told = steps.map(({ who, sentence }) => `${who}: ${sentence}`);
    expect(told).toContain('jo: Taken out of the sync: neither side is read or written for it any more.');
    expect(told).toContain('jo: Taken back into the sync: both sides are compared again.');
  });
});
