import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { runById } from '../../../server/db/runs.ts';
import { entityTimeline } from '../../../server/jobs/audit/timeline.ts';
import { previewUndo, undoRun } from '../../../server/jobs/audit/undoRun.ts';
import { resolveConflict } from '../../../server/jobs/conflicts/conflicts.ts';
import type { ShownConflict } from '../../../server/jobs/conflicts/conflictView.ts';
import { drain } from '../../../server/jobs/drain.ts';
import { attach, detach } from '../../../server/jobs/losses/detach.ts';
import { advanceRuns } from '../../../server/jobs/runs.ts';
import { digestOf } from '../../../server/jobs/synced.ts';
import { eventually } from '../../support/journeyEventually.ts';
import { openBench, type Bench } from './bench.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
}, 90_000);
afterAll(() => bench.engine.close());
beforeEach(() => bench.engine.network.buildium.faults.clear());

async function rentsApart(id: string, [buildium, airtable] = [1100, 1200]): Promise<ShownConflict> {
  await bench.engine.inBuildium('changeMarketRent', { unitId: Number(id), marketRent: buildium });
  await bench.type('units', id, 'marketRent', airtable);
  await bench.look('units', id);
  const conflict = await bench.theConflict(id);
  expect(conflict).toMatchObject({ state: 'open', buildium: buildium * 100, airtable: airtable * 100 });
  return conflict;
}

const bothRents = async (id: string): Promise<unknown[]> => [
  (await bench.inBuildium(id))['MarketRent'],
  (await bench.engine.cellsOf('units', id))['marketRent'],
];

/** @returns why it was not taken; null where it was. */
async function decide({ conflictId, version }: ShownConflict, choice: object): Promise<string | null> {
  const taken = await resolveConflict(bench.job, { conflictId, version, ...choice }, 'jo');
  return taken.ok ? null : taken.error.message;
}

const pause = (id: string, isPaused: boolean): Promise<void> =>
  bench.type('units', id, 'pauseSync', isPaused);

async function told(entityId: string): Promise<string[]> {
  const page = { before: null, limit: 50 };
  const { steps } = await entityTimeline(bench.job, { resource: 'units', entityId }, page);
  return steps.map(({ who, sentence }) => `${who}: ${sentence}`);
}

/** A run that has set the rent. */
async function rentBy(runId: string, id: string, rent: number): Promise<void> {
  await bench.type('units', id, 'marketRent', rent);
  await bench.askFor('units', id);
  await drain(bench.job, 'units', runId);
  expect(await bothRents(id)).toEqual([rent, rent]);
}

async function obstacleOf(runId: string): Promise<string> {
  const preview = await previewUndo(bench.job, runId);
  if (!preview.ok) throw new Error(preview.error.kind);
  return preview.value.steps.map(({ what, sentence }) => `${what}: ${sentence}`).join('\n');
}

async function undo(runId: string): Promise<string> {
  const preview = await previewUndo(bench.job, runId);
  const previewId = preview.ok ? preview.value.previewId : '';
  const undone = await undoRun(bench.job, runId, { previewId, accepted: [], by: 'jo' });
  if (!undone.ok) throw new Error(undone.error.kind);
  return undone.value.undoRunId;
}

async function runOf(runId: string): Promise<unknown> {
  await advanceRuns(bench.job);
  const run = await runById(bench.engine.database, bench.job.connectionId, runId);
  return { state: run?.state, problem: run?.problem };
}

