import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { chooseRole, savePerson } from '../../server/db/signInSessions.ts';
import { showConflicts } from '../../server/jobs/conflicts/conflictView.ts';
import { hearAirtable } from '../../server/jobs/hearAirtable.ts';
import { startEngine, type Engine } from '../support/engine.ts';
import { journeyClock, type JourneyClock } from '../support/journeyClock.ts';

/**
 * The making of a unit's row reached Airtable, and whoever made it remembered nothing of it: its answer was lost, or the
 * process was killed. Before the next look people are at work.
 */
let engine: Engine;
let clock: JourneyClock;
const RENT = 1_450;
const rosa = { id: 'usrRosaRosaRosa01', email: 'rosa@example.com' };

beforeAll(async () => {
  clock = journeyClock(Date.parse('2026-11-16T14:00:00Z'));
  engine = await startEngine({ clock, settings: { twoWay: true, stillSeconds: 0 } });
}, 90_000);
afterAll(() => engine.close());

type Row = { unitId: string; tableId: string; recordId: string; fieldIds: Record<string, string> };

async function newUnit(unitNumber: string): Promise<string> {
  const property = await engine.job.buildium.get('/v1/rentals/1001');
  const { Address } = (property.ok ? property.value : {}) as { Address?: unknown };
  const rooms = { UnitBedrooms: 'OneBed', UnitBathrooms: 'OneBath', MarketRent: RENT };
  const body = { PropertyId: 1001, Address, UnitNumber: unitNumber, ...rooms };
  return String((await engine.inBuildium('createUnit', { body }))['unitId']);
}

async function unitTable(): Promise<Pick<Row, 'tableId' | 'fieldIds'>> {
  const [other] = await engine.database.query<{ id: string }>(
    `select entity_id as id from links where resource = 'units' and standing = 'linked' order by 1 limit 1`,
  );
  const { tableId, fieldIds } = await engine.rowOf('units', other?.id ?? '');
  return { tableId, fieldIds };
}

async function rowsOf(unitId: string): Promise<string[]> {
  const { tableId, fieldIds } = await unitTable();
  const { buildiumId = '' } = fieldIds;
  const found = await engine.job.airtable.recordsByFieldValue(tableId, buildiumId, [unitId], [buildiumId]);
  return found.ok ? found.value.map(({ id }) => id) : [];
}

/** A unit whose row was asked for; nobody has heard what came of it. */
async function unheardUnit(unitNumber: string, effect: 'tornAfter' | 'tornBefore'): Promise<string> {
  await hearAirtable(engine.job);
  const unitId = await newUnit(unitNumber);
  engine.network.airtable.faults.add([{ method: 'PATCH', times: 1, effect: { kind: effect } }]);
  await engine.mark('units', [unitId]);
  await engine.drain('units');
  expect(await engine.database.query(`select 1 from links where entity_id = $1`, [unitId])).toEqual([]);
  return unitId;
}

async function unheardRow(unitNumber: string): Promise<Row> {
  const unitId = await unheardUnit(unitNumber, 'tornAfter');
  const [recordId = ''] = await rowsOf(unitId);
  return { unitId, recordId, ...(await unitTable()) };
}

async function type(
  { tableId, recordId, fieldIds }: Omit<Row, 'unitId'>,
  marketRent: number | null,
  user?: typeof rosa,
): Promise<void> {
  const records = [{ id: recordId, fields: { [fieldIds['marketRent'] ?? '']: marketRent } }];
  await engine.inAirtable('updateRecords', { table: tableId, records, ...(user ? { user } : {}) });
}

/** The server is back: everything that is due is looked at, twice. */
async function back(): Promise<void> {
  for (let looks = 0; looks < 2; looks += 1) {
    await engine.database.execute(`delete from side_health`);
    await engine.database.execute(`update marks set not_before = since`);
    await engine.drain('units');
    await hearAirtable(engine.job);
  }
}

async function outcome(
  unitId: string,
): Promise<{ buildium: unknown; airtable: unknown; conflicts: string[] }> {
  const read = await engine.job.buildium.get(`/v1/rentals/units/${unitId}`);
  const filter = { state: null, resource: 'units', entityId: unitId, afterId: null, limit: 10 };
  const { conflicts } = await showConflicts(engine.job, filter);
  return {
    buildium: read.ok ? (read.value as { MarketRent?: unknown }).MarketRent : null,
    airtable: (await engine.cellsOf('units', unitId))['marketRent'],
    conflicts: conflicts.map(({ kind, state, field }) => `${kind} ${state} ${field.key}`),
  };
}

