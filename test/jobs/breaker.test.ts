import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { resourceNamed } from '../../shared/resources/index.ts';
import { expireLosses, listApprovals } from '../../server/db/losses.ts';
import { insertRun, updateRun } from '../../server/db/runs.ts';
import { entityTimeline } from '../../server/jobs/audit/timeline.ts';
import { isTooMuch } from '../../server/jobs/losses/lossVerdicts.ts';
import { showHeld } from '../../server/jobs/losses/held.ts';
import { decideApproval, showApprovals } from '../../server/jobs/losses/lossApprovals.ts';
import { acceptMissing } from '../../server/jobs/missing.ts';
import { sweep } from '../../server/jobs/sweep.ts';
import { startEngine, type Engine } from '../support/engine.ts';
import { pressSyncNow } from '../support/manyRuns.ts';

test.each([
  [1, 1, true],
  [1, 2, false],
  [10, 20, false],
  [11, 20, true],
  [10, 21, false],
  [11, 21, true],
  [11, 220, false],
  [12, 220, true],
  [500, 10_000, false],
  [501, 10_000, true],
])('%i of %i rows are too much to go away by themselves: %s', (losses, rows, expected) => {
  expect(isTooMuch(losses, rows)).toBe(expected);
});

describe('with both sides', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await startEngine({ settings: { twoWay: true } });
  }, 60_000);
  afterAll(() => engine.close());

  const idsOf = async (resource: string): Promise<string[]> => {
    const rows = await engine.database.query<{ id: string }>(
      `select entity_id as id from links where resource = $1 and standing = 'linked' order by entity_id`,
      [resource],
    );
    return rows.map((row) => row.id);
  };
  const look = async (resource: string, ids: readonly string[]): Promise<void> => {
    await engine.mark(resource, ids);
    await engine.drain(resource);
  };
  const column = async (resource: string, ids: readonly string[], key: string): Promise<unknown[]> =>
    Promise.all(ids.map(async (id) => (await engine.cellsOf(resource, id))[key]));
  const open = () => showApprovals(engine.job, 'open', 10);
  const decide = async (decision: 'approve' | 'ignore', resource: string): Promise<void> => {
    const [approval] = await open();
    expect(await decideApproval(engine.job, approval?.approvalId ?? '', decision, 'jo')).toBe('taken');
    await engine.drain(resource);
  };
  const hide = async (ids: readonly string[]): Promise<void> => {
    for (const id of ids) await engine.inBuildium('deleteRecord', { kind: 'tenant', id: Number(id) });
  };
  const type = async (
    resource: string,
    ids: readonly string[],
    values: Record<string, unknown>,
  ): Promise<void> => {
    for (const id of ids) {
      const { tableId, recordId, fieldIds } = await engine.rowOf(resource, id);
      const fields = Object.fromEntries(
        Object.entries(values).map(([key, value]) => [fieldIds[key] ?? key, value]),
      );
      await engine.inAirtable('updateRecords', { table: tableId, records: [{ id: recordId, fields }] });
    }
  };

  describe('when a field is cleared in Airtable for most rows of a table', () => {
    let ids: string[];
    let sizes: unknown[];
    beforeAll(async () => {
      ids = await idsOf('units');
      sizes = await column('units', ids, 'size');
      await type('units', ids, { size: null });
      await look('units', ids);
    });
    const inBuildium = async (): Promise<unknown[]> =>
      Promise.all(
        ids.map(async (id) => {
          const answer = await engine.job.buildium.get(`/v1/rentals/units/${id}`);
          return answer.ok ? (answer.value as Record<string, unknown>)['UnitSize'] : null;
        }),
      );

    test('nothing is cleared in Buildium, a person is asked, and it is listed and announced', async () => {
      expect(await inBuildium()).toEqual(sizes);
      expect(await open()).toMatchObject([
        {
          ...{ resource: 'units', kind: 'blankInAirtable', field: { key: 'size', column: 'Size (sq ft)' } },
          ...{ entities: ids.length, tableRows: ids.length },
          question: expect.stringContaining('Shall it be cleared in Buildium too?'),
        },
      ]);
      const held = await showHeld(engine.job, { kinds: null, resource: null, after: null, limit: 50 });
      expect(held.map(({ kind, resource }) => [kind, resource])).toEqual([['approval', 'units']]);
      const notices = await engine.database.query(
        `select kind, message from notices where closed_at is null and kind = 'breaker'`,
      );
      expect(notices).toEqual([{ kind: 'breaker', message: expect.stringContaining('cli -- approvals') }]);
    });

    test('another edit of the same rows goes through meanwhile', async () => {
      const [id = ''] = ids;
      await type('units', [id], { description: 'New floors' });
      await look('units', [id]);
      const answer = await engine.job.buildium.get(`/v1/rentals/units/${id}`);
      expect(answer).toMatchObject({ ok: true, value: { Description: 'New floors', UnitSize: sizes[0] } });
    });

    test('“leave it” puts Buildium’s values back', async () => {
      await decide('ignore', 'units');
      expect(await column('units', ids, 'size')).toEqual(sizes);
      expect(await inBuildium()).toEqual(sizes);
      expect(await open()).toEqual([]);
    });

    test('and asked again, “approve” clears them', async () => {
      await type('units', ids, { size: null });
      await look('units', ids);
      await decide('approve', 'units');
      expect((await inBuildium()).filter((size) => size !== null)).toEqual([]);
    });

    test('a day later, when the losses count no more, both decisions still say how many they were about', async () => {
      const dayLater = new Date(Date.now() + 86_400_000).toISOString();
      await expireLosses(engine.database, engine.job.connectionId, dayLater);
      const of = `Size (sq ft) was cleared in Airtable for ${ids.length} of ${ids.length} units`;
      expect(await showApprovals(engine.job, null, 10)).toMatchObject([
        { state: 'approved', entities: ids.length, question: expect.stringContaining(of) },
        { state: 'ignored', entities: ids.length, question: expect.stringContaining(of) },
      ]);
    });
  });

  test('a field that goes blank in Buildium for many is not cleared in Airtable before somebody says so', async () => {
    const ids = await idsOf('units');
    await engine.database.execute(`delete from losses`);
    const rents = await column('units', ids, 'marketRent');
    for (const id of ids)
      await engine.inBuildium('updateUnit', { id: Number(id), patch: { MarketRent: null } });
    await look('units', ids);
    expect(await column('units', ids, 'marketRent')).toEqual(rents);
    await decide('ignore', 'units');
    await look('units', ids);
    expect(await column('units', ids, 'marketRent')).toEqual(rents);
    expect(await open()).toEqual([]);
  });

  describe('when most rows of a table are deleted in Airtable', () => {
    let left: string[];
    let deleted: string[];
    test('they are not made again before somebody says so', async () => {
      const ids = await idsOf('owners');
      const gone = ids.slice(0, Math.floor(ids.length / 2) + 1);
      const rows = await Promise.all(gone.map((id) => engine.rowOf('owners', id)));
      await engine.inAirtable('deleteRecords', {
        table: rows[0]?.tableId,
        ids: rows.map(({ recordId }) => recordId),
      });
      await engine.mark('owners', gone);
      await engine.database.execute(`update marks set since = since - interval '1 hour'`);
      const since = engine.calls.length;
      await engine.drain('owners');
      expect(engine.airtableWrites(since)).toEqual([]);
      expect(await open()).toMatchObject([{ kind: 'rowDeleted', entities: gone.length }]);

      await decide('ignore', 'owners');
      const standings = await engine.database.query<{ standing: string }>(
        `select distinct standing from links where resource = 'owners' and entity_id = any($1)`,
        [gone],
      );
      expect(standings).toEqual([{ standing: 'detached' }]);
      left = gone;
      deleted = rows.map(({ recordId }) => recordId);
    });

    test('“leave it” stands in the story of each, with who said so', async () => {
      const told = await entityTimeline(
        engine.job,
        { resource: 'owners', entityId: left[0] ?? '' },
        { before: null, limit: 5 },
      );
      expect(told.steps[0]).toMatchObject({
        who: 'jo',
        sentence:
          'Taken out of the sync: its row was deleted in Airtable with many others, and a person left it so.',
      });
    });

    test('a row that an undo brings back after that says that it is out of the sync', async () => {
      await engine.inAirtable('undoDelete', { ids: deleted.slice(0, 1) });
      await look('owners', left.slice(0, 1));
      expect(await column('owners', left.slice(0, 1), 'syncStatus')).toEqual(['Paused']);
      const since = engine.calls.length;
      await look('owners', left.slice(0, 1));
      expect(engine.airtableWrites(since)).toEqual([]);
    });
  });

  describe('when Buildium shows most of a table no more', () => {
    let ids: string[];
    let gone: string[];
    beforeAll(async () => {
      ids = await idsOf('tenants');
      gone = ids.slice(0, Math.floor(ids.length / 2) + 1);
    });
    const standings = async (): Promise<Record<string, number>> => {
      const rows = await engine.database.query<{ standing: string; links: number }>(
        `select standing, count(*)::int as links from links where resource = 'tenants' group by standing`,
      );
      return Object.fromEntries(rows.map((row) => [row.standing, row.links]));
    };

    test('nothing is marked during a first sync, whoever says that they are gone', async () => {
      const runId = 'first';
      const run = { runId, requestedBy: 'test', startedAt: new Date().toISOString(), finishedAt: null };
      await insertRun(engine.database, engine.job.connectionId, {
        ...{ ...run, kind: 'firstSync', state: 'running', progress: {}, problem: null },
      });
      // It takes hours, in which people press "Sync now".
      await pressSyncNow(engine, 20);
      await hide(gone);
      await look('tenants', gone);
      expect(await standings()).toEqual({ linked: ids.length });
      expect(await open()).toEqual([]);
      await updateRun(engine.database, engine.job.connectionId, {
        ...{ runId, state: 'finished', finishedAt: new Date().toISOString(), progress: {}, problem: null },
      });
    });

    test('a full read asks a person and marks nothing', async () => {
      await sweep(engine.job, { resource: resourceNamed('tenants'), kind: 'full', reason: 'nightly read' });
      await engine.drain('tenants');
      expect(await standings()).toEqual({ linked: ids.length });
      expect(await open()).toMatchObject([{ kind: 'goneFromBuildium', entities: gone.length }]);
    });

    test('events and polls are held by the same question, and it is asked once', async () => {
      await look('tenants', gone);
      expect(await standings()).toEqual({ linked: ids.length });
      const [approval, ...others] = await listApprovals(engine.database, engine.job.connectionId, 'open', 10);
      expect([approval?.entities, others.length]).toEqual([gone.length, 0]);
    });

    test('left as it is, nothing is asked again at the next full read', async () => {
      await decide('ignore', 'tenants');
      await sweep(engine.job, { resource: resourceNamed('tenants'), kind: 'full', reason: 'nightly read' });
      await engine.drain('tenants');
      expect(await standings()).toEqual({ linked: ids.length });
      expect(await open()).toEqual([]);
    });

    test('accepted, their rows are marked as deleted in Buildium', async () => {
      const accepted = await acceptMissing(engine.job, resourceNamed('tenants'), 'jo');
      expect(accepted.ok).toBe(true);
      await engine.drain('tenants');
      expect(await standings()).toEqual({ linked: ids.length - gone.length, deletedInBuildium: gone.length });
      expect(await column('tenants', gone.slice(0, 1), 'syncStatus')).toEqual(['Deleted in Buildium']);
    });
  });
});
