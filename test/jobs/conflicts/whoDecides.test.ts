import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { endConflicts } from '../../../server/db/conflicts.ts';
import { openConflicts, type FoundConflict } from '../../../server/db/conflictsFound.ts';
import { saveGlClasses } from '../../../server/db/glClasses.ts';
import { listNotifications } from '../../../server/db/notifications.ts';
import { showConflict } from '../../../server/jobs/conflicts/conflictView.ts';
import { undoConflict } from '../../../server/jobs/conflicts/conflicts.ts';
import { previewPolicies } from '../../../server/jobs/conflicts/policies.ts';
import { drain } from '../../../server/jobs/drain.ts';
import { hearAirtable } from '../../../server/jobs/hearAirtable.ts';
import { UNDECIDED } from '../../support/conflicts.ts';
import { apiOf } from '../../support/journey.ts';
import { iso, MINUTE_MS, openBench, type Bench } from './bench.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
}, 90_000);
afterAll(() => bench.engine.close());
beforeEach(() => {
  bench.engine.network.airtable.faults.clear();
  bench.engine.network.buildium.faults.clear();
});

/** What each side says of it. */
const bothDescribe = async (id: string): Promise<unknown[]> => [
  (await bench.inBuildium(id))['Description'],
  (await bench.engine.cellsOf('units', id))['description'],
];

describe('who changed it in Airtable', () => {
  const rentOf = (id: string, MarketRent: number) =>
    bench.engine.inBuildium('updateUnit', { id: Number(id), patch: { MarketRent } });

  async function tokenOf(email: string): Promise<string> {
    const answer = await fetch(`${bench.engine.network.airtable.url}/__control/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, role: 'edit', bases: 'all' }),
    });
    return ((await answer.json()) as { token: string }).token;
  }

  /** Through Airtable's ordinary API. */
  async function editWith(token: string, id: string, marketRent: number): Promise<string> {
    const { url, baseId } = bench.engine.network.airtable;
    const { tableId, recordId, fieldIds } = await bench.engine.rowOf('units', id);
    const answer = await fetch(`${url}/v0/${baseId}/${tableId}/${recordId}`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ fields: { [fieldIds['marketRent'] ?? '']: marketRent } }),
    });
    expect(answer.status).toBe(200);
    return recordId;
  }

  test.each([
    ['another token is told of with its time', 'pat@example.com'],
    ["the sync's own token cannot be told, and the story says so", null],
  ])('by an edit with %s', async (_what, email) => {
    const id = bench.unit();
    await rentOf(id, 1700);
    const token = email === null ? bench.engine.network.airtable.token : await tokenOf(email);
    const airtableRecordId = await editWith(token, id, 1650);
    await hearAirtable(bench.job);
    await bench.look('units', id);
    const conflict = await bench.theConflict(id);
    expect(conflict).toMatchObject({ state: 'open', field: { column: 'Market Rent' } });
    const { at, by } = conflict.changed.airtable;
    expect([at !== null, by]).toEqual([email !== null, email]);
    const ask = await apiOf(bench.engine.network, bench.engine.database, bench.job.clock);
    const { steps } = await ask('readRecordTimeline', { airtableRecordId });
    const sentences = steps.map(({ sentence }) => sentence);
    const edit = expect.stringMatching(/^Market Rent was changed in Airtable/) as unknown;
    const untold = expect.stringMatching(/^Market Rent is in conflict: .*by whom, is not known: /) as unknown;
    expect(sentences).toContainEqual(email === null ? untold : edit);
    expect(sentences).not.toContainEqual(email === null ? edit : untold);
    await rentOf(id, 1650);
    await bench.look('units', id);
  });
});

describe('newest wins', () => {
  test('for Airtable: its value lands in Buildium, and Buildium’s is kept and can be brought back', async () => {
    const id = bench.unit();
    await bench.describedApart(id, -5 * MINUTE_MS);
    expect(await bothDescribe(id)).toEqual([`Airtable's words about ${id}`, `Airtable's words about ${id}`]);
    const conflict = await bench.theConflict(id);
    expect(conflict).toMatchObject({
      ...{ state: 'resolved', policy: 'newest', decision: 'airtable', decidedBy: 'policy', canUndo: true },
      ...{ buildium: `Buildium's words about ${id}`, choices: [] },
      changed: { airtable: { by: expect.stringContaining('@') } },
    });
    expect(conflict.why).toContain("Airtable's value is the later one");

    const undone = await undoConflict(bench.job, conflict.conflictId, 'person');
    await drain(bench.job, 'units');
    expect(await bothDescribe(id)).toEqual([`Buildium's words about ${id}`, `Buildium's words about ${id}`]);
    expect(await bench.theConflict(id)).toMatchObject({
      ...{ kind: 'undo', state: 'resolved', undoes: conflict.conflictId },
      conflictId: undone.ok ? undone.value : '',
    });
    const again = await undoConflict(bench.job, conflict.conflictId, 'person');
    expect(again.ok ? '' : again.error.message).toContain('brought back already');
  });

  test('for Buildium: its value lands in Airtable', async () => {
    const id = bench.unit();
    await bench.describedApart(id, 5 * MINUTE_MS);
    expect(await bothDescribe(id)).toEqual([`Buildium's words about ${id}`, `Buildium's words about ${id}`]);
    expect(await bench.theConflict(id)).toMatchObject({ decision: 'buildium', state: 'resolved' });
    expect(await bench.engine.cellsOf('units', id)).toMatchObject({ syncStatus: 'Synced', syncNote: null });
  });

  test('where nobody can tell which is newer a person decides, is told, and reads why', async () => {
    const id = bench.unit();
    await bench.describedApart(id, null);
    const conflict = await bench.theConflict(id);
    expect(conflict).toMatchObject({ state: 'open', policy: null });
    expect(conflict.why).toContain('Buildium does not tell when its value was entered');
    const told = await listNotifications(bench.engine.database, bench.job.connectionId, 50);
    const mine = told.find(({ text }) => text.includes(conflict.conflictId));
    expect(mine?.subject).toBe(`Conflict: Description of unit ${id}`);
    expect(JSON.stringify(mine)).not.toContain('words about');

    // The event comes late, and tells.
    await bench.announced(id, Date.now() - 5 * MINUTE_MS);
    await bench.engine.database.execute(`update links set updated_at = updated_at - interval '1 hour'`);
    await bench.look('units', id);
    expect(await bench.theConflict(id)).toMatchObject({ state: 'resolved', decision: 'airtable' });
  });

  test('what loses is on record before it is overwritten, whatever becomes of the write', async () => {
    const id = bench.unit();
    bench.engine.network.airtable.faults.add([
      { method: 'PATCH', effect: { kind: 'status', status: 500 }, times: 1 },
    ]);
    await bench.describedApart(id, 5 * MINUTE_MS);
    expect(await bench.theConflict(id)).toMatchObject({
      ...{ state: 'resolving', decision: 'buildium', airtable: `Airtable's words about ${id}` },
    });
    await bench.engine.database.execute(`delete from side_health`);
    await bench.engine.database.execute(`update marks set not_before = now() - interval '1 second'`);
    await drain(bench.job, 'units');
    expect(await bench.theConflict(id)).toMatchObject({ state: 'resolved', canUndo: true });
    expect(await bothDescribe(id)).toEqual([`Buildium's words about ${id}`, `Buildium's words about ${id}`]);
  });
});

