import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { drain } from '../../../server/jobs/drain.ts';
import { hearAirtable } from '../../../server/jobs/hearAirtable.ts';
import { undoConflict } from '../../../server/jobs/conflicts/conflicts.ts';
import { eventually } from '../../support/journeyEventually.ts';
import { iso, openBench, type Bench } from './bench.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
}, 90_000);
afterAll(() => bench.engine.close());
beforeEach(() => {
  bench.engine.network.airtable.faults.clear();
  bench.engine.network.buildium.faults.clear();
});

describe('no edit vanishes', () => {
  test('in the gap between our look at a row and our write: it loses a conflict and can be brought back', async () => {
    const id = bench.unit();
    await hearAirtable(bench.job);
    // An edit of an earlier test's may still wait until its row is still.
    await bench.look('units', id);
    await bench.engine.inBuildium('changeMarketRent', { unitId: Number(id), marketRent: 1600 });
    bench.engine.network.airtable.faults.add([
      { method: 'PATCH', times: 1, effect: { kind: 'delay', delayMs: 1_500 } },
    ]);
    await bench.askFor('units', id);
    const since = iso(Date.now());
    const written = drain(bench.job, 'units');
    await eventually(async () => {
      const sent = await bench.engine.database.query(
        `select 1 from sent where entity_id = $1 and side = 'airtable' and sent_at >= $2`,
        [id, since],
      );
      expect(sent).toHaveLength(1);
    });
    await bench.type('units', id, 'marketRent', 1234);
    await written;
    expect(await bench.engine.cellsOf('units', id)).toMatchObject({ marketRent: 1600 });

    await hearAirtable(bench.job);
    const conflict = await bench.theConflict(id);
    expect(conflict).toMatchObject({
      kind: 'overwritten',
      state: 'resolved',
      airtable: 123_400,
      buildium: 160_000,
    });
    expect(conflict.changed.airtable.by).toContain('@');
    const notices = await bench.engine.database.query(
      `select message from notices where kind = 'overwritten'`,
    );
    expect(notices).toHaveLength(1);
    await drain(bench.job, 'units');
    await undoConflict(bench.job, conflict.conflictId, 'person');
    await drain(bench.job, 'units');
    expect([
      (await bench.inBuildium(id))['MarketRent'],
      (await bench.engine.cellsOf('units', id))['marketRent'],
    ]).toEqual([1234, 1234]);
  });

  test('in Buildium between our GET and our PUT without a notice: one event more than ours tells', async () => {
    const id = bench.unit();
    await bench.type('units', id, 'marketRent', 1700);
    await bench.look('units', id);
    const [write] = await bench.engine.database.query<{ from: string; until: string }>(
      `select sent_at as from, done_at as until from sent where entity_id = $1 and side = 'buildium' order by fence desc limit 1`,
      [id],
    );
    await bench.announced(id, Date.parse(write?.until ?? ''));
    await bench.look('units', id);
    const notices = () =>
      bench.engine.database.query(
        `select 1 from notices where kind = 'possiblyOverwritten' and entity_id = $1`,
        [id],
      );
    expect(await notices()).toEqual([]);
    await bench.announced(id, Date.parse(write?.from ?? '') + 1);
    await bench.look('units', id);
    expect(await notices()).toHaveLength(1);
  });

  test('when two processes read Airtable’s changes at once, and it falls behind what the quicker one read', async () => {
    const [first, second] = [bench.unit(), bench.unit()];
    await hearAirtable(bench.job);
    await bench.type('units', first, 'description', 'Read by both');
    bench.engine.network.airtable.faults.add([
      { path: 'payloads', times: 1, effect: { kind: 'delay', delayMs: 1_500 } },
    ]);
    const readers = [hearAirtable(bench.job), hearAirtable({ ...bench.job, owner: 'another process' })];
    await Promise.race(readers);
    await bench.type('units', second, 'description', 'Seen by the slower one alone');
    await Promise.all(readers);
    const marked = await bench.engine.database.query<{ id: string }>(
      `select entity_id as id from marks where resource = 'units'`,
    );
    expect(marked.map(({ id }) => id)).toEqual(expect.arrayContaining([first, second]));
    await bench.look('units', first);
    await bench.look('units', second);
  });

  test('when somebody types the very value that we sent a moment ago', async () => {
    const id = bench.unit();
    for (const marketRent of [1810, 1820]) {
      await bench.engine.inBuildium('changeMarketRent', { unitId: Number(id), marketRent });
      await bench.look('units', id);
    }
    await bench.type('units', id, 'marketRent', 1810);
    await hearAirtable(bench.job);
    await bench.look('units', id);
    expect((await bench.inBuildium(id))['MarketRent']).toBe(1810);
  });
});