describe('a conflict over a row that is paused', () => {
  test('is not settled while the box is ticked, and is once it is not', async () => {
    const id = bench.unit();
    const conflict = await rentsApart(id);
    await pause(id, true);
    await bench.look('units', id);
    expect(await decide(conflict, { side: 'airtable' })).toContain('untick its pause box, then settle');
    expect(await bench.theConflict(id)).toMatchObject({ state: 'open', decision: null });

    await pause(id, false);
    await bench.look('units', id);
    expect(await decide(await bench.theConflict(id), { side: 'airtable' })).toBeNull();
    await drain(bench.job, 'units');
    expect(await bothRents(id)).toEqual([1200, 1200]);
  });

  test('is asked anew where it was paused before the decision was carried out', async () => {
    const id = bench.unit();
    const conflict = await rentsApart(id);
    await pause(id, true);
    expect(await decide(conflict, { side: 'airtable' })).toBeNull();
    await drain(bench.job, 'units');
    expect(await bothRents(id)).toEqual([1100, 1200]);
    expect(await bench.theConflict(id)).toMatchObject({
      ...{ conflictId: conflict.conflictId, state: 'open', decision: null },
      why: expect.stringContaining('paused before what was decided had been carried out'),
    });

    await pause(id, false);
    await bench.look('units', id);
    expect(await decide(await bench.theConflict(id), { side: 'buildium' })).toBeNull();
    await drain(bench.job, 'units');
    expect(await bothRents(id)).toEqual([1100, 1100]);
  });

  test('goes on where a part of it had been carried out already', async () => {
    const id = bench.unit();
    const conflict = await rentsApart(id);
    bench.engine.network.buildium.faults.add([{ method: 'PUT', times: 1, effect: { kind: 'tornAfter' } }]);
    expect(await decide(conflict, { value: 130_000 })).toBeNull();
    await drain(bench.job, 'units');
    await bench.engine.database.execute(`delete from side_health`);
    await bench.engine.database.execute(`update marks set not_before = since`);
    await pause(id, true);
    await bench.look('units', id);
    expect(await bothRents(id)).toEqual([1300, 1200]);
    expect(await bench.theConflict(id)).toMatchObject({ state: 'resolving', decidedValue: 130_000 });

    await pause(id, false);
    await bench.look('units', id);
    expect(await bothRents(id)).toEqual([1300, 1300]);
    expect(await bench.theConflict(id)).toMatchObject({ state: 'resolved' });
  });

  test('is an obstacle of an undo, and so is the pause alone; ticked later, the undo says that it ended', async () => {
    const id = bench.unit();
    await rentBy('paused', id, 1410);
    const undoRunId = await undo('paused');
    await pause(id, true);
    await drain(bench.job, 'units');
    expect(await bothRents(id)).toEqual([1410, 1410]);
    expect(await runOf(undoRunId)).toEqual({
      state: 'finished',
      problem: expect.stringContaining(`Market Rent of unit ${id}: The row was paused before`),
    });
    expect(await obstacleOf('paused')).toMatch(/^byHand: .*its row is paused\. Untick/);

    await pause(id, false);
    await bench.look('units', id);
    expect(await obstacleOf('paused')).toMatch(/^fields: /);
  });
});

describe('a conflict over a row that is detached', () => {
  const ref = (entityId: string): { resource: string; entityId: string } => ({
    resource: 'units',
    entityId,
  });

  test('ends with it: both values are kept, and whoever comes to settle it is told', async () => {
    const id = bench.unit();
    const conflict = await rentsApart(id);
    await detach(bench.job, ref(id), 'kim');
    expect(await bench.theConflict(id)).toMatchObject({
      ...{ conflictId: conflict.conflictId, state: 'closed', buildium: 110_000, airtable: 120_000 },
      ...{ decision: null, endedWhy: expect.stringContaining('taken out of the sync') },
    });
    expect(await decide(conflict, { side: 'airtable' })).toMatch(
      /^There is nothing left to settle\. The row was taken out of the sync\./,
    );
    expect(await told(id)).toContain(
      `kim: Market Rent: its conflict ended unsettled. The row was taken out of the sync. Attached again, both sides are compared anew. Both values are kept in conflict ${conflict.conflictId}.`,
    );
    await drain(bench.job, 'units');
    expect(await bothRents(id)).toEqual([1100, 1200]);

    await attach(bench.job, ref(id), 'kim');
    await drain(bench.job, 'units');
    const anew = await bench.theConflict(id);
    expect(anew).toMatchObject({ state: 'open', buildium: 110_000, airtable: 120_000 });
    expect(await decide(anew, { side: 'buildium' })).toBeNull();
    await drain(bench.job, 'units');
  });

  test('was never settled where it was detached before the decision was carried out', async () => {
    const id = bench.unit();
    const conflict = await rentsApart(id);
    expect(await decide(conflict, { side: 'airtable' })).toBeNull();
    await detach(bench.job, ref(id), 'kim');
    await drain(bench.job, 'units');
    expect(await bothRents(id)).toEqual([1100, 1200]);
    expect(await bench.theConflict(id)).toMatchObject({ state: 'closed', canUndo: false });
    await attach(bench.job, ref(id), 'kim');
    await drain(bench.job, 'units');
    expect(await decide(await bench.theConflict(id), { side: 'buildium' })).toBeNull();
    await drain(bench.job, 'units');
  });

  test('and the undo of what a run did to it says to attach it first', async () => {
    const id = bench.unit();
    await rentBy('detached', id, 1520);
    const undoRunId = await undo('detached');
    await detach(bench.job, ref(id), 'kim');
    await drain(bench.job, 'units');
    expect(await runOf(undoRunId)).toEqual({
      state: 'finished',
      problem: expect.stringContaining('The row was taken out of the sync'),
    });
    expect(await obstacleOf('detached')).toMatch(/^byHand: .*taken out of the sync\. Attach it first/);
    expect(await bothRents(id)).toEqual([1520, 1520]);
  });
});