describe('in a row whose making nobody remembers', () => {
  test('what somebody types goes to Buildium, and nobody is asked', async () => {
    const row = await unheardRow('21');
    await type(row, 1_500);
    await back();
    expect(await outcome(row.unitId)).toEqual({ buildium: 1_500, airtable: 1_500, conflicts: [] });
  });

  test('so it does when the edit was heard long before anybody looked', async () => {
    const row = await unheardRow('22');
    await type(row, 1_500);
    clock.advanceMs(6 * 60_000);
    await hearAirtable(engine.job);
    await back();
    expect(await outcome(row.unitId)).toEqual({ buildium: 1_500, airtable: 1_500, conflicts: [] });
  });

  test('what somebody clears is cleared in Buildium', async () => {
    const row = await unheardRow('23');
    await type(row, null);
    await back();
    expect(await outcome(row.unitId)).toEqual({ buildium: null, airtable: null, conflicts: [] });
  });

  test('what Buildium alone has changed since goes to Airtable', async () => {
    const row = await unheardRow('24');
    await engine.inBuildium('changeMarketRent', { unitId: Number(row.unitId), marketRent: 1_600 });
    await back();
    expect(await outcome(row.unitId)).toEqual({ buildium: 1_600, airtable: 1_600, conflicts: [] });
  });

  test('what both have changed since is asked about', async () => {
    const row = await unheardRow('25');
    await type(row, 1_500);
    await engine.inBuildium('changeMarketRent', { unitId: Number(row.unitId), marketRent: 1_600 });
    await back();
    const conflicts = ['neverAgreed open marketRent'];
    expect(await outcome(row.unitId)).toEqual({ buildium: 1_600, airtable: 1_500, conflicts });
  });

  test('what somebody who may only look types stays where it is, however late it is heard', async () => {
    const { connectionId } = engine.job;
    const person = { userId: rosa.id, email: rosa.email, levelRole: 'operator' } as const;
    await savePerson(engine.database, connectionId, { ...person, lastSignedInAt: '2026-01-01T00:00:00Z' });
    await chooseRole(engine.database, connectionId, rosa.id, 'viewer');
    const row = await unheardRow('26');
    await type(row, 1_500, rosa);
    clock.advanceMs(6 * 60_000);
    await hearAirtable(engine.job);
    await back();
    await chooseRole(engine.database, connectionId, rosa.id, null);
    expect(await outcome(row.unitId)).toEqual({ buildium: RENT, airtable: 1_500, conflicts: [] });
    expect((await engine.cellsOf('units', row.unitId))['syncNote']).toContain('who may only look here');
  });
});

describe('a row that carries the Buildium ID and that we have not made is nobody’s edit', () => {
  test('made by hand while ours never came to be', async () => {
    const unitId = await unheardUnit('31', 'tornBefore');
    const { tableId, fieldIds } = await unitTable();
    const { buildiumId = '', marketRent = '' } = fieldIds;
    const fields = { [buildiumId]: unitId, [marketRent]: 1_500 };
    await engine.inAirtable('createRecords', { table: tableId, records: [{ fields }] });
    await back();
    const conflicts = expect.arrayContaining(['neverAgreed open marketRent']) as unknown;
    const told = await outcome(unitId);
    expect(told).toEqual({ buildium: RENT, airtable: 1_500, conflicts });
    // Its blank cells may be somebody's as well: that is asked until somebody answers.
    expect(told.conflicts.filter((line) => !line.startsWith('neverAgreed open'))).toEqual([]);
    expect(told.conflicts.length).toBeGreaterThan(1);
  });

  test('a copy that is left of ours', async () => {
    const row = await unheardRow('32');
    const copy = await engine.inAirtable('duplicateRecord', { table: row.tableId, id: row.recordId });
    await type({ ...row, recordId: String(copy['id']) }, 1_500);
    await engine.inAirtable('deleteRecords', { table: row.tableId, ids: [row.recordId] });
    await back();
    const conflicts = ['neverAgreed open marketRent'];
    expect(await outcome(row.unitId)).toEqual({ buildium: RENT, airtable: 1_500, conflicts });
  });
});