describe('what a choice does to the month’s net operating income', () => {
  /** No amount of an account flows to Buildium by itself today; what a conflict over one would say is proven all the same. */
  async function effectsOf(accountKind: string): Promise<unknown> {
    const [line] = await bench.engine.database.query<{ id: string }>(
      `select l.entity_id as id from links l join links a on a.connection_id = l.connection_id and a.resource = 'glAccounts'
          and a.entity_id = l.synced_buildium -> 'glAccount' ->> 0
        where l.resource = 'billLines' and l.standing = 'linked' and a.synced_buildium ->> 'type' = $1
          and a.synced_buildium ->> 'subType' like 'Operating%' order by l.entity_id limit 1`,
      [accountKind],
    );
    const conflictId = bench.job.newId();
    const shown = { buildium: 10_000, airtable: 12_500, synced: { buildium: 9_000, airtable: 9_000 } };
    const conflict: FoundConflict = {
      ...{ ...UNDECIDED, conflictId, resource: 'billLines', entityId: line?.id ?? '', fieldKey: 'amount' },
      ...{ why: 'Both were changed.', shown, shownSealed: null, buildiumDigest: 'b', airtableDigest: 'a' },
    };
    await openConflicts(bench.engine.database, bench.job.connectionId, [conflict], iso(Date.now()));
    const { choices } = (await showConflict(bench.job, conflictId)) ?? { choices: [] };
    await endConflicts(
      bench.engine.database,
      bench.job.connectionId,
      { resolved: [], closed: [{ conflictId, endedWhy: 'equal' }] },
      iso(Date.now()),
    );
    return choices.map(({ side, noiEffectCents }) => [side, noiEffectCents]);
  }

  test('a larger expense in Buildium lowers it by the difference; what goes to Airtable changes nothing', async () => {
    expect(await effectsOf('Expense')).toEqual([
      ['buildium', 0],
      ['airtable', -2_500],
    ]);
  });

  test('an expense on a sub-account of what a person took out of it has none', async () => {
    const { database, connectionId } = bench.job;
    const [parent] = await database.query<{ id: number }>(
      `update links a set synced_buildium = jsonb_set(a.synced_buildium, '{parent}', jsonb_build_array(p.entity_id))
         from links p, links l
        where a.resource = 'glAccounts' and p.resource = 'glAccounts' and l.resource = 'billLines'
          and a.entity_id = l.synced_buildium -> 'glAccount' ->> 0 and p.entity_id <> a.entity_id
          and p.entity_id = (select min(o.entity_id) from links o where o.resource = 'glAccounts'
            and o.synced_buildium ->> 'defaultAccountName' is null
            and o.synced_buildium ->> 'subType' = 'Operating expenses'
            and o.entity_id not in (select b.synced_buildium -> 'glAccount' ->> 0 from links b
              where b.resource = 'billLines' and b.synced_buildium -> 'glAccount' ->> 0 is not null))
      returning p.entity_id::bigint as id`,
    );
    expect(await effectsOf('Expense')).toContainEqual(['airtable', -2_500]);
    const choice = { glAccountId: parent?.id ?? 0, noiClass: 'financing' as const, confirmedBy: 'Priya' };
    await saveGlClasses(database, connectionId, [choice], iso(Date.now()));
    expect(await effectsOf('Expense')).toEqual([
      ['buildium', null],
      ['airtable', null],
    ]);
  });

  test('a rent that a unit is offered at is no income yet, so that it has none', async () => {
    const id = bench.unit();
    await bench.engine.inBuildium('changeMarketRent', { unitId: Number(id), marketRent: 1300 });
    await bench.type('units', id, 'marketRent', 1400);
    await bench.look('units', id);
    const { conflictId } = await bench.theConflict(id);
    const { choices } = (await showConflict(bench.job, conflictId)) ?? { choices: [] };
    expect(choices.map(({ noiEffectCents }) => noiEffectCents)).toEqual([null, null]);
  });
});