describe('while a look is under way', () => {
  const standing = async (entityId: string): Promise<string> => {
    const subject = { resource: 'units', entityId };
    return (await entityTimeline(bench.job, subject, { before: null, limit: 1 })).now.state;
  };
  const isSent = async (id: string, marketRent: number): Promise<boolean> => {
    const rows = await bench.engine.database.query(
      `select 1 from sent where entity_id = $1 and side = 'buildium' and digests ->> 'marketRent' = $2`,
      [id, digestOf(bench.job, 'marketRent', marketRent * 100)],
    );
    return rows.length > 0;
  };

  test('a row that is detached stays so, and what the look had done is on record', async () => {
    const id = bench.unit();
    await bench.type('units', id, 'marketRent', 1630);
    bench.engine.network.buildium.faults.add([
      { method: 'PUT', times: 1, effect: { kind: 'delay', delayMs: 700 } },
    ]);
    const looking = bench.look('units', id);
    await eventually(async () => expect(await isSent(id, 1630)).toBe(true));
    await detach(bench.job, { resource: 'units', entityId: id }, 'kim');
    await looking;
    await drain(bench.job, 'units');
    expect(await standing(id)).toBe('detached');
    expect(await bothRents(id)).toEqual([1630, 1630]);
    expect(await told(id)).toContainEqual(expect.stringContaining('An edit was carried into Buildium'));

    await bench.type('units', id, 'marketRent', 1640);
    await bench.look('units', id);
    expect(await bothRents(id)).toEqual([1630, 1640]);
  });
});

describe('a conflict whose two sides are no longer two', () => {
  test('ends where the record is deleted in Buildium, and is not called equal', async () => {
    const [tenant] = await bench.engine.database.query<{ id: string }>(
      `select entity_id as id from links where resource = 'tenants' and standing = 'linked' order by 1 limit 1`,
    );
    const id = tenant?.id ?? '';
    await bench.engine.inBuildium('updateTenant', { id: Number(id), patch: { Email: 'one@example.com' } });
    await bench.type('tenants', id, 'email', 'other@example.com');
    await bench.look('tenants', id);
    const conflict = await bench.theConflict(id);
    await bench.engine.inBuildium('deleteRecord', { kind: 'tenant', id: Number(id) });
    await bench.look('tenants', id);
    expect(await bench.theConflict(id)).toMatchObject({
      ...{ state: 'closed', endedWhy: 'The record is gone from Buildium.' },
      ...{ buildium: 'one@example.com', airtable: 'other@example.com' },
    });
    expect(await decide(conflict, { side: 'airtable' })).toBe(
      'There is nothing left to settle. The record is gone from Buildium. Both values are kept with the conflict.',
    );
  });

  test('ends where people come to agree, or where one of them takes the edit back', async () => {
    const id = bench.unit();
    await rentsApart(id, [1130, 1230]);
    await bench.engine.inBuildium('changeMarketRent', { unitId: Number(id), marketRent: 1230 });
    await bench.look('units', id);
    expect((await bench.theConflict(id)).endedWhy).toBe('Both sides have become equal.');

    const { agreed } = await rentsApart(id, [1400, 1500]);
    expect(agreed).toBe(123_000);
    await bench.engine.inBuildium('changeMarketRent', { unitId: Number(id), marketRent: 1230 });
    await bench.type('units', id, 'marketRent', 1300);
    await bench.look('units', id);
    expect((await bench.theConflict(id)).endedWhy).toContain('shows again what was last agreed');
  });

  test('ends where Airtable comes to show no amount at all, is not called equal or settled, and is asked anew once it does', async () => {
    const id = bench.unit();
    await rentsApart(id, [1710, 1810]);
    await bench.type('units', id, 'marketRent', 1234.567);
    await bench.look('units', id);
    const ended = {
      state: 'closed',
      endedWhy:
        'Airtable shows something by now that is no value of Market Rent. The row says why; once it is mended, both sides are compared anew.',
    };
    expect(await bench.theConflict(id)).toMatchObject(ended);

    await bench.type('units', id, 'marketRent', 1820);
    await bench.look('units', id);
    const anew = await bench.theConflict(id);
    expect(anew).toMatchObject({ state: 'open', buildium: 171_000, airtable: 182_000 });
    expect(await decide(anew, { side: 'buildium' })).toBeNull();
    await bench.type('units', id, 'marketRent', 1234.567);
    await bench.look('units', id);
    expect(await bench.theConflict(id)).toMatchObject({ ...ended, conflictId: anew.conflictId });
    expect(await bothRents(id)).toEqual([1710, 1234.567]);
  });

  test('waits while Buildium shows something that is not as it is documented', async () => {
    const id = bench.unit();
    await bench.describedApart(id, null);
    const { conflictId, state } = await bench.theConflict(id);
    expect(state).toBe('open');
    bench.engine.network.buildium.world.act(Date.now(), ({ units }) => {
      const unit = units.get(Number(id));
      if (unit) unit.saved = { ...unit.saved, Description: { en: 'Sunny' } as never };
    });
    await bench.look('units', id);
    expect((await bench.engine.cellsOf('units', id))['syncNote']).toContain('not as documented');
    expect(await bench.theConflict(id)).toMatchObject({ conflictId, state: 'open' });
  });
});
