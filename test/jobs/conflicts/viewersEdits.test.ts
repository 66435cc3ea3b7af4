import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { chooseRole, savePerson } from '../../../server/db/signInSessions.ts';
import { drain } from '../../../server/jobs/drain.ts';
import { lookAtEditsAgain } from '../../../server/jobs/editRights.ts';
import { hearAirtable } from '../../../server/jobs/hearAirtable.ts';
import { iso, openBench, type Bench } from './bench.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
}, 90_000);
afterAll(() => bench.engine.close());

describe('an edit by somebody who may only look', () => {
  const viewer = { id: 'usrViewerViewer01', email: 'viewer@example.com' };
  const note = 'Description was changed by viewer@example.com, who may only look here';

  beforeAll(async () => {
    const person = {
      userId: viewer.id,
      email: viewer.email,
      levelRole: 'operator',
      lastSignedInAt: iso(0),
    } as const;
    await savePerson(bench.engine.database, bench.job.connectionId, person);
    await chooseRole(bench.engine.database, bench.job.connectionId, viewer.id, 'viewer');
  });

  test('does not slip through where Buildium has the row looked at before Airtable’s change is read', async () => {
    const id = bench.unit();
    const before = (await bench.inBuildium(id))['Description'];
    await bench.type('units', id, 'description', 'By a viewer', viewer);
    await bench.engine.mark('units', [id]);
    await bench.engine.drain('units');
    expect((await bench.inBuildium(id))['Description']).toEqual(before);
    const row = await bench.engine.cellsOf('units', id);
    expect(row).toMatchObject({ description: 'By a viewer', syncNote: expect.stringContaining(note) });
  });

  test('does not slip through while Airtable cannot say whose it is, and other people’s go on once it can', async () => {
    const [theirs, id] = [bench.unit(), bench.unit()];
    const before = (await bench.inBuildium(theirs))['Description'];
    await bench.type('units', theirs, 'description', 'By a viewer', viewer);
    await bench.type('units', id, 'description', 'By an operator');
    bench.engine.network.airtable.faults.add([
      { path: '/payloads', effect: { kind: 'status', status: 503, body: {} } },
    ]);
    await bench.engine.mark('units', [theirs, id]);
    await bench.engine.drain('units');
    expect((await bench.inBuildium(theirs))['Description']).toEqual(before);
    expect(await bench.engine.cellsOf('units', id)).toMatchObject({
      ...{ description: 'By an operator', syncStatus: 'Problem' },
      syncNote: expect.stringContaining('Airtable cannot say yet by whom'),
    });

    bench.engine.network.airtable.faults.clear();
    await hearAirtable(bench.job);
    await bench.engine.database.execute('update marks set still_since = null, not_before = $1', [iso(0)]);
    await bench.engine.drain('units');
    expect((await bench.inBuildium(id))['Description']).toBe('By an operator');
    expect((await bench.inBuildium(theirs))['Description']).toEqual(before);
    expect(await bench.engine.cellsOf('units', theirs)).toMatchObject({
      syncNote: expect.stringContaining(note),
    });
  });

  test('is held with a note, until an admin lets it through', async () => {
    const id = bench.unit();
    const before = (await bench.inBuildium(id))['Description'];
    await bench.type('units', id, 'description', 'By a viewer', viewer);
    await hearAirtable(bench.job);
    await bench.look('units', id);
    expect((await bench.inBuildium(id))['Description']).toEqual(before);
    expect(await bench.engine.cellsOf('units', id)).toMatchObject({
      ...{ description: 'By a viewer', syncStatus: 'Problem' },
      syncNote: expect.stringContaining(note),
    });

    await chooseRole(bench.engine.database, bench.job.connectionId, viewer.id, null);
    const asked = {
      connectionId: bench.job.connectionId,
      userId: viewer.id,
      by: 'admin',
      now: iso(Date.now()),
    };
    await lookAtEditsAgain(bench.engine.database, bench.job.queues, asked);
    await drain(bench.job, 'units');
    expect((await bench.inBuildium(id))['Description']).toBe('By a viewer');
    const [audit] = await bench.engine.database.query<{ actor: string }>(
      `select actor from audit where entity_id = $1 and action = 'buildiumUpdated' order by audit_id desc limit 1`,
      [id],
    );
    expect(audit?.actor).toBe('airtable:viewer@example.com');
  });

  test('over a value that was in conflict ends the conflict, which is not said to have become one-sided', async () => {
    const id = bench.unit();
    await bench.describedApart(id, null);
    expect(await bench.theConflict(id)).toMatchObject({ state: 'open' });
    await chooseRole(bench.engine.database, bench.job.connectionId, viewer.id, 'viewer');
    await bench.type('units', id, 'description', 'By a viewer', viewer);
    await hearAirtable(bench.job);
    await bench.look('units', id);
    expect(await bench.theConflict(id)).toMatchObject({
      state: 'closed',
      endedWhy: expect.stringContaining('was changed in Airtable by somebody who may only look here'),
    });
  });
});