describe('the preview of other policies', () => {
  /** What they would make of the units' descriptions, which the newest wins by default. */
  const preview = async (policy: 'newest' | 'buildium') => {
    const { before, after, changed } = await previewPolicies(
      bench.job,
      { fields: { 'units.description': policy } },
      30,
    );
    return { before, after, changed };
  };

  test('leaves to a person what the engine left to one, whose events lay on both sides of the edit', async () => {
    const id = bench.unit();
    const known = await preview('newest');
    await bench.engine.database.execute(`update links set updated_at = updated_at - interval '1 hour'`);
    await bench.announced(id, Date.now() - 5 * MINUTE_MS);
    await bench.describedApart(id, 5 * MINUTE_MS);
    const conflict = await bench.theConflict(id);
    expect(conflict).toMatchObject({ state: 'open', why: expect.stringMatching(/both before and after/) });

    // What is known of events and of our own writes is forgotten with time.
    await bench.engine.database.execute('delete from receipts');
    const { before } = await preview('newest');
    expect(before).toEqual({ ...known.before, manual: known.before.manual + 1 });
    expect((await preview('buildium')).changed).toContainEqual(
      expect.objectContaining({ conflictId: conflict.conflictId, before: 'manual', after: 'buildium' }),
    );
  });

  test('says of how many it is no longer known, and goes by what was decided where that tells', async () => {
    const { before } = await preview('newest');
    const forget = (where: string): Promise<number> =>
      bench.engine.database.execute(
        `update conflicts set evidence = null where field_key = 'description' and ${where}`,
      );
    await forget(`policy = 'newest' or why like '%cannot be told%'`);
    expect((await preview('newest')).before).toEqual(before);
    const lost = await bench.engine.database.execute(
      `update conflicts set why = 'Both sides were changed.', policy = null
        where field_key = 'description' and evidence is null and kind = 'bothMoved'`,
    );
    const after = await preview('newest');
    expect(lost).toBeGreaterThan(0);
    expect(after.before.unknown).toBe(lost);
    expect((await preview('buildium')).after.unknown).toBe(0);
  });
});
